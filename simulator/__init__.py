"""The other end of the wire: a telephone network in software, for tests, rehearsal and the demo.

This room owns modems on pseudo-terminals (GSM of four families, V.253 voice modems), the exchange
they hang on, and subscribers with scripts. Code in here may not use anything of the box: it is a
second opinion on the standards, and programs nobody here wrote check it (tests/simulator). It opens
no real device and no network socket but the Unix socket of its control.

In a test (all methods may be called from any thread; one thread runs the whole network)::

    with Exchange(speed=4) as exchange:              # speed divides ring cadence and ringing times
        modem = GsmModem(exchange, "gsm1", "simcom")  # or "quectel", "huawei", "generic"
        line = VoiceModem(exchange, "fxo1", "conexant")  # or "usr", "generic"
        open(modem.port), open(modem.audio_port)      # stable paths; they survive unplug() / plug()

        call = exchange.place_call("gsm1", [WaitForSound(), Press("1"), Tone((1000.0,), 3.0), HangUp()])
        call.wait_for(CallState.CONNECTED)            # ... CallState.ENDED; call.heard is 8 kHz s16le
        call.cause, call.ended_by, call.digits        # Q.850 value; "box", "far end" or "fault"

        exchange.add_subscriber(Subscriber("+36301234567", Behaviour.BUSY))  # numbers the box dials
        exchange.wait(lambda: bool(exchange.entries("dialled")), 5)          # the journal

        modem.unplug(); modem.plug(); modem.garbage(b"..."); modem.split_reads()
        modem.faults.silent = True                    # answer_delay, missing_hangup, unsolicited_anywhere
        modem.set_coverage(False); modem.insert_sim(False); modem.send_sms("+3620...", "hello")
        modem.sms.sent, modem.audio                   # what the box sent; how it kept the PCM clock
        assert modem.unscripted == [] and exchange.errors == []

The default phone book answers by the last digit dialled: see `simulator.subscriber`. As a process:
`python -m simulator --folder DIR` (see `simulator.__main__` and `simulator.client`).
"""

from simulator.call import Call, CallState
from simulator.exchange import Exchange, JournalEntry
from simulator.gsm.modem import GsmModem
from simulator.line import Faults, Line
from simulator.script import (
    Babble,
    HangUp,
    HangUpWay,
    Listen,
    Press,
    Repeat,
    Say,
    Step,
    Tone,
    WaitForDigits,
    WaitForSilence,
    WaitForSound,
    WaitForTone,
)
from simulator.subscriber import Behaviour, Subscriber, machine
from simulator.voice.modem import VoiceModem

__all__ = [
    "Babble",
    "Behaviour",
    "Call",
    "CallState",
    "Exchange",
    "Faults",
    "GsmModem",
    "HangUp",
    "HangUpWay",
    "JournalEntry",
    "Line",
    "Listen",
    "Press",
    "Repeat",
    "Say",
    "Step",
    "Subscriber",
    "Tone",
    "VoiceModem",
    "WaitForDigits",
    "WaitForSilence",
    "WaitForSound",
    "WaitForTone",
    "machine",
]
