"""Why a call ended: the cause values of ITU-T Q.850, with the ones we use and their words."""

from __future__ import annotations

from enum import IntEnum


class HangupCause(IntEnum):
    """ITU-T Q.850 (2018) cause values. Values from 128 are ours, for ends that Q.850 does not know."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TO_DESTINATION = 3
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER_FORMAT = 28
    FACILITY_REJECTED = 29
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT_AVAILABLE = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    CONGESTION = 42
    REQUESTED_CIRCUIT_UNAVAILABLE = 44
    OUTGOING_CALLS_BARRED = 52
    INCOMPATIBLE_DESTINATION = 88
    RECOVERY_ON_TIMER_EXPIRY = 102
    INTERWORKING = 127
    INTERRUPTED = 128
    LINE_FAULT = 129
    SILENCE = 130
    MAXIMUM_DURATION = 131
    PICKED_ELSEWHERE = 132
    PRE_EMPTED = 133
    NO_DIAL_TONE = 134


#: SIP status -> cause, RFC 3398 section 8.2.6.1, with 480 meaning "not registered" from our own edge.
_SIP_CAUSES = {
    400: HangupCause.TEMPORARY_FAILURE,
    401: HangupCause.CALL_REJECTED,
    403: HangupCause.CALL_REJECTED,
    404: HangupCause.UNALLOCATED_NUMBER,
    405: HangupCause.FACILITY_REJECTED,
    406: HangupCause.INCOMPATIBLE_DESTINATION,
    407: HangupCause.CALL_REJECTED,
    408: HangupCause.RECOVERY_ON_TIMER_EXPIRY,
    410: HangupCause.NUMBER_CHANGED,
    480: HangupCause.SUBSCRIBER_ABSENT,
    481: HangupCause.TEMPORARY_FAILURE,
    484: HangupCause.INVALID_NUMBER_FORMAT,
    486: HangupCause.USER_BUSY,
    487: HangupCause.NORMAL_CLEARING,
    488: HangupCause.INCOMPATIBLE_DESTINATION,
    500: HangupCause.TEMPORARY_FAILURE,
    502: HangupCause.NETWORK_OUT_OF_ORDER,
    503: HangupCause.NO_CIRCUIT_AVAILABLE,
    504: HangupCause.RECOVERY_ON_TIMER_EXPIRY,
    600: HangupCause.USER_BUSY,
    603: HangupCause.CALL_REJECTED,
    604: HangupCause.UNALLOCATED_NUMBER,
}

#: cause -> SIP status, RFC 3398 section 7.2.4.1.
_CAUSE_SIP = {
    HangupCause.UNALLOCATED_NUMBER: 404,
    HangupCause.NO_ROUTE_TO_DESTINATION: 404,
    HangupCause.NORMAL_CLEARING: 480,
    HangupCause.USER_BUSY: 486,
    HangupCause.NO_USER_RESPONDING: 408,
    HangupCause.NO_ANSWER: 480,
    HangupCause.SUBSCRIBER_ABSENT: 480,
    HangupCause.CALL_REJECTED: 403,
    HangupCause.INVALID_NUMBER_FORMAT: 484,
    HangupCause.FACILITY_REJECTED: 501,
    HangupCause.OUTGOING_CALLS_BARRED: 403,
    HangupCause.INCOMPATIBLE_DESTINATION: 488,
    HangupCause.PRE_EMPTED: 503,
}


def cause_of_sip(status: int) -> HangupCause:
    """The cause a final SIP status stands for; unknown 4xx/5xx/6xx become INTERWORKING (RFC 3398)."""
    if status < 300:
        return HangupCause.NORMAL_CLEARING
    return _SIP_CAUSES.get(status, HangupCause.INTERWORKING)


def sip_of_cause(cause: HangupCause) -> int:
    """The final SIP status that says a cause to a phone that is still being called; 503 when none fits."""
    return _CAUSE_SIP.get(cause, 503)


def cause_of_number(number: int) -> HangupCause:
    """The cause with this Q.850 number, as networks report it; unknown numbers are NORMAL_UNSPECIFIED."""
    try:
        return HangupCause(number)
    except ValueError:
        return HangupCause.NORMAL_UNSPECIFIED
