"""V.253 voice modems and the analog lines behind them.

Owns the voice commands, DLE streams and caller id as a modem speaks them; code in here may not know
the box's drivers.
"""

from simulator.voice.modem import VoiceModem

__all__ = ["VoiceModem"]
