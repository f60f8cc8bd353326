"""How many numbers a campaign dials now: the pacer, what it learns on line, and the day's budget of drops.

Code in here looks at agents and calls that it is shown and gives a number with its reason; it starts no
call, keeps no timer and knows no lead. Everything it knows it learnt from this campaign's own calls.
"""

from appliance.core.dialer.pacing.budget import Budget, DayCount
from appliance.core.dialer.pacing.pacer import Pacer
from appliance.core.dialer.pacing.views import (
    AgentPhase,
    AgentView,
    CallStage,
    CallView,
    Decision,
    PacingMethod,
    PacingSettings,
    Reason,
)
from appliance.core.dialer.pacing.words import words

__all__ = [
    "AgentPhase",
    "AgentView",
    "Budget",
    "CallStage",
    "CallView",
    "DayCount",
    "Decision",
    "Pacer",
    "PacingMethod",
    "PacingSettings",
    "Reason",
    "words",
]
