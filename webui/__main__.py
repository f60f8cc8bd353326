"""`python -m webui HOST:PORT`: serves the pages; one process with threads, as docs/decisions/0013 argues.

It keeps nothing that would have to be put away, so a signal ends it at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

THREADS = 16  # of which the live page takes 12 at most (relay.MOST_WATCHERS)
_WAITING_CONNECTIONS = 128
_LARGEST_HEAD = 16_384
_PATIENCE_SECONDS = 10  # for each part of a request, and for the next one on a connection


def main(arguments: Sequence[str]) -> int:
    """Serve until killed; 1 with a sentence when the address cannot be used."""
    gc.disable()  # nothing that is loaded now ever becomes garbage
    from cheroot.wsgi import Server

    from webui.app import create_app
    from webui.options import UPLOAD_BYTES

    host, _, port = arguments[0].rpartition(":")
    server = Server(
        (host, int(port)),
        create_app(),
        numthreads=THREADS,
        server_name="Callbox",
        request_queue_size=_WAITING_CONNECTIONS,
        timeout=_PATIENCE_SECONDS,
    )
    server.max_request_header_size = _LARGEST_HEAD
    server.max_request_body_size = UPLOAD_BYTES + 1_000_000  # the form around the file
    try:
        server.prepare()
    except OSError as problem:
        print(f"The page cannot use {arguments[0]}: {problem}", file=sys.stderr)
        return 1
    gc.freeze()
    gc.enable()
    server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
