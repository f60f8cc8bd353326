"""Text messages into the box by its GSM lines (3GPP TS 27.005, PDU mode): read, shown to the core, and taken
out of the SIM once the core has acted on them. All others stay where they are.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from appliance.contract.events import TrunkState, TrunkStatus
from appliance.contract.trunk import Trunk
from appliance.lines.pdu_in import read

if TYPE_CHECKING:
    from drivers.at_channel import Reply
    from drivers.gsm.modem import GsmTrunk

log = logging.getLogger(__name__)
_SECONDS = 5.0
_STORE = re.compile(r"[A-Z]{2}", re.ASCII)
_LISTED = re.compile(r"\+CMGL:\s*(\d+),\s*([01])\s*,", re.ASCII)

#: Sender, text, and what to do once it was acted on; never called when it was not.
Take = Callable[[str, str, Callable[[], None]], None]


class LineInbox:
    """`seen` is told of every event; `lines` are those of each trunk; `take` runs on a modem's thread."""

    def __init__(self, lines: Mapping[str, Sequence[Trunk]], take: Take) -> None:
        self._lines, self._take = lines, take
        self._watched: set[str] = set()

    def seen(self, event: object) -> None:
        """A line came into service: what came while nobody looked is read, and from then on what comes."""
        if not isinstance(event, TrunkStatus):
            return
        if event.state is not TrunkState.IN_SERVICE:
            self._watched.discard(event.line)
        elif event.line not in self._watched:
            modem = self._modem(event.line)
            if modem is not None:
                self._watched.add(event.line)
                modem.message_came = partial(self._came, modem)
                self._look(modem, "")

    def _modem(self, line: str) -> GsmTrunk | None:
        lines = self._lines.get(line)
        if not lines:
            return None
        from drivers.gsm.modem import GsmTrunk

        return next((one for one in lines if isinstance(one, GsmTrunk)), None)

    def _came(self, modem: GsmTrunk, store: str, index: int) -> None:
        self._look(modem, store if _STORE.fullmatch(store) else "")

    def _look(self, modem: GsmTrunk, store: str) -> None:
        """List what has not been read yet, in PDU mode, of the store that was named; "": of the one there is.

        Without its parameter (27.005 3.4.2: unread ones): the channel takes the lines of messages, which have
        no prefix, only for a command that sets nothing.
        """
        self._ask(modem, store, "AT+CMGL", partial(self._listed, modem, store))

    @staticmethod
    def _ask(modem: GsmTrunk, store: str, command: str, done: Callable[[Reply], None]) -> None:
        modem.link.command("AT+CMGF=0", _SECONDS, None)
        if store:
            modem.link.command(f'AT+CPMS="{store}"', _SECONDS, None)
        modem.link.command(command, _SECONDS, done)

    def _listed(self, modem: GsmTrunk, store: str, reply: Reply) -> None:
        for head, pdu in zip(reply.lines, reply.lines[1:], strict=False):
            found = _LISTED.match(head)
            if found is not None:
                self._show(modem, store, int(found.group(1)), pdu)

    def _show(self, modem: GsmTrunk, store: str, index: int, pdu: str) -> None:
        try:
            message = read(pdu)
        except ValueError as problem:
            log.warning("%s: message %d cannot be read and is left there: %s", modem.name, index, problem)
            return

        def acted() -> None:
            self._ask(modem, store, f"AT+CMGD={index}", lambda reply: None)

        self._take(message.sender, message.text, acted)
