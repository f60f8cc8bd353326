"""The core of Callbox: the rooms that answer, queue, place and record calls. Owns no code of its own."""

__version__ = "0.1.0"
