"""The campaigns' floor: joins the dialer with agents, lines and what people hear who answer.

The one room that sees `dialer`, `acd` and `outreach` together. Code in here asks the gate before each dial
and writes the answer to the disk first; it dials on events, keeps no list, and decides nothing about who may
be called: that is `dialer`'s.
"""
