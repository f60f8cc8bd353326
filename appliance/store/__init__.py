"""Settings and records on the disk: the only room that knows TinyDB, SQLAlchemy and SQLite.

It owns the data folder's settings document, its journal with the tables made of it, and the lock that lets
one core in. Code in here decides nothing about a call and never makes a caller wait for the disk: what
cannot be written waits in memory, is tried again, and is said on the page.
"""
