"""Analog outside lines (FXO): V.253 voice modems on a serial port.

Owns one modem per line: its identification, ringing and caller id, seizing, dialling, the full-duplex
voice stream, the tones the modem reports, and the way back after a fault. Code inside knows the
contract, `drivers.at_channel` and its own settings only; it decides nothing about a call but to end one
whose far end has left, never blocks the caller of a Trunk method, and leaves the line on hook.
"""

from drivers.fxo.service import Timings
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.voice_modem import VoiceModemTrunk

__all__ = ["Timings", "VoiceModemSettings", "VoiceModemTrunk"]
