"""What the records and the settings cost the disk: bytes and syncs, counted by strace, not timed."""
