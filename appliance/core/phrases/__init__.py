"""What the box says by itself, to agents and to callers, in the languages it has words for: one name a
phrase, one table a language, one `say`.

Code in here only makes prompts of names; it knows neither calls nor settings. A language is added by a table.
"""

from appliance.core.phrases.phrase import Phrase
from appliance.core.phrases.saying import LANGUAGES, always_the_same, say

__all__ = ["LANGUAGES", "Phrase", "always_the_same", "say"]
