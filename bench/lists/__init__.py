"""Lists of people to call: how long an import takes, and how much memory."""
