"""The core of Callbox: the rooms that answer, queue, place and record calls. Owns no code of its own but what
makes its start quick."""

from appliance import precompiled

__version__ = "0.1.0"

precompiled.use()
