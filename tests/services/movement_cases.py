"""One deal for each thing that can happen to it between two moments, and the line that it must stand in.

The quarter is October to December, the window that of the worked example. Amounts are whole units.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from salesops_tui.services.undo import undo_last
from salesops_tui.store import people as store_people
from tests.company import Company

OUT_OF_PERIOD, AFTER_PERIOD = "2026-09-25", "2027-01-15"

BEFORE: dict[str, dict[str, Any]] = {
    "decreased": {"amount": 100},
    "downgraded": {"amount": 11},
    "reopened": {"amount": 12, "status": "lost"},
    "reopened won": {"amount": 13, "status": "won", "category": "closed"},
    "returned": {"amount": 14, "status": "removed"},
    "pulled out": {"amount": 15},
    "rolled in": {"amount": 16, "close": OUT_OF_PERIOD},
    "by line": {"amount": 17, "owner": "bo"},
    "inside the team": {"amount": 18},
    "won and reopened": {"amount": 19},
    "won and reopened lower": {"amount": 20},
    "won and lost": {"amount": 21},
    "won and handed on": {"amount": 22},
    "won after": {"amount": 23},
    "won before": {"amount": 24},
    "won then dated in": {"amount": 25},
    "won and transferred": {"amount": 26},
    "withdrawn": {"amount": 27},
    "restored": {"amount": 28},
    "restored, then dropped": {"amount": 29},
    "came and went": {"amount": 30, "category": "best_case"},
    "nothing": {"amount": 0},
    "nothing to something": {"amount": 0},
    "won for nothing": {"amount": 31},
    "everything": {"amount": 32},
    "everything but the owner": {"amount": 33},
    "failed, then won": {"amount": 34},
    "lost, then won": {"amount": 35},
    "two questions": {"amount": 36},
    "many": {"amount": 100},
    "out, in, out": {"amount": 37},
    "failed, then corrected": {"amount": 38},
    "assigned": {"amount": 39, "owner": "unassigned"},
    "claim meets a failure": {"amount": 40, "category": "best_case"},
    "contested": {"amount": 41},
    "left alone": {"amount": 42},
    "up and down": {"amount": 43},
    "all at once, in": {"amount": 44, "status": "lost", "owner": "sam", "close": AFTER_PERIOD},
    "found and dated in": {"amount": 45, "status": "removed", "close": AFTER_PERIOD},
    "raised and dated in": {"amount": 46, "category": "pipeline", "close": OUT_OF_PERIOD},
}

WEST: dict[str, list[tuple[str | None, int]]] = {
    "decreased": [("decreased", -20)],
    "downgraded": [("downgraded", -11)],
    "reopened": [("reopened", 12)],
    "reopened won": [("reopened", 13)],
    "returned": [("returned", 14)],
    "pulled out": [("pulled_out", -15)],
    "rolled in": [("rolled_in", 16)],
    "by line": [("transferred_in", 17)],
    "inside the team": [("failed_inspection", -18)],
    "won and reopened": [(None, 0)],
    "won and reopened lower": [("downgraded", -20)],
    "won and lost": [("lost", -21)],
    "won and handed on": [("increased", 3), ("won", -25)],
    "won after": [("pushed_out", -23)],
    "won before": [("pulled_out", -24)],
    "won then dated in": [("won", -25)],
    "won and transferred": [("transferred_out", -26)],
    "restored": [("passed_inspection", 28)],
    "restored, then dropped": [("downgraded", -29)],
    "nothing": [("downgraded", 0)],
    "nothing to something": [("increased", 10)],
    "won for nothing": [("decreased", -31), ("won", 0)],
    "everything": [("transferred_out", -32)],
    "everything but the owner": [("pushed_out", -33)],
    "failed, then won": [("failed_inspection", -34)],
    "lost, then won": [("lost", -35)],
    "two questions": [("failed_inspection", -36)],
    "many": [("increased", 400)],
    "out, in, out": [("downgraded", -37)],
    "failed, then corrected": [("increased", 2)],
    "assigned": [("transferred_in", 39)],
    "contested": [("failed_inspection", -41)],
    "new, then more": [("new", 55)],
    "new by line": [("new", 60)],
    "all at once, in": [("transferred_in", 44)],
    "found and dated in": [("returned", 45)],
    "raised and dated in": [("rolled_in", 46)],
}
"""The rows of the West team (dana's), deal by deal; None is a churned deal without a line."""


def build(path: Path) -> Company:
    company = Company(path)
    company.hire("bo", "Bo Lind", boss="erik")
    company.at("2026-11-02 09:00")
    for key, values in BEFORE.items():
        company.claim(key, **values)
    company.at("2026-11-04 09:00")
    for key in ("restored", "restored, then dropped"):
        company.fail(key)
        company.later(minutes=1).claim(key, category="best_case")
    company.later(minutes=1).pass_("restored, then dropped")
    company.at("2026-11-10 09:00")
    _claims(company)
    _inspections(company)
    _in_and_out(company)
    company.at("2026-11-13 09:00").move("bo", "dana")
    company.later(minutes=1).claim("new, then more", amount=50, owner="ana")
    company.claim("new by line", amount=60, owner="bo")
    company.later(minutes=1).claim("new, then more", amount=55)
    return company.at("2026-11-16 09:00")


def _claims(company: Company) -> None:
    claim = company.claim
    claim("decreased", amount=80)
    claim("downgraded", category="pipeline")
    claim("reopened", status="open")
    claim("reopened won", status="open", category="commit")
    claim("returned", status="open")
    claim("pulled out", close=OUT_OF_PERIOD)
    claim("rolled in", close="2026-12-01")
    claim("inside the team", owner="ana")
    claim("won after", status="won", category="closed", close=AFTER_PERIOD)
    claim("won before", status="won", category="closed", close=OUT_OF_PERIOD)
    claim("won and transferred", status="won", category="closed", owner="sam")
    claim("restored, then dropped", category="pipeline")
    claim("nothing", category="best_case")
    claim("nothing to something", amount=10)
    claim("won for nothing", status="won", category="closed", amount=0)
    claim("everything", owner="sam", amount=99, close=AFTER_PERIOD, category="pipeline", stage="4")
    claim("everything but the owner", amount=99, close=AFTER_PERIOD, category="pipeline", stage="4")
    claim("lost, then won", status="lost", category="omitted")
    claim("assigned", owner="ana")
    claim("all at once, in", status="open", owner="lee", close="2026-12-01")
    claim("found and dated in", status="open", close="2026-12-01")
    claim("raised and dated in", category="commit", close="2026-12-01")
    claim("up and down", amount=50)
    for key in ("won and reopened", "won and reopened lower", "won and lost", "won then dated in"):
        far = {"close": AFTER_PERIOD} if key == "won then dated in" else {}
        claim(key, status="won", category="closed", **far)
    claim("won and handed on", status="won", category="closed", amount=25)
    company.later(hours=1)
    claim("won and reopened", status="open", category="commit")
    claim("won and reopened lower", status="open", category="best_case")
    claim("won and lost", status="lost", category="omitted")
    claim("won then dated in", close="2026-12-11")
    claim("won and handed on", owner="sam")
    claim("lost, then won", status="won", category="closed")
    claim("up and down", amount=43)


def _inspections(company: Company) -> None:
    company.later(hours=1).fail("inside the team")
    company.fail("withdrawn")
    undo_last(company.context)
    company.later(minutes=1).pass_("restored")
    company.fail("failed, then won", "paper_process")
    company.answer("two questions", recent_meeting="dont_know", economic_buyer="yes", paper_process="no")
    company.fail("failed, then corrected")
    company.fail("claim meets a failure")
    company.fail("contested")
    company.later(minutes=1).claim("failed, then won", status="won", category="closed")
    company.claim("claim meets a failure", category="commit")
    company.claim("contested", category="best_case")
    company.later(minutes=1).claim("contested", category="commit")
    company.answer("failed, then corrected", economic_buyer="yes", paper_process="yes")
    company.later(minutes=1).answer("failed, then corrected", risk_and_mitigation="yes", recent_meeting="yes")
    company.claim("failed, then corrected", amount=40)


def _in_and_out(company: Company) -> None:
    company.later(hours=1).claim("came and went", category="commit")
    company.claim("out, in, out", close=AFTER_PERIOD)
    company.later(hours=1).claim("came and went", category="best_case")
    company.claim("out, in, out", close="2026-12-11")
    company.later(hours=1).claim("out, in, out", category="best_case")
    for n in range(1, 401):
        company.later(seconds=30).claim("many", amount=100 + n if n == 400 else 700 - n)
    company.claim("many", amount=500)


def hire_from(company: Company, key: str, boss: str) -> None:
    """Let somebody without a reporting line report to `boss` from now on: they join."""
    with company.store.write() as conn:
        change = company.context.change("people")
        person = company.people[key].id
        store_people.set_manager(conn, person, company.people[boss].id, company.clock(), change)


def leave(company: Company, key: str) -> None:
    """End somebody's reporting line now: they belong to nobody any more."""
    with company.store.write() as conn:
        conn.execute(
            "UPDATE reporting_line SET valid_to = ? WHERE person = ? AND valid_to > ?",
            (company.clock(), company.people[key].id, company.clock()),
        )
