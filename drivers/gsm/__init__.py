"""GSM and LTE modems on USB serial ports: calls, caller id, digits, sound, health and recovery of one SIM
each.

Code in here speaks 3GPP TS 27.007 and 27.005 and the vendors' additions. It may not know another driver,
the core, the media engine or the settings schema; all state changes happen on the trunk's one worker
thread, and no method of the contract waits for the modem.
"""

from drivers.gsm.modem import GsmTrunk
from drivers.gsm.settings import GsmSettings, Timings

__all__ = ["GsmSettings", "GsmTrunk", "Timings"]
