"""The shared vocabulary of the house: what rooms say to each other, and nothing else.

Code in here imports the standard library only, does no I/O, starts no thread and keeps no state of a
call. Drivers, media, store and config implement what stands here; the core is written against it.
"""
