"""The one door between the page and the core: HTTP with JSON on a Unix socket, a fixed list of verbs.

`messages` and `client` are plain data and http.client, for the web side; `server` runs in the core and turns
verbs into calls of the core and of the settings store. Nothing in here decides anything about a call.
"""
