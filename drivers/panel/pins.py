"""gpiozero's pins on one GPIO chip of the kernel, by libgpiod 2 (Debian's python3-libgpiod)."""

from __future__ import annotations

import importlib
import logging
import threading
from pathlib import Path
from time import monotonic
from typing import Any

from gpiozero import exc
from gpiozero.pins.pi import PiFactory, PiPin

_log = logging.getLogger(__name__)
_REVISION = 0xC03115  # a Raspberry Pi 4B's, whose header all 40-pin boards share
_POLL = 0.2  # seconds; how soon a pin's thread sees that it shall end


class GpiodFactory(PiFactory):
    """Pins by their GPIO number, which is the line's number on the chip. One process, any thread."""

    def __init__(self, chip: str | Path, gpiod: Any = None) -> None:
        """`chip` is a path such as /dev/gpiochip0; `gpiod` is the library's module, found when not given."""
        super().__init__()
        self.chip = str(chip)
        self.gpiod = gpiod if gpiod is not None else importlib.import_module("gpiod")
        self.pin_class = GpiodPin

    def _get_revision(self) -> int:
        return _REVISION

    def ticks(self) -> float:
        """Seconds, monotonic."""
        return monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Seconds between two ticks."""
        return later - earlier


class GpiodPin(PiPin):
    """One line: asked for as an input when it is first used, and let go when it is closed."""

    def __init__(self, factory: GpiodFactory, info: Any) -> None:
        super().__init__(factory, info)
        self._line = factory.gpiod.line
        self._function, self._pull, self._edges = "input", info.pull or "floating", "both"
        self._bounce: float | None = None
        self._value = False
        self._watcher: threading.Thread | None = None
        self._done = threading.Event()
        self._request = factory.gpiod.request_lines(
            factory.chip, consumer="callbox", config={self._number: self._settings()}
        )

    def close(self) -> None:
        self.when_changed = None
        request, self._request = self._request, None
        if request is not None:
            request.release()

    def _settings(self) -> Any:
        line = self._line
        bias = {"up": line.Bias.PULL_UP, "down": line.Bias.PULL_DOWN, "floating": line.Bias.DISABLED}
        settings = self._factory.gpiod.LineSettings
        if self._function == "output":
            value = line.Value.ACTIVE if self._value else line.Value.INACTIVE
            return settings(direction=line.Direction.OUTPUT, output_value=value)
        watched = line.Edge.BOTH if self._watcher is not None else line.Edge.NONE
        return settings(direction=line.Direction.INPUT, bias=bias[self._pull], edge_detection=watched)

    def _apply(self) -> None:
        if self._request is None:
            raise exc.PinInvalidState(f"{self!r} is closed")
        self._request.reconfigure_lines({self._number: self._settings()})

    def output_with_state(self, state: bool) -> None:
        """An output that has its state from its first moment on."""
        self._value, self._function = bool(state), "output"
        self._apply()

    def input_with_pull(self, pull: str) -> None:
        """An input with its resistor from its first moment on."""
        self._check_pull(pull)
        self._function, self._pull = "input", pull
        self._apply()

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise exc.PinInvalidFunction(f"{self!r} cannot be {value!r}")
        self._function = value
        self._apply()

    def _get_state(self) -> bool:
        return bool(self._request.get_value(self._number) == self._line.Value.ACTIVE)

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise exc.PinSetInput(f"{self!r} is an input")
        self._value = bool(value)
        self._request.set_value(
            self._number, self._line.Value.ACTIVE if self._value else self._line.Value.INACTIVE
        )

    def _check_pull(self, value: str) -> None:
        if value not in ("up", "down", "floating"):
            raise exc.PinInvalidPull(f"{self!r} cannot be pulled {value!r}")
        if self.info.pull not in (value, ""):
            raise exc.PinFixedPull(f"{self!r} has a resistor that pulls it {self.info.pull}")

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        self._check_pull(value)
        if self._function != "input":
            raise exc.PinFixedPull(f"{self!r} is no input")
        self._pull = value
        self._apply()

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise exc.PinPWMUnsupported(f"{self!r} has no pulse width modulation")

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        if value is not None and value < 0:
            raise exc.PinInvalidBounce("bounce must be 0 or greater")
        self._bounce = value or None

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        if value not in ("none", "falling", "rising", "both"):
            raise exc.PinInvalidEdges(f"{value!r} is no kind of edge")
        self._edges = value

    def _enable_event_detect(self) -> None:
        self._done = threading.Event()
        known = self._get_state()  # before the edges are asked for: a key pressed from here on is not lost
        self._watcher = threading.Thread(
            target=self._watch, args=(self._done, known), name=f"pin-{self._number}", daemon=True
        )
        self._apply()
        self._watcher.start()

    def _disable_event_detect(self) -> None:
        watcher, self._watcher = self._watcher, None
        self._done.set()
        if watcher is not None and watcher is not threading.current_thread():
            watcher.join()
        if self._request is not None:
            self._apply()

    def _watch(self, done: threading.Event, known: bool) -> None:
        """Tell of each edge that outlasts the bounce time; the pin's own thread.

        The state is compared at each look, edge or not: one that came while this thread was not there yet is
        told too.
        """
        while not done.is_set():
            try:
                if self._request.wait_edge_events(_POLL):
                    self._request.read_edge_events()
                elif self._get_state() == known:
                    continue
                if self._bounce is not None and done.wait(self._bounce):
                    return
                state = self._get_state()
            except OSError as problem:
                _log.warning("pin %s is gone: %s", self._number, problem)
                return
            if state != known:
                known = state
                if self._edges in ("both", "rising" if state else "falling"):
                    self._call_when_changed(monotonic(), int(state))
