"""The script of a virtual caller: a line a thing, as people would tell it.

at 2026-12-24 10:30             local time of the box; else now
from +49 30 1234567             or: from withheld
trunk gsm1                      comes in on this line; else straight into the flow that is tried
to +49 30 7654321               the number of ours that was dialled
queue sales free 1 waiting 3    who is there: agents who could take a call, callers who wait already
agent 11 free                   free, silent (rings and does not answer), busy, on_break or away
outside busy                    numbers outside answer, are busy or silent
contact name=Ana vip=yes language=de balance=12.50      who the caller turns out to be, also by account
lead name=Ana amount_due=12.50   the fields of who is called for a campaign
campaign company=Acme key=9     what the campaign's settings say
answer state=sent               what a machine that is asked says; or: answer fails
taken 2026-12-28 10:00          an appointment of somebody else; one line each
text fails                      no message can be sent
press 1                         when the box next waits for keys; "interrupt 1": at once
enter 4711                      the same, and nothing more until the box has understood it
say sales
wait                            let the time run out that the box waits for a key
stay                            wait in the queue until it sends the caller elsewhere
frees 11                        that agent, so far busy, comes free
hang up
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.contract.contacts import Contact
from appliance.contract.errors import SettingsError

MOST_LINES = 200
#: Lines with keys, of which # may be one.
_KEYS = re.compile(r"\s*(press|enter|interrupt)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the caller does: "press", "enter", "interrupt", "say", "wait", "stay" or "hang_up"; or what
    an agent does meanwhile: "frees"."""

    does: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A read script. `at` is naive, local time of the box."""

    at: datetime | None = None
    number: str | None = "+15005550006"
    trunk: str | None = None
    called: str | None = None  # the number dialled
    queues: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # free agents, waiting callers
    agents: Mapping[str, str] = field(default_factory=dict)
    outside: str = "answers"
    contact: Contact | None = None
    variables: Mapping[str, str] = field(default_factory=dict)  # "lead.name", "campaign.company" …
    answers: Mapping[str, str] | None = field(default_factory=dict)  # None: no answer comes
    taken: tuple[datetime, ...] = ()  # other appointments, local time
    texts_fail: bool = False
    actions: tuple[Action, ...] = ()


def read(text: str) -> Script:
    """Read a script. SettingsError names each line that cannot be understood: "script.3" -> sentence."""
    script, problems = Script(), dict[str, str]()
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise SettingsError({"script": f"A script has at most {MOST_LINES} lines."})
    for number, line in enumerate(lines, 1):
        said = line if _KEYS.match(line) else line.split("#", 1)[0]
        word, _, rest = said.strip().partition(" ")
        if not word:
            continue
        try:
            script = _WORDS.get(word.casefold(), _unknown)(script, rest.strip())
        except ValueError:
            problems[f"script.{number}"] = f"Line {number} is not understood: {line.strip()[:60]}"
    if problems:
        raise SettingsError(problems)
    return script


def _unknown(script: Script, rest: str) -> Script:
    raise ValueError(rest)


def _at(script: Script, rest: str) -> Script:
    return replace(script, at=datetime.strptime(rest, "%Y-%m-%d %H:%M"))  # noqa: DTZ007 - the box's own time


def _from(script: Script, rest: str) -> Script:
    number = re.sub(r"[ ()/-]", "", rest)
    if rest != "withheld" and not re.fullmatch(r"\+?[0-9]{2,20}", number):
        raise ValueError(rest)
    return replace(script, number=None if rest == "withheld" else number)


def _trunk(script: Script, rest: str) -> Script:
    if not rest:
        raise ValueError(rest)
    return replace(script, trunk=rest)


def _to(script: Script, rest: str) -> Script:
    number = re.sub(r"[ ()/-]", "", rest)
    if not re.fullmatch(r"\+?[0-9]{2,20}", number):
        raise ValueError(rest)
    return replace(script, called=number)


def _queue(script: Script, rest: str) -> Script:
    found = re.fullmatch(r"(\S+)(?: free ([0-9]{1,2}))?(?: waiting ([0-9]{1,2}))?", rest)
    if found is None:
        raise ValueError(rest)
    state = int(found.group(2) or 0), int(found.group(3) or 0)
    return replace(script, queues={**script.queues, found.group(1): state})


def _agent(script: Script, rest: str) -> Script:
    found = re.fullmatch(r"([0-9]{2,6}) (free|silent|busy|on_break|away)", rest)
    if found is None:
        raise ValueError(rest)
    return replace(script, agents={**script.agents, found.group(1): found.group(2)})


def _outside(script: Script, rest: str) -> Script:
    if rest not in ("answers", "busy", "silent"):
        raise ValueError(rest)
    return replace(script, outside=rest)


def _contact(script: Script, rest: str) -> Script:
    own = _pairs(rest)
    known = {name: own.pop(name, "") for name in ("name", "vip", "language", "agent", "account")}
    contact = Contact(
        id="virtual",
        name=known["name"],
        language=known["language"] or None,
        vip=known["vip"] == "yes",
        agent=known["agent"] or None,
        account=known["account"],
        fields=own,
    )
    return replace(script, contact=contact)


def _known(whose: str) -> Callable[[Script, str], Script]:
    def known(script: Script, rest: str) -> Script:
        own = {f"{whose}.{name}": value for name, value in _pairs(rest).items()}
        return replace(script, variables={**script.variables, **own})

    return known


def _answer(script: Script, rest: str) -> Script:
    return replace(script, answers=None if rest == "fails" else {**(script.answers or {}), **_pairs(rest)})


def _taken(script: Script, rest: str) -> Script:
    at = datetime.strptime(rest, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the box's own time
    return replace(script, taken=(*script.taken, at))


def _text(script: Script, rest: str) -> Script:
    if rest != "fails":
        raise ValueError(rest)
    return replace(script, texts_fail=True)


def _pairs(rest: str) -> dict[str, str]:
    """name=value name="several words"."""
    found = re.findall(r'([A-Za-z][A-Za-z0-9_.-]*)=("[^"]*"|\S*)\s*', rest)
    if not found or re.sub(r'[A-Za-z][A-Za-z0-9_.-]*=("[^"]*"|\S*)\s*', "", rest):
        raise ValueError(rest)
    return {name: value.strip('"') for name, value in found}


def _press(does: str) -> Callable[[Script, str], Script]:
    def press(script: Script, rest: str) -> Script:
        keys = rest.replace(" ", "")
        if not re.fullmatch(r"[0-9*#]{1,60}", keys):
            raise ValueError(rest)
        return _do(script, Action(does, keys))

    return press


def _say(script: Script, rest: str) -> Script:
    if not rest:
        raise ValueError(rest)
    return _do(script, Action("say", rest.strip('"')))


def _alone(does: str) -> Callable[[Script, str], Script]:
    def alone(script: Script, rest: str) -> Script:
        if rest:
            raise ValueError(rest)
        return _do(script, Action(does))

    return alone


def _frees(script: Script, rest: str) -> Script:
    if not re.fullmatch(r"[0-9]{2,6}", rest):
        raise ValueError(rest)
    return _do(script, Action("frees", rest))


def _hang(script: Script, rest: str) -> Script:
    if rest != "up":
        raise ValueError(rest)
    return _do(script, Action("hang_up"))


def _do(script: Script, action: Action) -> Script:
    return replace(script, actions=(*script.actions, action))


_WORDS: dict[str, Callable[[Script, str], Script]] = {
    "at": _at,
    "from": _from,
    "trunk": _trunk,
    "to": _to,
    "queue": _queue,
    "agent": _agent,
    "outside": _outside,
    "contact": _contact,
    "lead": _known("lead"),
    "campaign": _known("campaign"),
    "answer": _answer,
    "taken": _taken,
    "text": _text,
    "press": _press("press"),
    "enter": _press("enter"),
    "interrupt": _press("interrupt"),
    "say": _say,
    "wait": _alone("wait"),
    "stay": _alone("stay"),
    "frees": _frees,
    "hang": _hang,
}
