"""The box's upkeep: backups and the way back, the disk's budget, the support file, the log that is kept.

It owns what becomes of the data folder beside calls. Heavy work runs in a worker process of its own at the
lowest priority; encryption is age's, transport OpenSSH's. Code in here knows no call and no line, reads
SQLite only through `store`, and treats everything in a backup as hostile until it is checked.
"""
