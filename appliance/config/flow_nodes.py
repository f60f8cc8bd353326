"""The kinds of nodes a flow is made of. A field that is an `Exit` names the node the caller goes to next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field, field_validator, model_validator

from appliance.config.fields import DaySpan, Extension, Language, Name, Number, PromptText, closes_after
from appliance.config.model import Model

NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
#: Empty: not set.
Exit = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_-]{0,47})?$")]
Variable = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
#: Also what the box knows itself: caller, queue.sales.waiting, contact.balance.
AnyVariable = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,60}$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Mask = Annotated[str, Field(pattern=r"^([0-9*#x]|\[[0-9]-[0-9]\])*\.?$", min_length=1, max_length=60)]
Word = Annotated[str, Field(min_length=1, max_length=40)]
Value = Annotated[str, Field(max_length=500)]
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Way(NamedTuple):
    """One exit of a node: its name, its field, the node it leads to, and whether it must be set."""

    exit: str
    field: str
    target: str
    needed: bool


class Words(PromptText):
    """What callers hear, with {variables}; in other languages, where they have been chosen."""

    languages: dict[Language, PromptText] = Field(default_factory=dict, max_length=12)


#: Exits for what goes wrong lead to the flow's own `otherwise` where a node does not say.
_TROUBLE = ("none", "person", "timeout", "invalid", "failed", "unknown", "error")
_GOOD = ("next", "open", "closed", "otherwise")
#: They lead where another exit of the node does, where they are not set.
LIKE = {"holiday": "closed", "cancelled": "next", "ring_back": "next"}


class Node(Model):
    """What all nodes have."""

    label: str = Field(default="", max_length=60, description="As you want to read it")

    def ways(self) -> Iterator[Way]:
        """Every exit of this node."""
        for field in (*_GOOD, *LIKE, *_TROUBLE):
            if field in type(self).model_fields:
                yield Way(field, field, getattr(self, field), field in _GOOD)


class WithError(Node):
    """A node at which something can go wrong."""

    error: Exit = Field(default="", description="When the box cannot do it")


class PromptNode(WithError):
    """Says something; a key ends it."""

    kind: Literal["prompt"] = "prompt"
    prompt: Words = Field(default_factory=Words)
    next: Exit = ""


class AnnouncementNode(WithError):
    """Says something to the end, whatever is pressed."""

    kind: Literal["announcement"] = "announcement"
    prompt: Words = Field(default_factory=Words)
    next: Exit = ""


class Asking(WithError):
    """Asks the caller for keys."""

    prompt: Words = Field(default_factory=Words)
    wrong: Words = Field(default_factory=lambda: Words(text="Sorry, that is not a choice."))
    seconds: float = Field(default=5.0, ge=1, le=30, description="How long to wait for a key")
    tries: int = Field(default=3, ge=1, le=10)
    timeout: Exit = Field(default="", description="When nothing is pressed")
    invalid: Exit = Field(default="", description="When what is pressed is wrong")


class MenuKey(Model):
    """Where a key leads; `words` mean the same when they are said, in the box's language and in others."""

    to: Exit = ""
    words: list[Word] = Field(default_factory=list, max_length=12)
    languages: dict[Language, Annotated[list[Word], Field(max_length=12)]] = Field(
        default_factory=dict, max_length=12
    )


class MenuNode(Asking):
    """One key out of several."""

    kind: Literal["menu"] = "menu"
    keys: dict[Key, MenuKey] = Field(default_factory=dict)
    speech: bool = Field(default=True, description="The words may be said, where the box understands them")
    barge_in: bool = Field(default=False, description="They may be said while the menu is being said, too")

    def ways(self) -> Iterator[Way]:
        yield from (Way(f"key {key}", f"keys.{key}.to", told.to, True) for key, told in self.keys.items())
        yield from super().ways()


class DigitsNode(Asking):
    """Several digits, kept in a variable."""

    kind: Literal["digits"] = "digits"
    variable: Variable = "number"
    least: int = Field(default=1, ge=1, le=40)
    most: int = Field(default=20, ge=1, le=40)
    closing: Literal["#", "*", ""] = "#"
    masks: list[Mask] = Field(default_factory=list, max_length=20)
    luhn: bool = Field(default=False, description="The last digit is a check digit, as on cards")
    secret: bool = Field(default=False, description="Never written down, such as a PIN")
    next: Exit = ""


class Opening(Model):
    """Open on one day at other hours than in the week."""

    day: Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
    start: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    end: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")

    @model_validator(mode="after")
    def _in_order(self) -> Opening:
        closes_after(self.start, self.end)
        return self


class Calendar(WithError):
    """Special openings come first, then own days, public holidays, the week."""

    box_hours: bool = Field(default=True, description="The opening hours of the box; else those below")
    week: list[DaySpan] = Field(default_factory=list, max_length=50)
    openings: list[Opening] = Field(default_factory=list, max_length=200)
    own_days: list[Day] = Field(default_factory=list, max_length=200)
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$", description="Public holidays of this country")
    region: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,10}$")

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value:
            # Its tables take half a second to load: here, where nobody waits, and not in the first call.
            from holidays import list_supported_countries

            if value not in list_supported_countries():
                raise ValueError("The public holidays of this country are not known; list your own days.")
        return value


class HoursNode(Calendar):
    """Is it open?"""

    kind: Literal["hours"] = "hours"
    open: Exit = ""
    closed: Exit = ""
    holiday: Exit = ""


class LanguageNode(WithError):
    """From here on callers hear this language."""

    kind: Literal["language"] = "language"
    language: Language = "en"
    next: Exit = ""


class SetNode(WithError):
    """Sets variables."""

    kind: Literal["set"] = "set"
    values: dict[Variable, Value] = Field(default_factory=dict, max_length=40)
    next: Exit = ""


class CaseSettings(Model):
    """If `variable` `test` `value`."""

    variable: AnyVariable
    test: Literal["is", "is_not", "less", "more", "like", "is_set"] = "is"
    value: Value = ""
    to: Exit = ""


class ConditionNode(WithError):
    """The first case that holds."""

    kind: Literal["condition"] = "condition"
    cases: list[CaseSettings] = Field(default_factory=list, max_length=40)
    otherwise: Exit = ""

    def ways(self) -> Iterator[Way]:
        for place, case in enumerate(self.cases):
            yield Way(f"case {place + 1}", f"cases.{place}.to", case.to, True)
        yield from super().ways()


class NeedsNode(WithError):
    """What this caller needs of agents, and how much longer they count as having waited."""

    kind: Literal["needs"] = "needs"
    skills: dict[Name, Annotated[int, Field(ge=0, le=10)]] = Field(default_factory=dict, max_length=30)
    head_start_seconds: float = Field(default=0.0, ge=0, le=3600)
    next: Exit = ""


class VoicemailNode(WithError):
    """Leaves a message."""

    kind: Literal["voicemail"] = "voicemail"
    voicemail: Name


class CallbackNode(WithError):
    """Offers to call back; who takes it hangs up and keeps the place they have now in the queue."""

    kind: Literal["callback"] = "callback"
    queue: Name
    failed: Exit = Field(default="", description="When it is not wanted, or no line can be kept")


class QueueNode(WithError):
    """Waits for an agent of a queue."""

    kind: Literal["queue"] = "queue"
    queue: Name


class DepartmentNode(WithError):
    """One of several queues: where somebody is free, else where the fewest wait."""

    kind: Literal["department"] = "department"
    queues: list[Name] = Field(min_length=1, max_length=16)


class Ringing(WithError):
    """Rings somebody."""

    seconds: float = Field(default=30.0, ge=5, le=120)
    failed: Exit = Field(default="", description="When nobody answers")


class AgentNode(Ringing):
    """One agent, at whatever handset."""

    kind: Literal["agent"] = "agent"
    agent: Annotated[str, Field(pattern=r"^[0-9]{2,6}$")]


class ExtensionNode(Ringing):
    """One handset, whoever sits there."""

    kind: Literal["extension"] = "extension"
    extension: Extension


class OutsideNode(Ringing):
    """A number outside, on the lines of a group; the flow must be allowed to."""

    kind: Literal["outside"] = "outside"
    number: Number
    group: Name = "outside"


class IdentifyNode(WithError):
    """Who is calling? By number, or by account number and PIN that digits nodes have asked for."""

    kind: Literal["identify"] = "identify"
    account: Variable | None = None
    pin: Variable | None = None
    next: Exit = ""
    unknown: Exit = ""
    failed: Exit = Field(default="", description="After too many wrong PINs")


class HttpNode(WithError):
    """Asks another machine, one of the list of allowed ones."""

    kind: Literal["http"] = "http"
    url: str = Field(max_length=500, pattern=r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[^\s]*)?$")
    method: Literal["GET", "POST"] = "GET"
    body: dict[Variable, Value] = Field(default_factory=dict, max_length=40)
    answers: dict[Variable, Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]] = Field(
        default_factory=dict, max_length=40, description="Variable -> field of the JSON answer"
    )
    seconds: float = Field(default=5.0, ge=1, le=20)
    next: Exit = ""


class SmsNode(WithError):
    """Sends a text message by a line with a SIM."""

    kind: Literal["sms"] = "sms"
    text: Value = Field(default="", description="May hold {variables}")
    languages: dict[Language, Value] = Field(default_factory=dict, max_length=12)
    to: AnyVariable = Field(default="caller", description="Where the number is kept")
    group: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_-]{0,30})?$")] = Field(
        default="", description="By a line of this group; empty: by any with a SIM"
    )
    seconds: float = Field(default=20.0, ge=2, le=60, description="How long callers wait for it")
    next: Exit = Field(default="", description="When the network took it")
    failed: Exit = Field(default="", description="When it was not sent")


class SurveyNode(WithError):
    """Asks questions of the survey here, and goes on."""

    kind: Literal["survey"] = "survey"
    questions: list[Name] = Field(default_factory=list, max_length=10, description="None: all of them")
    next: Exit = ""


class AppointmentNode(Calendar):
    """The contact's next appointment: heard, confirmed, changed or cancelled by keys. Others are offered
    within the hours of the calendar."""

    kind: Literal["appointment"] = "appointment"
    prompt: Words = Field(default_factory=Words, description="Said before; may be empty")
    wrong: Words = Field(default_factory=lambda: Words(text="Sorry, that is not a choice."))
    seconds: float = Field(default=6.0, ge=1, le=30, description="How long to wait for a key")
    tries: int = Field(default=3, ge=1, le=10)
    minutes: int = Field(default=30, ge=5, le=480, description="How long an appointment takes")
    places: int = Field(default=1, ge=1, le=50, description="Appointments at the same time")
    offers: int = Field(default=3, ge=1, le=5, description="Times that are offered at once")
    notice_hours: float = Field(default=24.0, ge=0, le=720, description="None is offered sooner")
    days: int = Field(default=14, ge=1, le=90, description="None is offered later")
    next: Exit = Field(default="", description="When it is confirmed or changed")
    cancelled: Exit = ""
    ring_back: Exit = Field(default="", description="When the caller wants to be called about another time")
    none: Exit = Field(default="", description="When there is no appointment")
    person: Exit = Field(default="", description="Key 0")
    timeout: Exit = ""
    invalid: Exit = ""


class FlowNode(WithError):
    """Another flow, which may come back."""

    kind: Literal["flow"] = "flow"
    flow: Name
    next: Exit = ""


class ReturnNode(Node):
    """Back to the flow that called this one; hangs up where there is none."""

    kind: Literal["return"] = "return"


class OptOutNode(WithError):
    """Puts the other party's number on a do-not-call list, and says so."""

    kind: Literal["opt_out"] = "opt_out"
    prompt: Words = Field(default_factory=Words, description="Said then; empty: the box's own words")
    campaign_only: bool = Field(default=False, description="The other campaigns may still call")
    next: Exit = ""


class OutcomeNode(WithError):
    """How a call of a campaign went."""

    kind: Literal["outcome"] = "outcome"
    code: str = Field(pattern=r"^[0-9]{1,3}$", description="Of a disposition of the campaign")
    next: Exit = ""


class HangupNode(Node):
    """Says goodbye and ends the call."""

    kind: Literal["hangup"] = "hangup"
    prompt: Words = Field(default_factory=Words)


AnyNode = Annotated[
    PromptNode | AnnouncementNode | MenuNode | DigitsNode | HoursNode | LanguageNode | SetNode | ConditionNode
    | NeedsNode | QueueNode | DepartmentNode | AgentNode | ExtensionNode | OutsideNode | VoicemailNode
    | CallbackNode | IdentifyNode | HttpNode | SmsNode | SurveyNode | AppointmentNode | FlowNode | ReturnNode
    | OptOutNode | OutcomeNode | HangupNode,
    Field(discriminator="kind"),
]  # fmt: skip

#: Kind -> its model, in the order they are offered.
KINDS: dict[str, type[Node]] = {
    str(model.model_fields["kind"].default): model for model in get_args(get_args(AnyNode)[0])
}
