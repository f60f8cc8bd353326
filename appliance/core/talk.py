"""Everything that people may do with calls in progress beside transfers, for star codes and the page."""

from __future__ import annotations

from appliance.core.desk import Desk
from appliance.core.gathering import Gathering
from appliance.core.parking import Parking
from appliance.core.queued import QueueDesk
from appliance.core.supervise import Supervision


class Talk:
    """The services, each with its own door."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.supervision = Supervision(desk)
        self.gathering = Gathering(desk)
        self.parking = Parking(desk)
        self.queued = QueueDesk(desk)
