"""Lists of the desk for the pages: contacts, messages, mail, lost callers; read from the records."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.config.contact_csv import write
from appliance.store.desk_reader import AnswerRow, CallbackRow, ContactRow, DeskReader, LostRow
from appliance.store.letters import Mail, Voicemail

__all__ = ["AnswerRow", "CallbackRow", "ContactRow", "DeskLists", "LostRow", "Mail", "Voicemail"]


class DeskLists(DeskReader):
    """As `store.desk_reader.DeskReader`; safe from any thread, any method may raise StoreError."""

    def export(self) -> Iterator[str]:
        """All contacts as CSV (RFC 4180), which an import takes again. PINs are not in it."""
        return write(
            {
                "name": row.name,
                "numbers": row.numbers,
                "language": row.language,
                "vip": row.vip,
                "agent": row.agent,
                "account": row.account,
                "fields": row.fields,
            }
            for row in self.every_contact()
        )
