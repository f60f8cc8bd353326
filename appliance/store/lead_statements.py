"""What is asked of the tables in `lead_tables`, in SQLAlchemy Core; `statements` makes texts of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, null, or_, select, update

from appliance.store.lead_tables import (
    attempts,
    campaign_states,
    dnc,
    dnc_lists,
    lead_lists,
    lead_numbers,
    lead_places,
    leads,
)

_ONE: Any = literal_column("1")
_NO: Any = literal_column("0")


def _word(value: str) -> Any:
    return literal_column(f"'{value}'")


def asked() -> dict[str, Any]:
    """Every statement under its name."""
    return {**_lists(), **_leads(), **_next(), **_attempts(), **_campaigns(), **_dnc()}


def _lists() -> dict[str, Any]:
    here = lead_lists.c
    return {
        "ADD_LEAD_LIST": insert(lead_lists),
        "LEAD_LISTS": select(lead_lists).where(here.dropped.is_(None)).order_by(here.made),
        "DROP_LEAD_LIST": update(lead_lists)
        .where(here.id == bindparam("which"))
        .values(dropped=bindparam("when")),
        "COUNT_LEADS": select(leads.c.list, leads.c.state, func.count()).group_by(
            leads.c.list, leads.c.state
        ),
    }


def _leads() -> dict[str, Any]:
    here, numbers = leads.c, lead_numbers.c
    one = here.id == bindparam("which")
    return {
        "ADD_LEAD": insert(leads).values(
            {one.name: bindparam(one.name) for one in leads.c if one.name != "id"}
        ),
        "ADD_LEAD_NUMBER": insert(lead_numbers),
        "ADD_LEAD_PLACE": insert(lead_places).prefix_with("OR IGNORE"),
        "DROP_LEAD_PLACES": delete(lead_places).where(lead_places.c.list == bindparam("whose")),
        "LEAD": select(leads).where(one),
        "NUMBERS_OF_LEAD": select(numbers.number, numbers.kind, numbers.bad)
        .where(numbers.lead == bindparam("whose"))
        .order_by(numbers.position),
        "LEADS_OF_NUMBER": select(here.list, here.row)
        .join(lead_numbers, numbers.lead == here.id)
        .join(lead_lists, and_(lead_lists.c.id == here.list, lead_lists.c.dropped.is_(None)))
        .where(numbers.number == bindparam("number")),
        "PLACES_OF_LIST": select(lead_places.c.place).where(lead_places.c.list == bindparam("whose")),
        "DIALLING_LEAD": update(leads)
        .where(one)
        .values(state=_word("dialling"), tries=here.tries + _ONE, outcome=null()),
        "NOT_DIALLED_LEAD": update(leads).where(one).values(tries=here.tries - _ONE),
        "SET_LEAD": update(leads)
        .where(one)
        .values(
            {
                **{name: bindparam(f"new_{name}") for name in ("state", "due", "own", "asked_at", "why")},
                "agent": func.coalesce(bindparam("new_agent"), here.agent),
            }
        ),
        "MOVE_LEAD": update(leads)
        .where(one)
        .values({name: bindparam(f"new_{name}") for name in ("next", "parts", "place", "outcome")}),
        "FILL_LEAD": update(leads).where(one).values(fields=bindparam("new_fields")),
        "BAD_NUMBER": update(lead_numbers)
        .where(numbers.lead == bindparam("whose"), numbers.number == bindparam("wrong"))
        .values(bad=bindparam("reason")),
    }


def _next() -> dict[str, Any]:
    here = leads.c
    of = (here.list == bindparam("whose"), here.place == bindparam("where"))
    fresh = select(leads).where(here.state == _word("fresh"), *of)
    due = select(leads).where(*of, here.due <= bindparam("now")).order_by(here.due)
    waiting = here.state.in_([_word(state) for state in ("fresh", "retry", "callback")])
    return {
        "LEADS_TO_DIAL": select(leads)
        .where(here.list == bindparam("whose"), here.id > bindparam("last"), waiting)
        .order_by(here.id),
        "FRESH_IN_ORDER": fresh.order_by(here.rank, here.id),
        "FRESH_AT_RANDOM": fresh.order_by(here.rank, here.shuffle),
        "RETRIES_DUE": due.where(here.state == _word("retry")),
        "CALLBACKS_DUE": due.where(here.state == _word("callback")),
    }


def _attempts() -> dict[str, Any]:
    here = attempts.c
    counts = or_(here.outcome.is_(None), here.outcome != _word("not_dialled"))
    return {
        "ADD_ATTEMPT": insert(attempts),
        "END_ATTEMPT": update(attempts)
        .where(here.id == bindparam("which"))
        .values(
            {
                name: bindparam(f"new_{name}")
                for name in (
                    "outcome",
                    "how",
                    "said_no",
                    "ended",
                    "call",
                    "agent",
                    "line",
                    "rang",
                    "answered",
                    "told",
                    "joined",
                )  # fmt: skip
            }
        ),
        "ATTEMPTS_OF_NUMBER": select(here.at, here.outcome, here.said_no)
        .where(here.number == bindparam("number"), counts)
        .order_by(here.at.desc()),
        "ATTEMPTS_OF_LEAD": select(here.at)
        .where(here.lead == bindparam("whose"), counts)
        .order_by(here.at.desc()),
        "OPEN_ATTEMPTS": select(attempts).where(here.outcome.is_(None)).order_by(here.at),
    }


def _campaigns() -> dict[str, Any]:
    here = attempts.c
    return {
        "DIALS_OF_CAMPAIGN": select(
            here.at,
            here.outcome,
            here.answered,
            here.told,
            here.joined,
            here.ended,
            here.list,
            here.lead,
            here.verdict,
        )
        .where(here.campaign == bindparam("whose"), here.at >= bindparam("since"))
        .order_by(here.at),
        "SET_CAMPAIGN": insert(campaign_states).prefix_with("OR REPLACE"),
        "CAMPAIGN_STATES": select(campaign_states.c.name, campaign_states.c.state),
    }


def _dnc() -> dict[str, Any]:
    here, lists = dnc.c, dnc_lists.c
    return {
        "ADD_DNC": insert(dnc).prefix_with("OR IGNORE"),
        "DNC_OF": select(here.kind, here.list, here.entry, here.since).where(
            here.entry == bindparam("number"), here.wild == _NO
        ),
        "DNC_WILD": select(here.kind, here.list, here.entry, here.since).where(here.wild == _ONE),
        "DROP_DNC": delete(dnc).where(
            here.entry == bindparam("which"), here.kind == bindparam("sort"), here.list == bindparam("whose")
        ),
        "DROP_DNC_LIST": delete(dnc).where(here.kind == _word("official"), here.list == bindparam("whose")),
        "SET_DNC_LIST": insert(dnc_lists).prefix_with("OR REPLACE"),
        "DNC_LISTS": select(lists.name, lists.as_of, lists.loaded, lists.entries).order_by(lists.name),
    }
