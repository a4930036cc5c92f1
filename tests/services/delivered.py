"""What a store holds of each deal, every field in words, for comparing with what a file says."""

import json
from typing import Any

from salesops_tui.domain.calendar import FOREVER, to_date
from salesops_tui.domain.deal import Category, Status
from tests.company import Company

_DAYS = ("created_day", "next_step_day", "last_meeting_day", "last_activity_day", "requalified_day", "close_day")


def facts(company: Company) -> dict[str, dict[str, Any]]:
    """By id: every field as it is now; blank ones are left out, amounts are in minor units, extra as it is."""
    conn = company.store.conn
    names = {person.id: key for key, person in company.people.items()}
    rows = conn.execute(
        "SELECT d.key, s.owner, s.stage, s.rep_category, s.amount, c.currency, c.original, s.close_day, s.status, x.*"
        " FROM deal_state s JOIN deal d ON d.id = s.deal JOIN claim c ON c.id = s.claim"
        " JOIN detail x ON x.id = s.detail WHERE s.valid_to = ?",
        (FOREVER,),
    )
    columns = [column[0] for column in rows.description]
    found = {}
    for row in rows:
        values = {n: v for n, v in zip(columns, row, strict=True) if n not in {"id", "deal", "valid_from", "change"}}
        values["owner"] = names[values["owner"]]
        values["rep_category"] = Category(values["rep_category"]).key
        values["status"] = Status(values["status"]).key
        values |= {n: to_date(values[n]).isoformat() for n in _DAYS if values[n] is not None}
        values["extra"] = {n: v for n, v in json.loads(values["extra"]).items() if v is not None}
        key = values.pop("key")
        found[key] = {n: v for n, v in values.items() if v not in (None, "", {})}
    return found
