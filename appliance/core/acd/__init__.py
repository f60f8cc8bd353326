"""Who waits, who is free, and who gets the next call.

Code in here owns agents, queues and offers. It never polls: a freed agent gets the next caller within the
event that freed them. It knows no menu.
"""
