"""What the lint says of flows, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _

if TYPE_CHECKING:
    from appliance.config.flow_findings import Finding
    from appliance.config.words import Told

#: Code of a finding -> sentence, as `appliance.config.flow_findings.SENTENCES`.
SENTENCES = {
    "no_node": _("There is no node %(name)s."),
    "no_queue": _("There is no queue %(name)s."),
    "no_agent": _("There is no agent %(name)s."),
    "no_handset": _("There is no handset %(name)s."),
    "no_group": _("There is no line group %(name)s."),
    "no_box": _("There is no voicemail box %(name)s."),
    "no_flow": _("There is no flow %(name)s."),
    "no_question": _("The survey has no question %(name)s."),
    "no_questions": _("The survey has no questions."),
    "exit_nowhere": _("The exit “%(exit)s” leads nowhere; callers would be cut off."),
    "exit_unsaid": _("The exit “%(exit)s” leads nowhere, and the flow does not say what then."),
    "never_reached": _("No caller ever comes here."),
    "no_end": _("Whoever comes here never gets out: no way leads to an end."),
    "round": _("Callers would go round here without being asked anything."),
    "circle": _("The flow %(name)s leads back to this one: callers would go round."),
    "not_staffed": _("Queue %(name)s has no agents."),
    "shorter": _("The longest input is shorter than the shortest."),
    "no_host": _("The machine %(name)s is not among those that flows may ask."),
    "no_outside": _("This flow may not ring numbers outside; allow it first."),
    "no_other_number": _("This flow may only write to the caller's own number; allow numbers outside first."),
    "emergency": _("Callers are never put through to emergency numbers."),
    "no_keys": _("A menu needs at least one key."),
    "word_twice": _("The word “%(word)s” means key %(key)s already."),
    "sound_alike": _("“%(word)s” sounds like “%(other)s” of key %(key)s: one may be taken for the other."),
    "no_model": _("Nobody here understands what is said in “%(language)s”: those callers press keys."),
    "silent": _("Nothing is said here."),
    "no_text": _("There is no text to send."),
    "no_sim": _("No line of the box has a SIM card: nothing can be sent."),
    "every_day": _("There are no opening hours: times from 9 to 17 are offered on every day."),
    "slot_form": _("A variable is written {name} or {name:form}, not {%(slot)s}."),
    "no_form": _("There is no form %(name)s: it is one of %(known)s."),
    "not_set": _("No node sets the variable %(name)s."),
}
#: Why a file is no flow, as `appliance.config.flow_file.SENTENCES`.
FILES = {
    "large": _("The file is larger than %(most)s MB: this is no flow."),
    "empty": _("The file is empty."),
    "no_text": _("This is no text in UTF-8: choose a file that was saved on this page."),
    "twice": _("“%(name)s” stands twice in the same place; one of them would be lost."),
    "no_json": _("Line %(line)s, column %(column)s: this is no JSON."),
    "odd_json": _("This is no JSON of a flow: a number is too long, or it is nested too deeply."),
    "no_flow": _("There are no steps (“nodes”) in this file: it is not the file of a flow."),
    "half": _("A text in this file has half a character in it."),
}
#: What is wrong with a field of a file, as `appliance.config.words.SENTENCES`.
FIELDS = {
    "needed": _("This is needed."),
    "least": _("It must be at least %(bound)s."),
    "most": _("It must be at most %(bound)s."),
    "longer": _("It must have at least %(count)s characters."),
    "shorter_text": _("It must have at most %(count)s characters."),
    "more": _("At least %(count)s must be given."),
    "fewer": _("At most %(count)s can be given."),
    "form": _("It must match %(pattern)s."),
    "text": _("A text is wanted here."),
    "list": _("A list is wanted here."),
    "set": _("A set of names and values is wanted here."),
    "whole": _("A whole number is wanted here."),
    "large_number": _("This number is too large."),
    "number": _("A number is wanted here."),
    "yes_no": _("Yes or no (true or false) is wanted here."),
    "time_of_day": _("A time of day such as 09:30 is wanted here."),
    "unknown": _("There is no setting of this name."),
    "one_of": _("It must be one of %(known)s."),
    "node_kind": _("The kind is needed: %(known)s."),
    "closing_first": _("The closing time must be after the opening time."),
    "no_holidays": _("The public holidays of this country are not known; list your own days."),
    "other": "%(why)s",
    "form_name": _(
        "A name has small letters, digits, - and _, begins with a letter and has at most 31 characters."
    ),
    "form_extension": _("An extension has 2 to 6 digits and does not begin with 0."),
    "form_dial_string": _("A number has 1 to 32 digits, * or #, with a + allowed in front."),
    "form_language": _("A language is written like en or pt-BR."),
    "form_node": _(
        "A node's name has small letters, digits, - and _, begins with a letter and has at most 48 "
        "characters."
    ),
    "form_no_node_name": _("This is not the name of a node."),
    "form_variable": _("A variable has small letters, digits and _, and begins with a letter."),
    "form_any_variable": _("A variable has small letters, digits, _ and dots, a letter first."),
    "form_mask": _(
        "A form has digits, x for any digit, [2-9] for some, and a dot at its end for whatever follows."
    ),
    "form_day": _("A day is written like 2026-12-24, or 12-24 for every year."),
    "form_date": _("A day is written like 2026-12-24."),
    "form_clock": _("A time of day such as 09:30 is wanted here."),
    "form_url": _(
        "An address begins with http:// or https:// and the name of the machine, which is no variable."
    ),
    "form_agent_number": _("An agent number has 2 to 6 digits."),
    "form_key": _("A key is one of 0 to 9, * or #."),
    "form_country": _("A country is two capital letters, such as DE or US."),
    "form_upload": _("This is not the id of an uploaded recording."),
    "form_disposition": _("A key to say how a call went has 1 to 3 digits."),
}
GUESS = _(" Did you mean %(guess)s?")


def said(finding: Finding, way_said: Callable[[str], str]) -> str:
    """The sentence of a finding. `way_said` gives the words of an exit."""
    args = dict(finding.args)
    if "exit" in args:
        args["exit"] = way_said(args["exit"])
    sentence = SENTENCES.get(finding.code)
    if sentence is None:
        return finding.says
    return (str(sentence) + (str(GUESS) if args.get("guess") else "")) % args


def field_said(told: Told) -> str:
    """What is wrong with a field of a file."""
    sentence = FIELDS.get(told.code)
    if sentence is None:
        return told.says
    return (str(sentence) + (str(GUESS) if told.args.get("guess") else "")) % told.args
