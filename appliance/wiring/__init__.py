"""The one room that names concrete drivers and joins all others: a core process and everything in it.

`box` builds the rooms, `exchange` puts lines and handsets in service. Code in here decides nothing about a
call: it hands over what one room tells another.
"""

from appliance.wiring.box import Box

__all__ = ["Box"]
