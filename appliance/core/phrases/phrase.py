"""The names of everything the box says by itself."""

from __future__ import annotations

from enum import StrEnum


class Phrase(StrEnum):
    """Each thing there is to say. Words in braces in the tables are given by whoever says it."""

    # An agent shows who they are, comes and goes.
    AGENT_NUMBER = "agent_number"
    PIN = "pin"
    WRONG = "wrong"
    LOCKED = "locked"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    ON_BREAK = "on_break"
    ON_BREAK_FOR = "on_break_for"
    AVAILABLE = "available"
    WRAP_UP_ENDED = "wrap_up_ended"
    DND_ON = "dnd_on"
    DND_OFF = "dnd_off"
    NOBODY = "nobody"
    REFUSED = "refused"

    # Talking: supervision, parking, pick-up, recording; the work around calls.
    AGENT = "agent"
    EXTENSION = "extension"
    NOT_TALKING = "not_talking"
    NOT_ALLOWED = "not_allowed"
    NO_CALL = "no_call"
    PARKED = "parked"
    NO_SLOT = "no_slot"
    SLOT = "slot"
    SLOT_EMPTY = "slot_empty"
    NOTHING_RINGS = "nothing_rings"
    NOT_REACHED = "not_reached"
    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"
    PAUSED = "paused"
    RESUMED = "resumed"
    PRESS = "press"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    NO_WRAP_UP = "no_wrap_up"
    NO_LAST_CALL = "no_last_call"
    NOTED = "noted"
    DAY = "day"
    TIME = "time"
    NOT_THEN = "not_then"
    RING_BACK = "ring_back"
    SPEAK = "speak"
    NOTE_KEPT = "note_kept"
    NO_NOTE = "no_note"
    TODAY = "today"
    QUEUE = "queue"
    QUEUE_EMPTY = "queue_empty"
    NO_QUEUE = "no_queue"
    MENU_LOGIN = "menu_login"
    MENU_WORK = "menu_work"

    # Messages are left and heard.
    MESSAGE_TOO_SHORT = "message_too_short"
    MESSAGE_REVIEW = "message_review"
    MESSAGE_KEPT = "message_kept"
    NO_BOX = "no_box"
    NO_MESSAGES = "no_messages"
    MESSAGES = "messages"
    MESSAGE_FROM = "message_from"
    MESSAGE_WITHHELD = "message_withheld"
    MESSAGE_KEYS = "message_keys"
    NEXT_MESSAGE = "next_message"
    MESSAGE_DELETED = "message_deleted"
    NO_MORE_MESSAGES = "no_more_messages"

    # Queues speak to those who wait.
    PLACE = "place"
    NEXT_IN_QUEUE = "next_in_queue"
    WAIT_BELOW_A_MINUTE = "wait_below_a_minute"
    WAIT_BETWEEN = "wait_between"
    WAIT_ABOVE = "wait_above"
    WAIT_BELOW = "wait_below"

    # A caller's appointment.
    APPOINTMENT_AT = "appointment_at"
    APPOINTMENT_KEYS = "appointment_keys"
    APPOINTMENT_PERSON = "appointment_person"
    APPOINTMENT_SURE = "appointment_sure"
    APPOINTMENT_OFFER = "appointment_offer"
    APPOINTMENT_LATER = "appointment_later"
    APPOINTMENT_OTHERWISE = "appointment_otherwise"
    APPOINTMENT_NO_TIME = "appointment_no_time"
    APPOINTMENT_TAKEN = "appointment_taken"
    APPOINTMENT_CONFIRMED = "appointment_confirmed"
    APPOINTMENT_CHANGED = "appointment_changed"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_RING_BACK = "appointment_ring_back"

    # Menus that can be said.
    DID_YOU_SAY = "did_you_say"
    NOT_UNDERSTOOD = "not_understood"
    ONLY_KEYS = "only_keys"

    # A caller may be called back.
    CALLBACK_OFFER = "callback_offer"
    CALLBACK_AHEAD = "callback_ahead"
    CALLBACK_NUMBER = "callback_number"
    CALLBACK_ASK = "callback_ask"
    CALLBACK_BAD = "callback_bad"
    CALLBACK_PROMISED = "callback_promised"
    CALLBACK_NONE = "callback_none"
    CALLBACK_TEXT = "callback_text"

    # To an agent, before the caller is joined; a caller is given to the next tier.
    OUTSIDE_OFFER = "outside_offer"
    OUTSIDE_CALL = "outside_call"
    WHISPER_QUEUE = "whisper_queue"
    WHISPER_SHORT = "whisper_short"
    WHISPER_MINUTE = "whisper_minute"
    WHISPER_MINUTES = "whisper_minutes"
    WHISPER_LONG = "whisper_long"
    ESCALATED = "escalated"
    NO_TIER = "no_tier"

    # To an agent who dialled in a campaign, when nobody was reached.
    DIAL_BUSY = "dial_busy"
    DIAL_NO_ANSWER = "dial_no_answer"
    DIAL_REJECTED = "dial_rejected"
    DIAL_UNREACHABLE = "dial_unreachable"
    DIAL_INVALID = "dial_invalid"
    DIAL_NO_LINE = "dial_no_line"
    DIAL_FAILED = "dial_failed"

    # To people whom the box has called.
    OUTREACH_NOBODY = "outreach_nobody"
    OUTREACH_NEVER = "outreach_never"
    OUTREACH_NEVER_TEXT = "outreach_never_text"
