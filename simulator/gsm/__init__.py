"""GSM and LTE modems of four families.

Owns the AT side of 3GPP TS 27.007 and 27.005 as a modem speaks it; code in here may not know the
box's drivers.
"""

from simulator.gsm.modem import GsmModem

__all__ = ["GsmModem"]
