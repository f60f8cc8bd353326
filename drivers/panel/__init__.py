"""The box's own lamps and keys, by gpiozero on the kernel's GPIO character device.

Owns the way to a pin: a pin factory over libgpiod's version 2, because Debian 13's Python has neither lgpio
nor a wheel of it, and RPi.GPIO drives neither a Pi 5 nor the kernel's simulated chip. Code in here knows no
call and no line; it sets a lamp and tells of a key.
"""

from drivers.panel.pins import GpiodFactory

__all__ = ["GpiodFactory"]
