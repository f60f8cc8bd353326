"""Short messages in PDU mode (3GPP TS 27.005): sending, storing, listing, reading, announcing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.at import AtError, AtInterpreter, Command, Final, Form, Handler
from simulator.gsm.pdu import PduError, Submit, deliver, read_submit
from simulator.settings import Settings

STORE_SIZE = 30
NOT_SUPPORTED, BAD_PDU, BAD_INDEX, STORE_FULL, NO_NETWORK = 303, 304, 321, 322, 331
UNREAD, READ, UNSENT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A whole message the box sent, its parts joined."""

    to: str
    text: str
    parts: int


@dataclass(slots=True)
class _Stored:
    status: int
    pdu: str

    def row(self) -> str:
        return f"{self.status},,{len(self.pdu) // 2 - 1 - int(self.pdu[:2], 16)}"


class ShortMessages:
    """The message store and the way to the service centre.

    `sent` holds what the box sent. `refuse` makes the network refuse with that +CMS code;
    while `silent`, the network takes a part and never answers.
    """

    def __init__(
        self, at: AtInterpreter, settings: Settings, require_sim: Callable[[], None],
        registered: Callable[[], bool], note: Callable[..., None],
    ) -> None:  # fmt: skip
        self.sent: list[SentMessage] = []
        self.refuse: int | None = None
        self.silent = False
        self.stores: dict[str, dict[int, _Stored]] = {"SM": {}, "ME": {}}
        self._at = at
        self._settings = settings
        self._require_sim = require_sim
        self._registered = registered
        self._note = note
        self._reference = 0
        self._deliver_reference = 0
        self._parts: dict[tuple[str, int], dict[int, Submit]] = {}
        self.reset()

    def reset(self) -> None:
        self._chosen = ["SM", "SM", "SM"]

    # ----------------------------------------------------------------------------- from the network

    def arrive(self, sender: str, text: str, when: datetime | None = None) -> int:
        """A message comes to the box. Returns the number of its parts."""
        self._deliver_reference += 1
        pdus = deliver(sender, text, when or datetime.now(UTC), self._deliver_reference)
        for pdu in pdus:
            self.arrive_raw(pdu)
        return len(pdus)

    def arrive_raw(self, pdu: str) -> None:
        """A message part as the network hands it over, well formed or not."""
        routing = self._settings.number("+CNMI", 1)
        if routing == 2:
            self._at.unsolicited(f"+CMT: ,{len(pdu) // 2 - 1}\r\n{pdu}")
            return
        index = self._keep(self._chosen[2], _Stored(UNREAD, pdu))
        if index and routing == 1:
            self._at.unsolicited(f'+CMTI: "{self._chosen[2]}",{index}')

    def _keep(self, name: str, message: _Stored) -> int:
        store = self.stores[name]
        free = next((index for index in range(1, STORE_SIZE + 1) if index not in store), 0)
        if free:
            store[free] = message
        return free

    # ---------------------------------------------------------------------------------- commands

    def handlers(self) -> dict[str, Handler]:
        plain = {
            "+CMGS": self._cmgs, "+CMGW": self._cmgw, "+CMSS": self._cmss, "+CMGL": self._cmgl,
            "+CMGR": self._cmgr, "+CMGD": self._cmgd, "+CPMS": self._cpms,
        }  # fmt: skip
        return {name: self._with_sim(handler) for name, handler in plain.items()}

    def _with_sim(self, handler: Handler) -> Handler:
        def checked(command: Command) -> list[str] | Final:
            self._require_sim()
            if command.form is Form.TEST and command.name not in ("+CPMS", "+CMGL", "+CMGD"):
                return []
            if self._settings.number("+CMGF"):
                raise AtError(NOT_SUPPORTED, "CMS")
            return handler(command)

        return checked

    def _cmgs(self, command: Command) -> list[str] | Final:
        length = command.number(0)
        return self._at.prompt(lambda text: self._submit(text, length))

    def _submit(self, text: bytes | None, length: int) -> None:
        if text is None:
            self._at.finish("OK")
            return
        if self.silent:
            return
        try:
            reference = self._send(text.decode("latin-1").strip(), length)
        except AtError as error:
            self._at.fail(error)
            return
        self._at.finish("OK", [f"+CMGS: {reference}"])

    def _send(self, pdu: str, length: int) -> int:
        try:
            part = read_submit(pdu, length)
        except PduError as error:
            self._note("sms refused", why=str(error), pdu=pdu)
            raise AtError(BAD_PDU, "CMS") from None
        if self.refuse is not None or not self._registered():
            raise AtError(self.refuse if self.refuse is not None else NO_NETWORK, "CMS")
        self._reference = self._reference % 255 + 1
        self._collect(part)
        return self._reference

    def _collect(self, part: Submit) -> None:
        key = (part.to, part.reference if part.reference is not None else -1)
        parts = self._parts.setdefault(key, {})
        parts[part.part] = part
        if len(parts) < part.parts:
            return
        del self._parts[key]
        message = SentMessage(part.to, "".join(parts[number].text for number in sorted(parts)), part.parts)
        self.sent.append(message)
        self._note("sms sent", to=message.to, text=message.text, parts=message.parts)

    def _cmgw(self, command: Command) -> list[str] | Final:
        length = command.number(0)

        def store(text: bytes | None) -> None:
            pdu = (text or b"").decode("latin-1").strip()
            index = self._keep(self._chosen[1], _Stored(UNSENT, pdu)) if self._is_pdu(pdu, length) else 0
            if index:
                self._at.finish("OK", [f"+CMGW: {index}"])
            else:
                self._at.fail(AtError(BAD_PDU, "CMS"))

        return self._at.prompt(store)

    @staticmethod
    def _is_pdu(pdu: str, length: int) -> bool:
        try:
            data = bytes.fromhex(pdu)
        except ValueError:
            return False
        return bool(data) and len(data) == 1 + data[0] + length

    def _cmss(self, command: Command) -> list[str] | Final:
        message = self._at_index(self.stores[self._chosen[1]], command)
        length = len(message.pdu) // 2 - 1 - int(message.pdu[:2], 16)
        return [f"+CMSS: {self._send(message.pdu, length)}"]

    def _cmgl(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+CMGL: (0-4)"]
        wanted = command.number(0)
        lines = []
        for index, message in sorted(self.stores[self._chosen[0]].items()):
            if wanted in (4, message.status):
                lines += [f"+CMGL: {index},{message.row()}", message.pdu]
                message.status = READ if message.status == UNREAD else message.status
        return lines

    def _cmgr(self, command: Command) -> list[str] | Final:
        message = self._at_index(self.stores[self._chosen[0]], command)
        lines = [f"+CMGR: {message.row()}", message.pdu]
        message.status = READ if message.status == UNREAD else message.status
        return lines

    def _cmgd(self, command: Command) -> list[str] | Final:
        store = self.stores[self._chosen[0]]
        if command.form is Form.TEST:
            return [f"+CMGD: ({','.join(map(str, sorted(store)))}),(0-4)"]
        flag = command.number(1)
        if flag:
            for index, message in list(store.items()):
                if flag == 4 or message.status == READ:
                    del store[index]
            return []
        self._at_index(store, command)
        del store[command.number(0)]
        return []

    @staticmethod
    def _at_index(store: dict[int, _Stored], command: Command) -> _Stored:
        index = command.number(0)
        if index not in store:
            raise AtError(BAD_INDEX, "CMS")
        return store[index]

    def _cpms(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ['+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")']
        if command.form is Form.READ:
            return ["+CPMS: " + ",".join(f'"{name}",{self._fill(name)}' for name in self._chosen)]
        names = command.args
        if not 1 <= len(names) <= 3 or any(name not in self.stores for name in names):
            raise AtError(302, "CMS")
        self._chosen[: len(names)] = names
        return ["+CPMS: " + ",".join(self._fill(name) for name in self._chosen)]

    def _fill(self, name: str) -> str:
        return f"{len(self.stores[name])},{STORE_SIZE}"
