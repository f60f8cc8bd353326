"""The control socket of a simulator process: one JSON object a line, one answer for each.

A request is `{"do": NAME, ...arguments}`; the answer `{"ok": true, "result": ...}` or
`{"ok": false, "error": "words"}`. The names and their arguments are the methods of `Verbs`; lines
are named as their devices (gsm1, fxo2), calls by the number that place_call gave.
"""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simulator import sound
from simulator.call import Call, CallState
from simulator.exchange import Exchange
from simulator.gsm.modem import GsmModem
from simulator.line import Line
from simulator.people import subscriber
from simulator.script import HangUpWay, from_json
from simulator.subscriber import Behaviour, Subscriber
from simulator.voice.modem import VoiceModem

log = logging.getLogger("simulator.control")

Result = Any


class Verbs:
    """What a client may ask. Each public method is a verb."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._calls: dict[int, Call] = {}

    def place_call(
        self, line: str, script: list[Mapping[str, Any]] | None = None, number: str = "+36205550199",
        name: str = "", rings_for: float = 60.0, record: str | None = None,
    ) -> Result:  # fmt: skip
        """A subscriber calls the box; see `simulator.script.from_json` for the script."""
        self._line(line)
        call = self._exchange.place_call(line, from_json(script or []), number, name, rings_for, record)
        index = len(self._calls) + 1
        self._calls[index] = call
        return {"call": index}

    def call(self, call: int) -> Result:
        """State of a call that was placed."""
        return self._tell(self._calls[call])

    def calls(self) -> Result:
        """The last calls of the network, both ways."""
        return [self._tell(call) for call in list(self._exchange.calls)]

    def wait_call(self, call: int, state: str, timeout: float = 10.0) -> Result:
        """Wait until the call is ringing, connected or ended; tells its state then."""
        self._calls[call].wait_for(CallState(state), timeout)
        return self._tell(self._calls[call])

    def hang_up(self, call: int, way: str = "signalled") -> Result:
        """The subscriber hangs up."""
        self._calls[call].hang_up(HangUpWay(way))
        return self._tell(self._calls[call])

    def heard(self, call: int, wav: str) -> Result:
        """Write what the subscriber has heard so far to a WAV file."""
        pcm = self._calls[call].heard
        sound.write_wav(wav, pcm)
        return {"seconds": len(pcm) / 2 / sound.RATE}

    def unplug(self, line: str) -> Result:
        """Pull the modem out."""
        self._line(line).unplug()
        return None

    def plug(self, line: str) -> Result:
        """Put the modem in again."""
        self._line(line).plug()
        return None

    def fault(self, line: str, name: str, value: float | bool) -> Result:
        """Set one of `simulator.line.Faults`."""
        faults = self._line(line).faults
        if name not in faults.__slots__:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(faults.__slots__)}")
        setattr(faults, name, value)
        return None

    def split_reads(self, line: str, on: bool = True) -> Result:
        """What the modem says arrives in small pieces."""
        self._line(line).split_reads(on)
        return None

    def garbage(self, line: str, hex: str) -> Result:
        """Bytes that no modem should send appear on the line's first port."""
        self._line(line).garbage(bytes.fromhex(hex))
        return None

    def coverage(self, line: str, on: bool) -> Result:
        """Carry a GSM modem out of coverage or back."""
        self._gsm(line).set_coverage(on)
        return None

    def signal(self, line: str, csq: int) -> Result:
        """Set a GSM modem's signal (0 to 31)."""
        self._gsm(line).set_signal(csq)
        return None

    def sim(self, line: str, present: bool) -> Result:
        """Take the SIM out or put it in."""
        self._gsm(line).insert_sim(present)
        return None

    def dial_tone(self, line: str, on: bool) -> Result:
        """Let the exchange give a dial tone on an analog line, or none."""
        modem = self._line(line)
        if not isinstance(modem, VoiceModem):
            raise ValueError(f"{line} is no analog line")
        modem.dial_tone = on
        return None

    def send_sms(self, line: str, sender: str, text: str) -> Result:
        """A message comes to the box."""
        return {"parts": self._gsm(line).send_sms(sender, text)}

    def sms_sent(self, line: str) -> Result:
        """The messages the box sent on this line."""
        return [asdict(message) for message in list(self._gsm(line).sms.sent)]

    def add_subscriber(
        self, number: str, behaviour: str = "answer", answer_after: float = 3.0, rings_for: float = 30.0,
        script: list[Mapping[str, Any]] | None = None,
    ) -> Result:  # fmt: skip
        """Put a number into the phone book."""
        kind, steps = Behaviour(behaviour), tuple(from_json(script or []))
        self._exchange.add_subscriber(Subscriber(number, kind, answer_after, rings_for, steps))
        return None

    def add_person(self, number: str, kind: str = "person", voice: int = 0) -> Result:
        """Put a subscriber of a kind of `simulator.people.KINDS` into the phone book."""
        self._exchange.add_subscriber(subscriber(kind, number, voice))
        return None

    def status(self) -> Result:
        """Every line's state, and what went wrong in the simulator itself."""
        lines = {name: line.status() for name, line in self._exchange.lines.items()}
        return {"lines": lines, "errors": [repr(error) for error in self._exchange.errors]}

    def audio(self, line: str) -> Result:
        """How the box kept the line's audio clock."""
        modem = self._line(line)
        if not isinstance(modem, GsmModem | VoiceModem):
            raise ValueError(f"{line} has no audio")
        return asdict(modem.audio)

    def journal(self, since: int = 0) -> Result:
        """The journal's entries after number `since`."""
        return [entry.as_dict() for entry in list(self._exchange.journal) if entry.number > since]

    def _line(self, name: str) -> Line:
        if name not in self._exchange.lines:
            raise ValueError(f"no line {name!r}; there are: {', '.join(self._exchange.lines)}")
        return self._exchange.lines[name]

    def _gsm(self, name: str) -> GsmModem:
        line = self._line(name)
        if not isinstance(line, GsmModem):
            raise ValueError(f"{name} is no GSM line")
        return line

    def _tell(self, call: Call) -> dict[str, Any]:
        return {
            "line": call.line.name, "number": call.number, "to_box": call.to_box, "state": str(call.state),
            "cause": call.cause, "ended_by": call.ended_by, "digits": call.digits,
        }  # fmt: skip


def answer(verbs: Verbs, line: bytes) -> dict[str, Any]:
    """One request, one answer; a bad request is told why."""
    try:
        request = json.loads(line)
        name = request.pop("do")
        verb: Callable[..., Result] | None = None if name.startswith("_") else getattr(verbs, name, None)
        if verb is None:
            raise ValueError(f"unknown verb {name!r}")
        return {"ok": True, "result": verb(**request)}
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


class ControlServer:
    """Serves the socket from threads of its own."""

    def __init__(self, exchange: Exchange, path: Path) -> None:
        verbs = Verbs(exchange)

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(json.dumps(answer(verbs, line)).encode() + b"\n")

        path.unlink(missing_ok=True)
        self._path = path
        self._server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="sim-control")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)
