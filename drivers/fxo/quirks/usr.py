"""U.S. Robotics USR5637 and the softmodems of its command reference ("5601" to ATI0).

56K Softmodem Command Reference, pages 132 (+VTR, ends by <DLE>^), 141 (+VSD sensitivity 127 to 129) and 142
(+VSM=?): 128 "8-BIT LINEAR" (80h is silence), 131 "ULAW", 132 "ALAW", 133 "LINEAR" 16 bit, all at 8000.
"""

from __future__ import annotations

import re

from drivers.fxo.quirks.family import Family

FAMILY = Family(
    name="usr",
    identity=re.compile(r"\bU\.?S\.? ?Robotics|\bUSR\d|^5601$|^5637$", re.IGNORECASE | re.MULTILINE),
    methods=((128, "unsigned"), (131, "ulaw")),
)
