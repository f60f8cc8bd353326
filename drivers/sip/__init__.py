"""SIP: the telephones of the office and the trunks that speak SIP, as lines of the contract.

Owns the SIP edge (Kamailio: its configuration, its events) and the calls that pjsua2 makes and takes behind
it. pjsua2 is touched on the one thread that wiring lends as `MediaThread` and nowhere else; its
callbacks only note what happened. Nothing in here knows queues, agents, settings or records, resolves a name
on the call path, or waits on anything from the core's thread.
"""
