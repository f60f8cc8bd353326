"""The end of pjsua2's objects: at a moment we choose, never when Python's collector comes to it.

A traceback or a cycle can keep a Python object alive long after PJSIP has gone; destroying its C++ half then
crashes the process. So that half is destroyed by name, and what is left in Python is an empty shell.
"""

from __future__ import annotations

from typing import Any


def destroy(thing: Any) -> None:
    """Destroy the C++ half of a pjsua2 object. On the engine's thread, with no thread of PJSIP inside it."""
    if thing.thisown:
        type(thing).__swig_destroy__(thing)
