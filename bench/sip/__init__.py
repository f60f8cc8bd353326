"""SIP: how fast a call is set up through the edge, the engine and the stack."""
