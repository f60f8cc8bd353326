"""Messages of callers: a voicemail is left, and listened to on a handset.

Code in here plays, records and notes; it keeps no file and no list of messages.
"""
