"""The queue: how long a caller waits for an agent who has just become free."""
