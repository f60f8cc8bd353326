"""Keeps one modem in service: opens it, starts it up, watches it, climbs the recovery ladder."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from functools import partial

from appliance.contract.errors import CommandError, LineTimeoutError, LineTransientError
from appliance.contract.events import EventSink, TrunkState, TrunkStatus
from drivers.at_channel import Reply
from drivers.gsm import bringup, replies
from drivers.gsm.bringup import Modem
from drivers.gsm.link import Link
from drivers.gsm.quirks import VENDORS
from drivers.gsm.recovery import SENTENCES, BackOff, Step, reset_usb, switch_usb, usb_device
from drivers.gsm.settings import GsmSettings, Timings
from drivers.gsm.sim import PinMemory, SimError
from drivers.gsm.unsolicited import Registration, Restarted, Signal, SimChanged, Urc
from drivers.worker import Worker, WorkTimer

_log = logging.getLogger(__name__)
_RUNGS = (Step.PING, Step.RESTART, Step.REOPEN, Step.USB_RESET)


class Supervisor:
    """On the worker only, but for `ready`, `answering` and `busy`, which any thread may read."""

    def __init__(
        self,
        name: str,
        settings: GsmSettings,
        timings: Timings,
        link: Link,
        worker: Worker,
        post: EventSink,
        on_down: Callable[[str], None],
        stopping: threading.Event,
    ) -> None:
        self.modem = Modem(VENDORS["generic" if settings.family == "auto" else settings.family])
        self.modem.plan = self.modem.vendor.plan("", settings.audio_port, settings.alsa_device)
        self.ready = False  # calls can be made
        self.answering = False  # AT is answered: an emergency call may be tried
        self.busy = False  # the worker waits for the modem
        self._name, self._settings, self._timings = name, settings, timings
        self._link, self._worker, self._post, self._on_down, self._stopping = (
            link,
            worker,
            post,
            on_down,
            stopping,
        )
        folder = settings.state_dir
        self._memory = PinMemory(folder / f"{name}.pin" if folder is not None else None)
        self._back_off = BackOff(timings.back_off, timings.back_off_most)
        self._rung = 0
        self._trouble = ""
        self._settled_at = 0.0
        self._restarting_until = 0.0
        self._next: WorkTimer | None = None
        self._status: TrunkStatus | None = None

    # ---------------------------------------------------------------- from outside

    def begin(self) -> None:
        """Take the modem."""
        self.publish(TrunkState.STARTING, "Opening the modem's port.")
        self._open()

    def reset(self) -> None:
        """Somebody wants the modem restarted."""
        self._down("The line was reset by hand.")
        self._trouble, self._rung = "Reset by hand.", _RUNGS.index(Step.RESTART)
        self._climb()

    def suspect(self, why: str) -> None:
        """The modem is silent or does not obey: begin the ladder."""
        if not self.answering:
            return
        _log.warning("%s: %s", self._name, why)
        self._down(why)
        self._trouble, self._rung = why, 0
        self.publish(TrunkState.SILENT, why)
        self._climb()

    def noise(self, at: float) -> None:
        """The modem sent bytes that are no text."""
        if at > self._settled_at:
            self.suspect("The modem sends bytes that are no text.")

    def lost(self, error: LineTransientError) -> None:
        """The port is gone."""
        _log.warning("%s", error)
        self._gone()

    def heard(self, urc: Urc, at: float) -> None:
        """A report about the network, the SIM or the modem itself."""
        match urc:
            case Registration(domain, stat):
                if self.modem.stats.get(domain) != stat:
                    self.modem.stats[domain] = stat
                    self._refresh()
            case Signal(dbm):
                self._signal(dbm)
            case SimChanged() if at > self._settled_at and self.ready:
                self._link.command("AT+CPIN?", self._timings.command, self._sim_checked)
            case SimChanged() if at > self._settled_at:
                self._again("The SIM card changed.")
            case Restarted() if at > self._settled_at:
                self._again("The modem restarted by itself.")
            case _:
                pass

    def _sim_checked(self, reply: Reply) -> None:
        """A modem may report the SIM without need: only one that is no longer ready ends the service."""
        answered = self._checked(reply) or isinstance(reply.error, CommandError)
        if answered and reply.value("+CPIN") != "READY":
            self._again("The SIM card changed.")

    def end(self) -> None:
        """The line was switched off."""
        self.modem.signal = self.modem.operator = None
        self.publish(TrunkState.DISABLED, "The line is switched off.")

    def publish(self, state: TrunkState, why: str, step: Step | None = None) -> None:
        """Tell how the line stands, once for each change."""
        status = TrunkStatus(
            self._name,
            state,
            why,
            self.modem.signal,
            self.modem.operator,
            None if step is None else step.value,
        )
        self.ready = state is TrunkState.IN_SERVICE
        if status != self._status:
            self._status = status
            self._link.note(f"{state.value}: {why}")
            self._post(status)

    # ---------------------------------------------------------------- open and start up

    def _later(self, seconds: float, job: Callable[[], None]) -> None:
        """The one next thing the supervisor does by itself; what was planned before is dropped."""
        if self._next is not None:
            self._next.cancel()
        if not self._stopping.is_set():
            self._next = self._worker.after(seconds, job)

    def _open(self) -> None:
        try:
            self._link.open()
        except LineTransientError as problem:
            self._not_open(str(problem))
        else:
            self._bring_up()

    def _not_open(self, problem: str) -> None:
        if self._worker.now() < self._restarting_until:
            self._later(self._timings.replug, self._open)
        elif not os.path.exists(self._settings.port):
            self._say_unplugged()
            self._later(self._timings.replug, self._open)
        else:
            self.publish(TrunkState.FAULTY, problem)
            self._later(self._timings.back_off, self._open)

    def _say_unplugged(self) -> None:
        self.publish(TrunkState.UNPLUGGED, f"No modem is plugged in at {self._settings.port}.")

    def _bring_up(self) -> None:
        self.busy = True
        try:
            self._start_up()
        except SimError as problem:
            self.answering = True
            self._settle(problem.state, str(problem))
            self._later(self._timings.health, self._bring_up)  # somebody may put a card in
        except LineTimeoutError as problem:
            self._trouble = str(problem)
            self._later(0.0, self._climb)
        except LineTransientError as problem:
            _log.warning("%s", problem)
            self._gone()
        finally:
            self.busy = False

    def _start_up(self) -> None:
        if not bringup.ping(self._ask, self._timings):
            raise LineTimeoutError("The modem is plugged in but does not answer.")
        modem = bringup.identify(self._ask, self._settings, self._timings)
        self.modem = modem
        until = self._worker.now() + self._timings.sim_ready

        def pause() -> bool:
            self._stopping.wait(self._timings.replug)
            return not self._stopping.is_set() and self._worker.now() < until

        bringup.set_up(self._ask, modem, self._settings, self._timings, self._memory, pause)
        bringup.look(self._ask, modem, self._timings)
        self.answering = True
        self._settle(*self._network_state())
        self._later(self._timings.health, self._health)

    def _settle(self, state: TrunkState, why: str) -> None:
        self._rung, self._trouble, self._settled_at = 0, "", self._worker.now()
        self._restarting_until = 0.0
        if state is TrunkState.IN_SERVICE:
            self._back_off.reset()
        self.publish(state, why)

    def _network_state(self) -> tuple[TrunkState, str]:
        modem = self.modem
        if replies.registered(modem.stats):
            limits = "" if modem.plan is not None else " It has no sound path: SMS only."
            return TrunkState.IN_SERVICE, f"{modem.vendor.title} {modem.model} is registered.{limits}"
        if replies.denied(modem.stats):
            return TrunkState.REGISTRATION_DENIED, "The network refuses this SIM."
        return TrunkState.OUT_OF_COVERAGE, "The modem is well but finds no network."

    def _ask(self, text: str, timeout: float) -> Reply:
        if self._stopping.is_set():
            return Reply(text, error=LineTransientError(f"{self._name}: the line is being stopped."))
        return self._link.ask(text, timeout)

    # ---------------------------------------------------------------- health

    def _health(self) -> None:
        """Signal and registration, every half minute; whatever is silent is found here at the latest."""
        command, timeout = self._link.command, self._timings.command
        command("AT+CSQ", timeout, self._measured)
        for domain in ("CREG", "CEREG"):
            if domain in self.modem.stats:
                command(f"AT+{domain}?", timeout, partial(self._registered, domain))
        self._later(self._timings.health, self._health)

    def _measured(self, reply: Reply) -> None:
        if self._checked(reply):
            self._signal(replies.signal(reply))

    def _checked(self, reply: Reply) -> bool:
        if isinstance(reply.error, LineTimeoutError):
            self.suspect(f"The modem went silent. {reply.error}")
        return reply.ok

    def _registered(self, domain: str, reply: Reply) -> None:
        stat = replies.registration(reply, domain) if self._checked(reply) else None
        if stat is not None and stat != self.modem.stats.get(domain):
            self.modem.stats[domain] = stat
            self._refresh()

    def _signal(self, dbm: int | None) -> None:
        if dbm != self.modem.signal and self.answering:
            self.modem.signal = dbm
            self._tell_network()

    def _refresh(self) -> None:
        """The registration changed: the operator may have, too."""
        if not self.answering:
            return
        if replies.registered(self.modem.stats):
            self._link.command("AT+COPS?", self._timings.registration, self._named)
        else:
            self.modem.operator = None
        self._tell_network()

    def _named(self, reply: Reply) -> None:
        if self.answering and reply.ok:
            self.modem.operator = replies.operator(reply)
            self._tell_network()

    def _tell_network(self) -> None:
        """Say how the network stands, unless it is the SIM that keeps the line out of service."""
        if self._status is not None and self._status.state not in (
            TrunkState.SIM_ABSENT,
            TrunkState.SIM_LOCKED,
        ):
            self.publish(*self._network_state())

    # ---------------------------------------------------------------- trouble

    def _down(self, why: str) -> None:
        self.ready = self.answering = False
        self.modem.signal = self.modem.operator = None
        self._on_down(why)

    def _again(self, why: str) -> None:
        if self.answering:
            self._down(why)
            self.publish(TrunkState.STARTING, why)
            self._later(self._timings.replug, self._bring_up)

    def _gone(self) -> None:
        """The port is lost: unplugged, or the modem restarts."""
        self._down("The modem's port is gone.")
        self._link.close()
        if self._worker.now() >= self._restarting_until:
            self._rung = 0
            self._say_unplugged()
        self._later(self._timings.replug, self._open)

    def _climb(self) -> None:
        """One rung of the ladder; the next one when it did not help."""
        if self._rung == len(_RUNGS):
            wait, self._rung = self._back_off.next(), 0
            sentence = SENTENCES[Step.BACK_OFF].format(seconds=wait)
            self.publish(TrunkState.SILENT, sentence, Step.BACK_OFF)
            self._later(wait, self._climb)
            return
        step = _RUNGS[self._rung]
        self._rung += 1
        self.publish(TrunkState.RECOVERING, f"{SENTENCES[step]} {self._trouble}".strip(), step)
        self.busy = True
        try:
            answers = _ACTIONS[step](self)
        except LineTransientError as problem:
            _log.warning("%s", problem)
            self._gone()
        else:
            self._later(0.0, self._bring_up if answers else self._climb)
        finally:
            self.busy = False

    def _ping(self) -> bool:
        return bringup.ping(self._ask, self._timings)

    def _restart(self) -> bool:
        until = self._restarting_until = self._worker.now() + self._timings.restart
        self._ask("AT+CFUN=1,1", self._timings.command)
        while self._worker.now() < until and not self._stopping.wait(self._timings.ping):
            if self._ping():
                return True
        return False

    def _reopen(self) -> bool:
        self._link.close()
        self._stopping.wait(self._timings.replug)
        self._link.open()
        return self._ping()

    def _usb_reset(self) -> bool:
        device = usb_device(self._settings.sysfs, self._settings.port)
        if device is None:
            return False
        self._link.close()
        until = self._restarting_until = self._worker.now() + self._timings.restart
        if switched := switch_usb(device, on=False):
            self._stopping.wait(self._timings.ping)
            switched = switch_usb(device, on=True)
        else:
            switched = reset_usb(device)
        while switched and not os.path.exists(self._settings.port) and self._worker.now() < until:
            if self._stopping.wait(self._timings.replug):
                return False
        self._link.open()
        return self._ping()


_ACTIONS: dict[Step, Callable[[Supervisor], bool]] = {
    Step.PING: Supervisor._ping,
    Step.RESTART: Supervisor._restart,
    Step.REOPEN: Supervisor._reopen,
    Step.USB_RESET: Supervisor._usb_reset,
}
