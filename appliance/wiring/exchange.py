"""Lines and handsets of one core: made of the settings, in service, changed and closed while calls go on."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance import lines
from appliance.config.schema import GsmTrunk, Settings, SipTrunk, VoiceModemTrunk
from appliance.contract.errors import CallboxError
from appliance.contract.events import EventSink
from appliance.contract.ids import PortId
from appliance.contract.trunk import Trunk
from appliance.core.system import System
from appliance.media.engine import Engine
from drivers.sip.stack import SipStack

AnyTrunk = GsmTrunk | VoiceModemTrunk | SipTrunk


class Exchange:
    """What is in service. Methods are for the loop's thread, but for `stop`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        system: System,
        engine: Engine,
        sip: SipStack,
        post: EventSink,
        state: Path,
        lines_of: dict[str, list[Trunk]],
    ) -> None:
        self._loop, self._system, self._engine, self._sip = loop, system, engine, sip
        self._post, self._state = post, state
        self._trunks: dict[str, AnyTrunk] = {}  # what each trunk in service was made of
        self.lines = lines_of  # and its lines
        self._handsets: dict[str, str] = {}  # extension -> secret

    def modem(self, name: str) -> lines.Modem:
        """The modem of a line. CallboxError when it has none."""
        for line in self.lines.get(name, []):
            if isinstance(line, lines.Modem):
                return line
        raise CallboxError(f"{name} is not a line with a modem.")

    def apply_handsets(self, settings: Settings) -> None:
        """Take and give back handsets."""
        wanted = {h.extension: h.secret.get_secret_value() for h in settings.handsets}
        if wanted != self._handsets:
            self._sip.set_credentials(wanted)
        for name in self._handsets.keys() - wanted.keys():
            self._system.remove_handset(name, functools.partial(self._sip.remove_handset, name))
        for name in (one for one in wanted if one not in self._handsets):  # in the order of the settings
            handset = self._sip.add_handset(name)
            self._system.add_handset(handset)
            handset.start()
        self._handsets = wanted

    def apply_trunks(self, settings: Settings, emergency: frozenset[str]) -> None:
        """Open, change and close lines; those nothing was changed of go on."""
        wanted = {trunk.name: trunk for trunk in settings.trunks if trunk.enabled}
        for name in self._trunks.keys() - wanted.keys():
            self._close_trunk(name, lambda: None)
        for name, trunk in wanted.items():
            if name not in self._trunks:
                self._open_trunk(trunk, emergency)
            elif self._trunks[name] != trunk:
                self._close_trunk(name, functools.partial(self._open_trunk, trunk, emergency))

    def stop(self) -> None:
        """Stop every line; waits, for a thread of its own."""
        found = [line for lines_of in self.lines.values() for line in lines_of]
        stops = [threading.Thread(target=line.stop, name=f"stop-{line.name}") for line in found]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join(5.0)

    def _open_trunk(self, trunk: AnyTrunk, emergency: frozenset[str]) -> None:
        self._trunks[trunk.name] = trunk
        self.lines[trunk.name] = list(self._make_lines(trunk, emergency))
        for line in self.lines[trunk.name]:
            self._system.add_trunk(line)
            line.start()

    def _close_trunk(self, name: str, after: Callable[[], None]) -> None:
        """Let the calls of its lines end, then stop them in a thread, then do `after` on the loop."""
        trunk, its_lines = self._trunks.pop(name), self.lines.pop(name)
        busy = {line.name for line in its_lines}

        def idle(line: str) -> None:
            busy.discard(line)
            if not busy:
                self._loop.run_in_executor(None, retire)

        def retire() -> None:
            if isinstance(trunk, SipTrunk):
                self._sip.remove_trunk(name)
            else:
                for line in its_lines:
                    line.stop()
                    self._engine.drop_line(_port_of(line.name))
            self._loop.call_soon_threadsafe(after)

        for line in its_lines:
            self._system.remove_trunk(line.name, functools.partial(idle, line.name))

    def _make_lines(self, trunk: AnyTrunk, emergency: frozenset[str]) -> Iterator[Trunk]:
        if isinstance(trunk, GsmTrunk):
            from drivers.gsm.modem import GsmTrunk as GsmLine

            gsm = lines.gsm_settings(trunk, emergency, self._state)
            yield GsmLine(trunk.name, gsm, self._post, self._engine.line_port(_port_of(trunk.name)))
        elif isinstance(trunk, VoiceModemTrunk):
            from drivers.fxo.voice_modem import VoiceModemTrunk as AnalogLine

            analog = lines.analog_settings(trunk)
            port = self._engine.line_port(_port_of(trunk.name), echo_cancel=True)
            yield AnalogLine(trunk.name, analog, self._post, port)
        else:
            yield from self._sip.add_trunk(lines.sip_settings(trunk))


def _port_of(line: str) -> PortId:
    return PortId(f"line:{line}")
