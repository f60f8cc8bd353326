"""`callbox run` with a core of the bench's own: for programs that change the core and nothing else."""

from __future__ import annotations

from appliance import foreground
from appliance.__main__ import main
from appliance.config.options import Options
from appliance.launch import READY, Child, python


def serve(module: str) -> int:
    """Do what the command line says; `run` starts `module` where it would start its core. The exit code."""

    def core_child(options: Options) -> Child:
        words = python(module, "core", "--wait", *options.arguments())
        return Child("core", words, True, ready_line=READY)

    foreground.core_child = core_child  # type: ignore[attr-defined]
    return main()
