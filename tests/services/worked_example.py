"""Thirteen deals that do, in one week, thirteen different things: a table that can be checked by hand.

The quarter is October to December; the week goes from Monday 9 to Monday 16 November 2026, 09:00. West is dana's
team, East is erik's, and olga is above both. Amounts are whole units.
"""

from __future__ import annotations

from pathlib import Path

from salesops_tui.domain.calendar import Moment, to_moment
from tests.company import MONDAY, Company

START = to_moment(MONDAY.replace(hour=9))
END = Moment(START + 7 * 24 * 3600 * 1_000_000)

WEST = {
    "increased": 25, "new": 40, "pulled_in": 70, "passed_inspection": 110, "upgraded": 90, "failed_inspection": -250,
    "pushed_out": -300, "lost": -30, "transferred_out": -25, "removed": -15, "won": -65,
}  # fmt: skip
EAST = {"transferred_in": 25}
ABOVE = {cause: amount for cause, amount in WEST.items() if cause != "transferred_out"}


def build(path: Path) -> Company:
    company = Company(path)
    company.at("2026-11-02 09:00")
    for key, amount, close, category in (
        ("A", 100, "2026-12-12", "commit"),
        ("B", 200, "2026-12-20", "commit"),
        ("C", 300, "2026-12-18", "commit"),
        ("D", 50, "2026-12-10", "commit"),
        ("E", 80, "2026-12-05", "best_case"),
        ("G", 70, "2027-01-12", "commit"),
        ("H", 60, "2026-11-15", "commit"),
        ("I", 30, "2026-12-11", "commit"),
        ("J", 25, "2026-12-11", "commit"),
        ("K", 15, "2026-12-11", "commit"),
        ("L", 45, "2026-12-11", "commit"),
        ("M", 110, "2026-12-11", "commit"),
    ):
        company.claim(key, amount=amount, close=close, category=category, owner="lee")
    company.at("2026-11-05 10:00").fail("M")

    company.at("2026-11-10 10:00").fail("D")
    company.later(minutes=5).fail("L", "paper_process")
    company.at("2026-11-11 10:00").fail("B", "economic_buyer")
    company.at("2026-11-12 10:00").pass_("M")
    company.at("2026-11-13 10:00").pass_("L")
    company.later(hours=1).claim("D", close="2027-01-15")
    company.claim("A", amount=120)
    company.claim("C", close="2027-01-15", category="best_case")
    company.claim("E", amount=90, category="commit")
    company.claim("F", amount=40, close="2026-12-01", category="commit", owner="ana")
    company.claim("G", close="2026-12-22")
    company.claim("H", amount=65, status="won", category="closed", stage="7")
    company.claim("I", status="lost", close="2026-11-13", stage="8")
    company.claim("J", owner="sam")
    company.claim("K", status="removed")
    return company.at("2026-11-16 09:00")
