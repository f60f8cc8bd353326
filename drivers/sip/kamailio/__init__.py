"""Kamailio, the box's face on the LAN: registrar, digest, bans, method allow-list.

Owns the text of its configuration and the sentences exchanged with it (events by datagram, JSON-RPC). Code in
here knows nothing of calls and nothing of pjsua2.
"""
