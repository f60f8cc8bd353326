"""What is asked of the dialer's tables for the pages that change lists; `statements` makes texts of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal_column, null, select, update

from appliance.store.dial_tables import lead_imports, refusals
from appliance.store.lead_tables import dnc, dnc_lists, lead_lists, lead_numbers, lead_places, leads

_ZERO: Any = literal_column("0")
_EMPTY: Any = literal_column("''")
_WAITING: Any = [literal_column(f"'{state}'") for state in ("fresh", "retry", "callback")]


def asked() -> dict[str, Any]:
    """Every statement under its name."""
    return {**_lists(), **_imports(), **_blocked()}


def _lists() -> dict[str, Any]:
    here = leads.c
    whose: Any = bindparam("whose")
    one = lead_lists.c.id == bindparam("which")
    places = select(here.list, here.place).where(here.list == whose).distinct()
    return {
        "LEAD_LIST": select(lead_lists).where(one),
        "RENAME_LEAD_LIST": update(lead_lists)
        .where(one)
        .values(name=bindparam("new_name"), source=bindparam("new_source")),
        "UNDROP_LEAD_LIST": update(lead_lists).where(one).values(dropped=null()),
        "RESTORE_LEAD_PLACES": insert(lead_places)
        .prefix_with("OR IGNORE")
        .from_select(["list", "place"], places),
        "SPAN_OF_LIST": select(func.min(here.id), func.max(here.id)).where(here.list == whose),
        "RANK_LEADS": update(leads)
        .where(here.list == whose, here.id.between(bindparam("first"), bindparam("last")))
        .values(rank=bindparam("new_rank")),
    }


def _imports() -> dict[str, Any]:
    here, one = leads.c, lead_imports.c.id == bindparam("which")
    of = (here.list == bindparam("whose"), here.id.between(bindparam("first"), bindparam("last")))
    untouched = (*of, here.tries == _ZERO, here.state.in_(_WAITING))
    return {
        "ADD_REFUSAL": insert(refusals).prefix_with("OR REPLACE"),
        "LAST_LEAD": select(func.max(here.id)),
        "ADD_LEAD_IMPORT": insert(lead_imports).prefix_with("OR REPLACE"),
        "LEAD_IMPORT": select(lead_imports).where(one),
        "UNDO_LEAD_IMPORT": update(lead_imports).where(one).values(undone=bindparam("when")),
        "COUNT_DIALLING": select(func.count()).where(*of, here.state == literal_column("'dialling'")),
        "DROP_NUMBERS_OF_UNTRIED": delete(lead_numbers).where(
            lead_numbers.c.lead.in_(select(here.id).where(*untouched))
        ),
        "UNLINK_REFUSALS": update(refusals)
        .where(refusals.c.lead.in_(select(here.id).where(*untouched)))
        .values(lead=null()),
        # The last lead of all stays, empty and in no list: its number is given to no other.
        "BURY_LAST_LEAD": update(leads)
        .where(*untouched, here.id == select(func.max(here.id)).scalar_subquery())
        .values(
            list=_EMPTY,
            state=literal_column("'done'"),
            why=literal_column("'undone'"),
            name=_EMPTY,
            fields=literal_column("'{}'"),
            contact=null(),
        ),
        "DROP_UNTRIED": delete(leads).where(*untouched),
        "END_LEADS": update(leads)
        .where(*of, here.state.in_(_WAITING))
        .values(state=literal_column("'done'"), why=literal_column("'undone'"), due=null()),
    }


def _blocked() -> dict[str, Any]:
    here = dnc.c
    return {
        "DNC_ENTRY": select(here.since, here.why).where(
            here.entry == bindparam("which"), here.kind == bindparam("sort"), here.list == bindparam("whose")
        ),
        "DROP_OFFICIAL": delete(dnc_lists).where(dnc_lists.c.name == bindparam("whose")),
    }
