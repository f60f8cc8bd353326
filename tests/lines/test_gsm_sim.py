"""The SIM and its PIN: a wrong one is tried once, and never again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.contract.errors import LineTimeoutError
from appliance.contract.events import TrunkState
from drivers.at_channel import Reply
from drivers.at_channel.reply import refusal
from drivers.gsm.sim import PinMemory, SimError, unlock


class Card:
    """A SIM by the words of +CPIN, with a counter of tries."""

    def __init__(self, pin: str = "1234", state: str = "SIM PIN") -> None:
        self.pin, self.state = pin, state
        self.left = 3
        self.tried: list[str] = []
        self.busy = 0

    def ask(self, text: str, timeout: float) -> Reply:
        if text == "AT+CPIN?":
            self.busy -= 1
            return self._say(text, "+CME ERROR: 14" if self.busy >= 0 else f"+CPIN: {self.state}")
        if text == 'AT+CPINR="SIM PIN"':
            return self._say(text, f"+CPINR: SIM PIN,{self.left},3")
        assert text.startswith('AT+CPIN="')
        self.tried.append(text[9:-1])
        if self.tried[-1] == self.pin:
            self.state, self.left = "READY", 3
            return self._say(text, "OK")
        self.left -= 1
        return self._say(text, "+CME ERROR: 16")

    @staticmethod
    def _say(text: str, line: str) -> Reply:
        if line.startswith("+CME"):
            return Reply(text, line, (), refusal(text, line))
        return Reply(text, "OK", () if line == "OK" else (line,))


def _unlock(card: Card, pin: str | None, memory: PinMemory, pauses: int = 3) -> None:
    left = iter([True] * pauses)
    unlock(card.ask, pin, memory, lambda: next(left, False), 1.0)


def test_the_right_pin(tmp_path: Path) -> None:
    card = Card()
    _unlock(card, "1234", PinMemory(tmp_path / "pin"))
    assert card.tried == ["1234"]
    assert not (tmp_path / "pin").exists()


def test_a_wrong_pin_is_tried_once_also_after_a_restart(tmp_path: Path) -> None:
    card = Card()
    for _ in range(3):
        with pytest.raises(SimError) as failure:
            _unlock(card, "0000", PinMemory(tmp_path / "pin"))
        assert failure.value.state is TrunkState.SIM_LOCKED
    assert card.tried == ["0000"]
    text = (tmp_path / "pin").read_text()
    assert "0000" not in text
    assert (tmp_path / "pin").stat().st_mode & 0o077 == 0


def test_a_new_pin_is_tried_and_a_right_one_forgets_the_wrong_one(tmp_path: Path) -> None:
    card = Card()
    with pytest.raises(SimError):
        _unlock(card, "0000", PinMemory(tmp_path / "pin"))
    memory = PinMemory(tmp_path / "pin")
    _unlock(card, "1234", memory)
    assert card.tried == ["0000", "1234"]
    assert not memory.knows("0000")


def test_another_card_with_all_its_tries_is_another_matter(tmp_path: Path) -> None:
    with pytest.raises(SimError):
        _unlock(Card(pin="9999"), "1234", PinMemory(tmp_path / "pin"))
    fresh = Card(pin="1234")
    _unlock(fresh, "1234", PinMemory(tmp_path / "pin"))
    assert fresh.tried == ["1234"]


def test_a_silent_card_counts_as_a_refusal_until_it_shows_its_tries(tmp_path: Path) -> None:
    card = Card()

    def silent(text: str, timeout: float) -> Reply:
        if text.startswith('AT+CPIN="'):
            card.ask(text, timeout)
            return Reply(text, error=LineTimeoutError("silent"))
        return card.ask(text, timeout)

    with pytest.raises(LineTimeoutError):
        unlock(silent, "0000", PinMemory(tmp_path / "pin"), lambda: True, 1.0)
    with pytest.raises(SimError):
        _unlock(card, "0000", PinMemory(tmp_path / "pin"))
    assert card.tried == ["0000"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"salt": 1}', "\x00\xff", '"x"', "null"])
def test_a_broken_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "pin").write_text(text)
    assert not PinMemory(tmp_path / "pin").knows("1234")


def test_no_pin_is_set() -> None:
    with pytest.raises(SimError, match="none is set") as failure:
        _unlock(Card(), None, PinMemory(None))
    assert failure.value.state is TrunkState.SIM_LOCKED


@pytest.mark.parametrize("state", ["SIM PUK", "PH-SIM PIN", "SIM PIN2 LOCKED"])
def test_other_locks_are_named(state: str) -> None:
    card = Card(state=state)
    with pytest.raises(SimError, match=state) as failure:
        _unlock(card, "1234", PinMemory(None))
    assert failure.value.state is TrunkState.SIM_LOCKED
    assert card.tried == []


@pytest.mark.parametrize(
    "answer", ["+CME ERROR: 10", "+CME ERROR: SIM not inserted", "ERROR", "+CME ERROR: 13"]
)
def test_no_card(answer: str) -> None:
    def ask(text: str, timeout: float) -> Reply:
        return Reply(text, answer, (), refusal(text, answer))

    with pytest.raises(SimError) as failure:
        unlock(ask, None, PinMemory(None), lambda: True, 1.0)
    assert failure.value.state is TrunkState.SIM_ABSENT


def test_a_busy_card_is_waited_for_but_not_for_ever() -> None:
    card = Card(state="READY")
    card.busy = 2
    _unlock(card, None, PinMemory(None))
    card.busy = 100
    with pytest.raises(SimError, match="ready"):
        _unlock(card, None, PinMemory(None))
