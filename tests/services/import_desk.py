"""Somebody with files to import, for tests."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from salesops_tui.domain.calendar import FOREVER, to_date
from salesops_tui.services.context import Context
from salesops_tui.services.import_undo import UndoneImport, newest_import, undo_import
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals
from tests.company import Company

HEADER = ("id", "name", "owner", "amount", "stage", "category", "close_date")
GOOD = ("D1", "Acme", "lee", "42000.00", "6", "commit", "2026-12-11")


def deal(key: str, **values: str) -> tuple[str, ...]:
    whole = dict(zip(HEADER, GOOD, strict=True)) | {"id": key} | values
    return tuple(whole[field] for field in HEADER)


def undo_newest(context: Context) -> UndoneImport:
    """Take back the import that stands as the newest."""
    return undo_import(context, newest_import(context).number)


class Desk:
    """Somebody with files, at a company's store."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company = company
        self.folder = folder

    def file(self, *rows: Sequence[str], header: Sequence[str] = HEADER, name: str = "deals.csv") -> Path:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def take(self, *rows: Sequence[str], header: Sequence[str] = HEADER, **options: Any) -> ImportReport:
        return import_deals(self.company.context, ImportRequest(self.file(*rows, header=header), **options))

    def now(self) -> dict[str, tuple[Any, ...]]:
        """Owner, amount, close date, status and category of every deal as it is now."""
        names = {p.id: key for key, p in self.company.people.items()}
        rows = self.company.store.conn.execute(
            "SELECT d.key, s.owner, s.amount, s.close_day, s.status, s.category FROM deal_state s"
            " JOIN deal d ON d.id = s.deal WHERE s.valid_to = ?",
            (FOREVER,),
        )
        return {key: (names[owner], amount, to_date(day).isoformat(), *rest) for key, owner, amount, day, *rest in rows}

    def tables(self) -> dict[str, list[Any]]:
        """Everything that the store holds."""
        conn = self.company.store.conn
        names = [n for (n,) in conn.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        return {n: conn.execute(f"SELECT * FROM main.{n}").fetchall() for n in names}
