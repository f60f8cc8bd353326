"""pydantic without its search for plugins among the installed packages: we use none.

What it imports for that search (importlib.metadata, and with it zipfile, email, csv, tempfile) would stay in
every process that knows the settings, 2 MB of each.
"""

from __future__ import annotations

import sys
from types import ModuleType

_LOADER = "pydantic.plugin._loader"


class _NoPlugins(ModuleType):
    """Stands where pydantic looks for plugins."""

    def get_plugins(self) -> tuple[()]:
        return ()


def leave_out() -> None:
    """Before pydantic's first import; later, or should that module go by another name, nothing happens."""
    if "pydantic" not in sys.modules:
        sys.modules[_LOADER] = _NoPlugins(_LOADER)
