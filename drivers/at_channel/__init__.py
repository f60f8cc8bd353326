"""The owner of one AT port: commands and replies, unsolicited lines, time-outs, raw streams, and a black
box.

Code in here knows serial ports and the dialogue of ITU-T V.250, not what a call is: meaning belongs to the
`fxo` and `gsm` rooms. Nothing in here may block a caller, interpret a vendor's words, or let a byte of
input raise.
"""

from drivers.at_channel.channel import AtChannel
from drivers.at_channel.reply import CmeError, CmsError, Reply, parameter

__all__ = ["AtChannel", "CmeError", "CmsError", "Reply", "parameter"]
