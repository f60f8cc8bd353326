"""Text messages out of the box by its GSM lines (3GPP TS 27.005, PDU mode)."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from appliance.contract.texts import Sent
from appliance.contract.trunk import Trunk
from appliance.lines.pdu import Part, submit

if TYPE_CHECKING:
    from drivers.at_channel import Reply
    from drivers.gsm.modem import GsmTrunk

log = logging.getLogger(__name__)
_MODE_SECONDS = 5.0
_SEND_SECONDS = 40.0  # the network's answer to one part
_END = b"\x1a"

Deliver = Callable[[Callable[[], None]], None]


class LineTexts:
    """`contract.texts.Texts`. `lines`: those of each trunk in service; `deliver` leads back to the core."""

    def __init__(self, lines: Mapping[str, Sequence[Trunk]], deliver: Deliver) -> None:
        self._lines, self._deliver = lines, deliver
        self._references = itertools.count()

    def _modem(self, line: str) -> GsmTrunk | None:
        lines = self._lines.get(line)
        if not lines:
            return None
        from drivers.gsm.modem import GsmTrunk

        return next((one for one in lines if isinstance(one, GsmTrunk)), None)

    def able(self, line: str) -> bool:
        """Only a line with a SIM is."""
        return self._modem(line) is not None

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        """One part after the other; the first that is refused ends it."""

        def over(problem: str) -> None:
            if problem:
                log.warning("%s: a text message was not sent: %s", line, problem)
            self._deliver(lambda: sent(problem))

        modem = self._modem(line)
        if modem is None:
            over(f"Line {line} cannot send text messages.")
            return
        try:
            parts = submit(number, text, next(self._references))
        except ValueError as problem:
            over(str(problem))
            return
        _Sending(modem, parts, over).begin()


class _Sending:
    """One message on its way. After `begin` everything is on the port's own thread."""

    def __init__(self, modem: GsmTrunk, parts: list[Part], over: Callable[[str], None]) -> None:
        self._link, self._parts, self._over = modem.link, parts, over

    def begin(self) -> None:
        self._link.command("AT+CMGF=0", _MODE_SECONDS, self._go_on, direct=True)

    def _go_on(self, reply: Reply) -> None:
        if reply.error is not None:
            self._over(str(reply.error))
        elif not self._parts:
            self._over("")
        else:
            part = self._parts.pop(0)
            data = part.pdu.encode("ascii") + _END
            self._link.command(f"AT+CMGS={part.length}", _SEND_SECONDS, self._go_on, prompt=data, direct=True)
