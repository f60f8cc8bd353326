"""What would happen: callers who are not there, walked by the real core on a stepped clock.

Owns the virtual caller and its script. Code in here changes nothing of the running box: it builds a core of
its own, without lines, sound, disk or network, and throws it away.
"""
