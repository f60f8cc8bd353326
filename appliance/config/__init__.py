"""Settings as an admin edits them: every one typed, ranged and documented, with its default.

Code in here turns plain data into checked settings, or into all of its errors at once, in words; and
checked settings into the core's `Plan`. It reads and writes no file and knows nothing of calls.
"""

from __future__ import annotations

from appliance.config import plugins

plugins.leave_out()
