"""What the lint can say of flows: codes with arguments, and their English sentences.

The page has the sentences of the same codes in the reader's language (`webui.lint_words`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from appliance.config.words import closest

#: Code -> sentence. An argument %(exit)s is the name of an exit, as `flow_nodes.Way` has it.
SENTENCES = {
    "no_node": "There is no node %(name)s.",
    "no_queue": "There is no queue %(name)s.",
    "no_agent": "There is no agent %(name)s.",
    "no_handset": "There is no handset %(name)s.",
    "no_group": "There is no line group %(name)s.",
    "no_box": "There is no voicemail box %(name)s.",
    "no_flow": "There is no flow %(name)s.",
    "no_question": "The survey has no question %(name)s.",
    "no_questions": "The survey has no questions.",
    "exit_nowhere": "The exit “%(exit)s” leads nowhere; callers would be cut off.",
    "exit_unsaid": "The exit “%(exit)s” leads nowhere, and the flow does not say what then.",
    "never_reached": "No caller ever comes here.",
    "no_end": "Whoever comes here never gets out: no way leads to an end.",
    "round": "Callers would go round here without being asked anything.",
    "circle": "The flow %(name)s leads back to this one: callers would go round.",
    "not_staffed": "Queue %(name)s has no agents.",
    "shorter": "The longest input is shorter than the shortest.",
    "no_host": "The machine %(name)s is not among those that flows may ask.",
    "no_outside": "This flow may not ring numbers outside; allow it first.",
    "no_other_number": "This flow may only write to the caller's own number; allow numbers outside first.",
    "emergency": "Callers are never put through to emergency numbers.",
    "no_keys": "A menu needs at least one key.",
    "word_twice": "The word “%(word)s” means key %(key)s already.",
    "sound_alike": "“%(word)s” sounds like “%(other)s” of key %(key)s: one may be taken for the other.",
    "no_model": "Nobody here understands what is said in “%(language)s”: those callers press keys.",
    "silent": "Nothing is said here.",
    "no_text": "There is no text to send.",
    "no_sim": "No line of the box has a SIM card: nothing can be sent.",
    "every_day": "There are no opening hours: times from 9 to 17 are offered on every day.",
    "slot_form": "A variable is written {name} or {name:form}, not {%(slot)s}.",
    "no_form": "There is no form %(name)s: it is one of %(known)s.",
    "not_set": "No node sets the variable %(name)s.",
}
#: Comes behind a sentence whose arguments have a `guess`.
GUESS = " Did you mean %(guess)s?"


@dataclass(frozen=True, slots=True)
class Finding:
    """`flow` and `path` (below the flow: "nodes.menu.keys.1.to") say where, `code` and `args` what."""

    flow: str
    path: str
    code: str
    args: Mapping[str, str] = field(default_factory=dict)
    error: bool = True

    @property
    def node(self) -> str:
        """The node it is about; "" for the flow itself."""
        parts = self.path.split(".")
        return parts[1] if parts[0] == "nodes" and len(parts) > 1 else ""

    @property
    def says(self) -> str:
        """The sentence, in English."""
        return (SENTENCES[self.code] + (GUESS if self.args.get("guess") else "")) % self.args


def unknown(code: str, name: str, known: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Code and arguments for a name that is not among the known ones, with what may have been meant."""
    guess = closest(name, known)
    return code, {"name": name, **({"guess": guess} if guess else {})}
