"""Replies to what start-up and calls ask: registration, operator, signal, calls, causes. Pure and total."""

from __future__ import annotations

import re

from appliance.contract.cause import HangupCause, cause_of_number
from appliance.contract.errors import CommandError
from drivers.at_channel import Reply
from drivers.gsm.unsolicited import CallReport, call_report, dbm, fields, integer

#: `<stat>` of +CREG (27.007 7.2) with which voice calls are possible.
_HOME_OR_ROAMING = frozenset({1, 5, 9, 10})
_DENIED = 3
#: What ends ATD and ATA besides OK and errors.
DIAL_FINALS = ("BUSY", "NO CARRIER", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE")
_FINAL_CAUSES = {
    "BUSY": HangupCause.USER_BUSY,
    "NO ANSWER": HangupCause.NO_ANSWER,
    "NO DIALTONE": HangupCause.NO_DIAL_TONE,
    "NO DIAL TONE": HangupCause.NO_DIAL_TONE,
}
_NO_NETWORK = 30  # +CME ERROR
#: Words of +CEER: the phrases of 3GPP TS 24.008 10.5.4.11 and what modems add. The first that fits wins.
_CEER_WORDS = (
    ("user busy", HangupCause.USER_BUSY),
    ("no answer", HangupCause.NO_ANSWER),
    ("no user responding", HangupCause.NO_USER_RESPONDING),
    ("facility rejected", HangupCause.FACILITY_REJECTED),
    ("rejected", HangupCause.CALL_REJECTED),
    ("unassigned", HangupCause.UNALLOCATED_NUMBER),
    ("unallocated", HangupCause.UNALLOCATED_NUMBER),
    ("no route", HangupCause.NO_ROUTE_TO_DESTINATION),
    ("number changed", HangupCause.NUMBER_CHANGED),
    ("invalid number", HangupCause.INVALID_NUMBER_FORMAT),
    ("destination out of order", HangupCause.DESTINATION_OUT_OF_ORDER),
    ("absent", HangupCause.SUBSCRIBER_ABSENT),
    ("no circuit", HangupCause.NO_CIRCUIT_AVAILABLE),
    ("network out of order", HangupCause.NETWORK_OUT_OF_ORDER),
    ("temporary failure", HangupCause.TEMPORARY_FAILURE),
    ("congestion", HangupCause.CONGESTION),
    ("barred", HangupCause.OUTGOING_CALLS_BARRED),
    ("barring", HangupCause.OUTGOING_CALLS_BARRED),
    ("acm equal", HangupCause.OUTGOING_CALLS_BARRED),  # the SIM's credit is used up
    ("channel not available", HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE),
    ("resources unavailable", HangupCause.CONGESTION),
    ("incompatible destination", HangupCause.INCOMPATIBLE_DESTINATION),
    ("timer expiry", HangupCause.RECOVERY_ON_TIMER_EXPIRY),
    ("normal call clearing", HangupCause.NORMAL_CLEARING),
    ("normal clearing", HangupCause.NORMAL_CLEARING),
    ("client ended call", HangupCause.NORMAL_CLEARING),
    ("normal, unspecified", HangupCause.NORMAL_UNSPECIFIED),
)


def registration(reply: Reply, domain: str) -> int | None:
    """`<stat>` of AT+CREG? and its kin, None when the reply does not say."""
    value = reply.value("+" + domain)
    return None if value is None else integer(fields(value), 1)


def registered(stats: dict[str, int]) -> bool:
    """Whether calls are possible: circuit switched, or LTE with voice."""
    return any(stats.get(domain) in _HOME_OR_ROAMING for domain in ("CREG", "CEREG"))


def denied(stats: dict[str, int]) -> bool:
    """Whether the network refuses this SIM."""
    return not registered(stats) and _DENIED in (stats.get("CREG"), stats.get("CEREG"))


def operator(reply: Reply) -> str | None:
    """The operator's name of AT+COPS?, None without one."""
    values = fields(reply.value("+COPS") or "")
    return values[2].strip() or None if len(values) > 2 else None


def signal(reply: Reply) -> int | None:
    """AT+CSQ in dBm, None when the modem does not know."""
    return dbm(integer(fields(reply.value("+CSQ") or ""), 0))


def calls(reply: Reply) -> list[CallReport]:
    """The voice calls of AT+CLCC."""
    reports = (call_report(value) for value in reply.values("+CLCC"))
    return [report for report in reports if report is not None and report.voice]


def identity(reply: Reply, *names: str) -> str:
    """The text of an identification reply, with or without the command's own name in front."""
    for name in names:
        if value := reply.value(name):
            return value.strip('"')
    return " ".join(line for line in reply.lines if not line.startswith("+")).strip('"')


def cause_of_ceer(text: str) -> HangupCause | None:
    """The cause AT+CEER gives: by its words, else by its last number that is a Q.850 cause; else None."""
    words = text.lower().replace("_", " ")
    for phrase, cause in _CEER_WORDS:
        if phrase in words:
            return cause
    for code in reversed(re.findall(r"(?<![\d.])\d{1,3}(?![\d.])", text, re.ASCII)):
        if 0 < int(code) < 128:
            return cause_of_number(int(code))
    return None


def cause_of_refusal(reply: Reply) -> HangupCause:
    """Why a dial command was refused."""
    if isinstance(reply.error, CommandError) and reply.error.code == _NO_NETWORK:
        return HangupCause.NETWORK_OUT_OF_ORDER
    return _FINAL_CAUSES.get(reply.final, HangupCause.TEMPORARY_FAILURE)
