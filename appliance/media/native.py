"""What Python's C side must be told about pjsua2's objects and threads.

The end of the objects: at a moment we choose, never when Python's collector comes to it.

A traceback or a cycle can keep a Python object alive long after PJSIP has gone; destroying its C++ half then
crashes the process. So that half is destroyed by name, and what is left in Python is an empty shell.
"""

from __future__ import annotations

import ctypes
from typing import Any


def destroy(thing: Any) -> None:
    """Destroy the C++ half of a pjsua2 object. On the engine's thread, with no thread of PJSIP inside it."""
    if thing.thisown:
        type(thing).__swig_destroy__(thing)


def settle_this_thread() -> None:
    """Keep Python's state of a thread that PJSIP made, from a callback on it, as long as the thread lives.

    Otherwise every callback makes one and throws it away, with a mapping of memory made and undone each time:
    that was two thirds of the clock's time. It stays because one PyGILState_Ensure is never released.
    """
    ctypes.pythonapi.PyGILState_Ensure()
