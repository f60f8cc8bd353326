"""What readers of the records share: a connection that cannot write, and one sentence when it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from appliance.contract.errors import StoreError
from appliance.store.database import open_reader

LARGEST_PAGE = 1000


class ReadOnly:
    """Reads while the core writes. Safe from any thread; any method may raise StoreError."""

    what: ClassVar[str] = "records"

    def __init__(self, path: Path) -> None:
        self._engine = open_reader(path)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as problem:
            reason = getattr(problem, "orig", problem)
            raise StoreError(f"The {self.what} cannot be read now ({reason}).") from problem
