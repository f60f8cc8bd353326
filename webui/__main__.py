"""`python -m webui HOST:PORT` or `unix:PATH`: serves the pages by waitress, in one process.

Why so is told in docs/decisions/0014.
It keeps nothing that would have to be put away, so a signal ends it at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Any

# A page never waits longer for another thread that computes (each request passes from thread to thread).
_SWITCH_SECONDS = 0.001
_GARBAGE = 5000  # containers; a page makes more than Python's 700, and leaves nearly all of them at its end
THREADS = 16  # of which the live page takes 12 at most (relay.MOST_WATCHERS)
_MOST_CONNECTIONS = 500  # whoever only connects holds no thread
_SILENT_SECONDS = 30
_LARGEST_HEAD = 16_384


def _place(where: str) -> dict[str, Any]:
    """Waitress' words for an address; a Unix socket may be used by the group of its folder too.

    Behind a Unix socket there is a terminator of TLS, whose word on who asks, and how, is taken.
    """
    kind, _, path = where.partition(":")
    if kind != "unix":
        return {"listen": where}
    proxy = {"trusted_proxy": "localhost", "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
    return {"unix_socket": path, "unix_socket_perms": "660", **proxy}


def main(arguments: Sequence[str]) -> int:
    """Serve until killed; 1 with a sentence when the address cannot be used."""
    gc.disable()  # nothing that is loaded now ever becomes garbage
    from waitress.server import create_server

    from webui.app import create_app
    from webui.options import UPLOAD_BYTES

    try:
        server = create_server(
            create_app({"CALLBOX_PROXIED": arguments[0].startswith("unix:")}),
            **_place(arguments[0]),
            threads=THREADS,
            ident="Callbox",
            connection_limit=_MOST_CONNECTIONS,
            channel_timeout=_SILENT_SECONDS,
            cleanup_interval=_SILENT_SECONDS // 3,
            max_request_header_size=_LARGEST_HEAD,
            max_request_body_size=UPLOAD_BYTES + 1_000_000,  # the form around the file
            channel_request_lookahead=1,  # notices that the reader of a live page has gone
            asyncore_use_poll=True,
        )
    except OSError as problem:
        print(f"The page cannot use {arguments[0]}: {problem}", file=sys.stderr)
        return 1
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(_GARBAGE, 10, 10)
    gc.enable()
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
