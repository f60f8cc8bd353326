"""A text message (SMS) to a customer, by a line that has a SIM."""

from __future__ import annotations

from appliance.contract.events import TrunkState
from appliance.contract.ids import CallId
from appliance.contract.journal import EntryKind
from appliance.contract.texts import Sent
from appliance.core.call.call import Purpose
from appliance.core.call.emergency import emergency_number
from appliance.core.kernel import Kernel
from appliance.core.line import TrunkLine
from appliance.core.numbers import to_e164

#: No modem and no network takes longer to say yes or no.
PATIENCE_SECONDS = 120.0


def line_for_text(kernel: Kernel, group: str = "") -> TrunkLine | None:
    """The line that a message would go by now: of this group, or of all ("").

    One that is in a call can send too, but its modem is then late with whatever the call wants: idle ones
    come first.
    """
    names = kernel.plan.trunk_groups.get(group, ()) if group else tuple(kernel.trunks)
    lines = [kernel.trunks[name] for name in names if name in kernel.trunks]
    return min((line for line in lines if _able(kernel, line)), key=lambda line: not line.idle, default=None)


def _able(kernel: Kernel, line: TrunkLine) -> bool:
    """Can it send now? Never while a call for help is on it, or to be."""
    if line.status.state is not TrunkState.IN_SERVICE or line.leaving or line.reserved:
        return False
    if any(leg.call.purpose is Purpose.EMERGENCY for leg in line.legs):
        return False
    return kernel.guard.ask("Text messages", lambda: kernel.services.texts.able(line.name), False)


def send_sms(
    kernel: Kernel, number: str | None, text: str, sent: Sent, group: str = "", call: CallId | None = None
) -> None:
    """Send `text` to `number`; `sent` is called once, at once or later, with "" or the reason.

    It stands in the journal, with the call it belongs to, and without the text.
    """
    to = to_e164(number, kernel.plan.country)
    line = line_for_text(kernel, group)
    over = False

    def end(problem: str) -> None:
        nonlocal over
        if over:
            return
        over = True
        trunk = line.name if line is not None else None
        kernel.note(EntryKind.TEXT_SENT, call, number=to or number, trunk=trunk, problem=problem or None)
        sent(problem)

    if to is None or not to.startswith("+") or emergency_number(to, kernel.plan) is not None:
        end("There is no number that a message could be sent to.")
    elif not text.strip():
        end("The message is empty.")
    elif line is None:
        end("No line that can send text messages is in service.")
    else:
        name = line.name
        kernel.after(PATIENCE_SECONDS, lambda: end("The network did not answer in time."))
        refused = kernel.guard.tell(
            "Text messages",
            lambda: kernel.services.texts.send(
                name, to, text, lambda problem: kernel.run_contained(lambda: end(problem))
            ),
        )
        if refused:
            end(refused)
