"""The box on its network: its addresses, its certificate, its packet filter, requests of flows to others.

Owns the folder `tls/` of the data (authority, certificate, key) and the text and loading of the nftables
rules. Code in here answers no calls and no page: it is run by short-lived workers (`callbox certificate`,
`callbox firewall`) and by the core on a worker thread, and starts openssl and nft with argument lists.
No secret may stand in an argument list or in a sentence.
"""
