"""Lists, leads, attempts and do-not-call entries as the page reads them: read-only, like `reader`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy import tuple_ as both

from appliance.store.codec import microseconds, moment
from appliance.store.dial_rows import (
    DialFilter,
    DialRow,
    DncRow,
    ImportRow,
    LeadFilter,
    LeadRow,
    ListRow,
    NumberRow,
    OfficialRow,
    object_of,
    to_dial,
    to_dnc,
    to_import,
    to_lead,
    to_list,
)
from appliance.store.dial_tables import lead_imports
from appliance.store.dial_tables import refusals as refused
from appliance.store.lead_tables import attempts, dnc, dnc_lists, lead_lists, lead_numbers, leads
from appliance.store.reading import LARGEST_PAGE, ReadOnly

_FEWEST_DIGITS = 3  # that are looked for in numbers
#: Leads are read by their number, page by page; by the index of a list all of it would be sorted for each.
_NO_INDEX: ColumnElement[str] = literal_column("''")


class DialReader(ReadOnly):
    """Safe from any thread; any method may raise StoreError."""

    what = "lists"

    def lists(self, dropped: bool = False) -> list[ListRow]:
        """All lists, the newest first, or those that were thrown away."""
        here = lead_lists.c
        query = select(lead_lists).where(here.dropped.is_not(None) if dropped else here.dropped.is_(None))
        with self._connection() as connection:
            counted = _counts(connection)
            rows = connection.execute(query.order_by(here.made.desc(), here.id))
            return [to_list(row, counted.get(row.id, {})) for row in rows]

    def one_list(self, which: str) -> ListRow | None:
        """One list, thrown away or not."""
        with self._connection() as connection:
            row = connection.execute(select(lead_lists).where(lead_lists.c.id == which)).first()
            return None if row is None else to_list(row, _counts(connection, which).get(which, {}))

    def outcomes(self, which: str) -> dict[str, int]:
        """Leads of a list by their last outcome; "" are those without one."""
        here = leads.c
        query = select(here.outcome, func.count()).where(here.list == which).group_by(here.outcome)
        with self._connection() as connection:
            return {row[0] or "": int(row[1]) for row in connection.execute(query)}

    def imports(self, which: str | None = None, limit: int = 50) -> list[ImportRow]:
        """Imports, of one list or of all, the latest first."""
        here = lead_imports.c
        query = select(lead_imports).order_by(here.at.desc()).limit(limit)
        if which is not None:
            query = query.where(here.list == which)
        with self._connection() as connection:
            return [to_import(row) for row in connection.execute(query)]

    def leads(self, which: LeadFilter, after: int = 0, limit: int = 100) -> list[LeadRow]:
        """A page of leads in the order they were imported; those whose id is above `after`."""
        here = leads.c
        kept = select(lead_lists.c.id).where(lead_lists.c.dropped.is_(None))
        of = here.list + _NO_INDEX
        query = select(leads).where(here.id > after, of.in_(kept), *_lead_conditions(which))
        query = query.order_by(here.id).limit(max(1, min(limit, LARGEST_PAGE)))
        with self._connection() as connection:
            rows = connection.execute(query).all()
            numbers = _numbers(connection, [row.id for row in rows])
            return [to_lead(row, numbers.get(row.id, ())) for row in rows]

    def lead(self, lead: int) -> LeadRow | None:
        """One lead, also of a list that was thrown away."""
        with self._connection() as connection:
            row = connection.execute(select(leads).where(leads.c.id == lead)).first()
            return None if row is None else to_lead(row, _numbers(connection, [lead]).get(lead, ()))

    def every_lead(self, which: LeadFilter) -> Iterator[LeadRow]:
        """All leads of a filter, for an export."""
        last = 0
        while found := self.leads(which, last, 500):
            yield from found
            last = found[-1].id

    def field_names(self, which: str) -> list[str]:
        """Names of the own fields that leads of a list have."""
        names: set[str] = set()
        query = select(leads.c.fields).where(leads.c.list == which).distinct()
        with self._connection() as connection:
            for row in connection.execute(query.execution_options(yield_per=500)):
                names.update(object_of(row[0]))
        return sorted(names)

    def life(self, lead: LeadRow, limit: int = 200) -> list[DialRow]:
        """Every dial to a lead or to one of its numbers, the latest first."""
        numbers = [one.number for one in lead.numbers]
        found = [
            query.where(or_(table.c.lead == lead.id, table.c.number.in_(numbers)))
            for table, query in ((attempts, _tried()), (refused, _not_tried()))
        ]
        return self._dials(found, limit)

    def dials(
        self, which: DialFilter, before: tuple[int, str] | None = None, limit: int = 100
    ) -> list[DialRow]:
        """A page of dials and refusals, the latest first; `before` is the time and key of the last row."""
        found = []
        if which.answer != "refused" and not which.why:
            found.append(_tried().where(*_dial_conditions(attempts, which)))
        if which.answer != "allowed" and not which.outcome:
            found.append(_not_tried().where(*_dial_conditions(refused, which)))
        return self._dials(found, limit, before)

    def dial(self, key: str) -> DialRow | None:
        """One dial or refusal."""
        asked = (_tried().where(attempts.c.id == key), _not_tried().where(refused.c.id == key))
        return next(iter(self._dials(list(asked), 1)), None)

    def every_dial(self, which: DialFilter) -> Iterator[DialRow]:
        """All dials of a filter, for an export."""
        before: tuple[int, str] | None = None
        while found := self.dials(which, before, 500):
            yield from found
            before = microseconds(found[-1].at), found[-1].key

    def reasons(self, which: DialFilter) -> dict[str, int]:
        """How often the gate refused, by the first reason it gave."""
        first = func.json_extract(refused.c.verdict, "$.refusals[0][0]")
        query = select(first, func.count()).where(*_dial_conditions(refused, which)).group_by(first)
        with self._connection() as connection:
            return {row[0] or "": int(row[1]) for row in connection.execute(query)}

    def entries(
        self, kind: str, text: str = "", after: str = "", list_: str | None = None, limit: int = 100
    ) -> list[DncRow]:
        """A page of do-not-call entries of a kind, by entry; `text` are digits or signs of it."""
        here = dnc.c
        query = select(dnc).where(here.kind == kind)
        if text:
            query = query.where(here.entry.contains(text, autoescape=True))
        if list_ is not None:
            query = query.where(here.list == list_)
        if after:
            entry, _, whose = after.partition("|")
            query = query.where(both(here.entry, here.list) > both(entry, whose))
        query = query.order_by(here.entry, here.list).limit(min(limit, LARGEST_PAGE))
        with self._connection() as connection:
            return [to_dnc(row) for row in connection.execute(query)]

    def every_entry(self, kind: str, list_: str | None = None) -> Iterator[DncRow]:
        """All entries of a kind, for an export."""
        after = ""
        while found := self.entries(kind, "", after, list_, 500):
            yield from found
            after = f"{found[-1].entry}|{found[-1].list}"

    def entry_counts(self) -> dict[tuple[str, str], int]:
        """Entries of the own and the campaigns' lists: (kind, list) -> how many."""
        here = dnc.c
        query = select(here.kind, here.list, func.count()).where(here.kind != "official")
        with self._connection() as connection:
            rows = connection.execute(query.group_by(here.kind, here.list))
            return {(row[0], row[1]): int(row[2]) for row in rows}

    def official(self) -> list[OfficialRow]:
        """Official lists that were loaded."""
        with self._connection() as connection:
            rows = connection.execute(select(dnc_lists).order_by(dnc_lists.c.name))
            return [OfficialRow(row.name, moment(row.as_of), moment(row.loaded), row.entries) for row in rows]

    def names_of(self, which: Collection[int]) -> dict[int, str]:
        """Names of leads, where they have one."""
        query = select(leads.c.id, leads.c.name).where(leads.c.id.in_(which), leads.c.name != "")
        with self._connection() as connection:
            return {int(row[0]): str(row[1]) for row in connection.execute(query)}

    def leads_of_number(self, number: str) -> list[int]:
        """Leads that have this number, in lists that are there, the latest first."""
        kept = select(lead_lists.c.id).where(lead_lists.c.dropped.is_(None))
        query = (
            select(leads.c.id)
            .join(lead_numbers, lead_numbers.c.lead == leads.c.id)
            .where(lead_numbers.c.number == number, leads.c.list.in_(kept))
            .order_by(leads.c.id.desc())
        )
        with self._connection() as connection:
            return [int(row[0]) for row in connection.execute(query.limit(20))]

    def _dials(
        self, queries: list[Select[Any]], limit: int, before: tuple[int, str] | None = None
    ) -> list[DialRow]:
        """The latest of these queries together: each gives its latest, which are then merged."""
        found: list[DialRow] = []
        most = max(1, min(limit, LARGEST_PAGE))
        with self._connection() as connection:
            for query in queries:
                at, key = query.selected_columns["at"], query.selected_columns["key"]
                if before is not None:
                    query = query.where(or_(at < before[0], and_(at == before[0], key < before[1])))
                rows = connection.execute(query.order_by(at.desc(), key.desc()).limit(most))
                found += [to_dial(row) for row in rows]
        return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:most]


# ---- what is asked


def _tried() -> Select[Any]:
    here = attempts.c
    return select(
        here.id.label("key"), here.at, here.campaign, here.list, here.lead, here.number, here.kind, here.call,
        here.agent, here.outcome, here.how, here.said_no, here.ended, here.verdict,
        here.line, here.rang, here.answered, here.told, here.joined, literal(True).label("allowed"),
    )  # fmt: skip


def _not_tried() -> Select[Any]:
    here = refused.c
    return select(
        here.id.label("key"), here.at, here.campaign, null().label("list"), here.lead, here.number,
        literal("").label("kind"), null().label("call"), here.agent, null().label("outcome"),
        literal("").label("how"), literal(False).label("said_no"), null().label("ended"), here.verdict,
        literal(False).label("allowed"),
    )  # fmt: skip


def _lead_conditions(which: LeadFilter) -> list[ColumnElement[bool]]:
    here = leads.c
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (here.list + _NO_INDEX, which.list),
            (here.state + _NO_INDEX, which.state),
            (here.outcome, which.outcome),
        )
        if value is not None
    ]
    if which.text is not None and which.text.strip():
        found.append(_lead_search(which.text.strip()))
    return found


def _lead_search(text: str) -> ColumnElement[bool]:
    here = leads.c
    found = [column.icontains(text, autoescape=True) for column in (here.name, here.fields, here.contact)]
    digits = _digits(text)
    if digits:
        has = lead_numbers.c.number.contains(digits, autoescape=True)
        found.append(exists().where(lead_numbers.c.lead == here.id, has))
    return or_(*found)


def _dial_conditions(table: Any, which: DialFilter) -> list[ColumnElement[bool]]:
    here = table.c
    found: list[ColumnElement[bool]] = []
    if which.campaign is not None:
        found.append(here.campaign == which.campaign)
    if which.since is not None:
        found.append(here.at >= microseconds(which.since))
    if which.until is not None:
        found.append(here.at < microseconds(which.until))
    if which.outcome is not None and table is attempts:
        found.append(here.outcome == which.outcome)
    if which.why is not None:
        found.append(here.verdict.contains(f'["{which.why}"', autoescape=True))
    if which.text is not None and which.text.strip():
        found.append(_dial_search(here, which.text.strip()))
    return found


def _dial_search(here: Any, text: str) -> ColumnElement[bool]:
    named = exists().where(leads.c.id == here.lead, leads.c.name.icontains(text, autoescape=True))
    digits = _digits(text)
    return or_(named, here.number.contains(digits, autoescape=True)) if digits else named


def _digits(text: str) -> str:
    """Digits as they stand in E.164, where a number at home begins without its 0."""
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    fine = len(digits) >= _FEWEST_DIGITS and not any(sign.isalpha() for sign in text)
    return digits.lstrip("0") if fine else ""


def _counts(connection: Connection, which: str | None = None) -> dict[str, dict[str, int]]:
    here = leads.c
    query = select(here.list, here.state, func.count()).group_by(here.list, here.state)
    if which is not None:
        query = query.where(here.list == which)
    found: dict[str, dict[str, int]] = {}
    for list_, state, count in connection.execute(query):
        found.setdefault(list_, {})[state] = int(count)
    return found


def _numbers(connection: Connection, ids: list[int]) -> dict[int, tuple[NumberRow, ...]]:
    here = lead_numbers.c
    query = select(lead_numbers).where(here.lead.in_(ids)).order_by(here.lead, here.position)
    found: dict[int, tuple[NumberRow, ...]] = {}
    for row in connection.execute(query):
        found[row.lead] = (*found.get(row.lead, ()), NumberRow(row.number, row.kind, row.bad))
    return found
