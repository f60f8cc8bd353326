"""`python -m appliance.speech`: the speech worker; its standard input is the socket to the core.

`python -m appliance.speech --check` loads the models, hears half a second of silence and ends with 0.
"""

from __future__ import annotations

import logging
import socket
import sys

import numpy as np


def main() -> int:
    """Exit code 0 when the other side has gone, 1 when there are no models."""
    logging.basicConfig(level=logging.WARNING, format="speech worker: %(message)s")
    try:
        from appliance.speech.confidence import Confidence
        from appliance.speech.endpoint import Utterance
        from appliance.speech.recogniser import Recogniser
        from appliance.speech.worker import Worker

        confidence = Confidence.shipped()
        recogniser = Recogniser(confidence)
    except (ImportError, OSError, ValueError, RuntimeError) as problem:
        logging.error("the models cannot be loaded: %s", problem)
        return 1
    # The first sound takes longer: what it allocates is there when somebody speaks.
    recogniser.hear(Utterance(np.zeros(8000, np.int16), 0.5, 0.0, cut=False), ("yes", "no"))
    if "--check" not in sys.argv[1:]:
        with socket.socket(fileno=sys.stdin.fileno()) as link:
            Worker(link, recogniser, confidence.sure, confidence.ask).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
