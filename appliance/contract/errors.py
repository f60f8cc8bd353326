"""The errors of the house: one base, a family a room; a leaf is also the builtin it resembles."""

from __future__ import annotations


class CallboxError(Exception):
    """Base of every error that Callbox raises on purpose. Its text is a sentence for people."""


class ContractError(CallboxError, RuntimeError):
    """A room was asked for something its contract forbids, such as dialling on a busy trunk."""


class LineError(CallboxError):
    """Family of faults of one line: a trunk or a handset."""


class LineTransientError(LineError, OSError):
    """The line failed and will likely be back by itself: the supervisor tries again."""


class LineTimeoutError(LineTransientError, TimeoutError):
    """The device did not answer in the time its command allows."""


class LinePermanentError(LineError):
    """Trying again cannot help: a locked SIM, a refused login, an unsupported modem."""


class CommandError(LineError):
    """A device refused a command; `code` is its own error number, if it gave one (3GPP TS 27.007 +CME)."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class MediaError(CallboxError):
    """The media engine refused something; `call` names the leg or port it happened to."""

    def __init__(self, message: str, call: str | None = None) -> None:
        super().__init__(message)
        self.call = call


class PromptError(MediaError, ValueError):
    """A prompt that is no audio, too long, too large, or text that could not be spoken."""


class StoreError(CallboxError):
    """Settings or records could not be read or written."""


class StoreBusyError(StoreError):
    """Another core already uses the same data folder."""


class StoreConflictError(StoreError):
    """Somebody else saved first: the version that was edited is no longer the newest."""


class SettingsError(CallboxError, ValueError):
    """Settings that cannot be used; `problems` maps a field's path to a sentence, all of them at once."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {text}" for path, text in problems.items()))
        self.problems = problems


class NetworkError(CallboxError):
    """A certificate or the packet filter could not be made, checked or put in force."""


class ControlError(CallboxError):
    """The control socket refused a verb, or cannot be reached; `code` is a word of `control.messages`.

    `problems` maps a field's path to a sentence when settings were refused, else it is empty.
    """

    def __init__(self, message: str, code: str = "refused", problems: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.problems = problems or {}
