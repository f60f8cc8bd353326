"""The pin factory over libgpiod 2, with a chip in memory. The kernel's simulated chip comes in the image."""

from __future__ import annotations

import enum
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gpiozero
import pytest
from gpiozero.exc import PinFixedPull, PinInvalidFunction, PinPWMUnsupported, PinSetInput

from drivers.panel import GpiodFactory

Direction = enum.Enum("Direction", "INPUT OUTPUT")
Bias = enum.Enum("Bias", "PULL_UP PULL_DOWN DISABLED")
Edge = enum.Enum("Edge", "NONE BOTH")
Value = enum.Enum("Value", "INACTIVE ACTIVE")


class Chip:
    """A chip in memory that speaks libgpiod's version 2: lines by number, their settings, edges."""

    def __init__(self) -> None:
        self.line = SimpleNamespace(Direction=Direction, Bias=Bias, Edge=Edge, Value=Value)
        self.lines: dict[int, Any] = {}
        self.driven: dict[int, bool] = {}
        self.edges = threading.Semaphore(0)
        self.asked: list[str] = []

    def LineSettings(self, **settings: Any) -> Any:
        return SimpleNamespace(**settings)

    def request_lines(self, chip: str, consumer: str, config: dict[int, Any]) -> Chip:
        self.asked.append(f"{consumer} at {chip}")
        self.reconfigure_lines(config)
        return self

    def reconfigure_lines(self, config: dict[int, Any]) -> None:
        self.lines |= config

    def get_value(self, number: int) -> Value:
        settings = self.lines[number]
        if settings.direction is Direction.OUTPUT:
            return Value(settings.output_value)
        pulled = settings.bias is Bias.PULL_UP
        return Value.ACTIVE if self.driven.get(number, pulled) else Value.INACTIVE

    def set_value(self, number: int, value: Value) -> None:
        assert self.lines[number].direction is Direction.OUTPUT
        self.lines[number].output_value = value

    def drive(self, number: int, high: bool) -> None:
        """Somebody outside moves the line."""
        self.driven[number] = high
        if self.lines[number].edge_detection is Edge.BOTH:
            self.edges.release()

    def wait_edge_events(self, timeout: float) -> bool:
        return self.edges.acquire(timeout=timeout)

    def read_edge_events(self) -> list[Any]:
        return []

    def release(self) -> None:
        self.lines.clear()


@pytest.fixture
def chip() -> Chip:
    return Chip()


@pytest.fixture
def factory(chip: Chip) -> Iterator[GpiodFactory]:
    found = GpiodFactory("/dev/gpiochip0", chip)
    yield found
    found.close()


def test_a_lamp_is_lit_and_put_out(chip: Chip, factory: GpiodFactory) -> None:
    with gpiozero.LED(17, pin_factory=factory) as lamp:
        assert chip.asked == ["callbox at /dev/gpiochip0"]
        assert chip.get_value(17) is Value.INACTIVE
        lamp.on()
        assert chip.get_value(17) is Value.ACTIVE
        lamp.off()
        assert chip.get_value(17) is Value.INACTIVE


def test_a_lamp_that_starts_lit_is_never_dark_for_a_moment(chip: Chip, factory: GpiodFactory) -> None:
    factory.pin(17).output_with_state(True)
    assert chip.lines[17].output_value is Value.ACTIVE


def test_a_key_that_pulls_low_is_heard_and_let_go(chip: Chip, factory: GpiodFactory) -> None:
    pressed, released = threading.Event(), threading.Event()
    with gpiozero.Button(27, pin_factory=factory) as key:
        assert chip.lines[27].bias is Bias.PULL_UP
        key.when_pressed, key.when_released = pressed.set, released.set
        assert not key.is_pressed
        chip.drive(27, False)
        assert pressed.wait(20)
        assert key.is_pressed
        chip.drive(27, True)
        assert released.wait(20)


def test_a_key_pressed_before_its_watcher_runs_is_heard(
    chip: Chip, factory: GpiodFactory, monkeypatch: Any
) -> None:
    told: list[int] = []
    heard = threading.Event()

    def changed(_ticks: float, state: int) -> None:
        told.append(state)
        heard.set()

    start = threading.Thread.start

    def pressed_first(thread: threading.Thread) -> None:
        chip.drive(27, False)
        start(thread)

    pin = factory.pin(27)
    pin.input_with_pull("up")
    monkeypatch.setattr(threading.Thread, "start", pressed_first)
    pin.when_changed = changed
    assert heard.wait(20)
    assert told == [0]
    pin.close()


def test_a_bounce_is_no_key(chip: Chip, factory: GpiodFactory) -> None:
    heard: list[str] = []
    pressed = threading.Event()

    def press() -> None:
        heard.append("pressed")
        pressed.set()

    with gpiozero.Button(27, bounce_time=0.3, pin_factory=factory) as key:
        key.when_released = lambda: heard.append("released")
        key.when_pressed = press
        for high in (False, True, False, True, False):
            chip.drive(27, high)
        assert pressed.wait(20)
    assert heard == ["pressed"]


def test_what_a_pin_cannot_do_is_refused(factory: GpiodFactory) -> None:
    pin = factory.pin(22)
    with pytest.raises(PinSetInput):
        pin.state = True
    with pytest.raises(PinInvalidFunction):
        pin.function = "spi"
    with pytest.raises(PinPWMUnsupported):
        pin.frequency = 100
    with pytest.raises(PinFixedPull):
        factory.pin(2).pull = "down"  # the header's I2C pins have resistors
    pin.function = "output"
    with pytest.raises(PinFixedPull):
        pin.pull = "up"


def test_a_closed_pin_is_let_go(chip: Chip, factory: GpiodFactory) -> None:
    pin = factory.pin(22)
    pin.close()
    assert chip.lines == {}
