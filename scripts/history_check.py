"""Check a replayed Salesforce history against the files themselves, sharing no code with the program.

    python scripts/history_check.py STORE FOLDER MAP.toml IMPORTED_AT [MOMENT …] [-- COMMAND …]

FOLDER holds Opportunity.csv and OpportunityHistory.csv, as imported into STORE with the map at IMPORTED_AT. For each
moment (five spread over the history by default) every deal's stage, amount, close date, claim and status, as
`salesops deals --as-of` gives them, are compared with what the rows of the files say. COMMAND runs the program; by
default `salesops`. Only the standard library is used; dates are taken to be MM/DD/YY, and times UTC.
"""

import csv
import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

STAGES = {
    "Prospecting": "1", "Qualification": "1", "Needs Analysis": "2", "Value Proposition": "3",
    "Id. Decision Makers": "3", "Perception Analysis": "4", "Proposal/Price Quote": "5", "Negotiation/Review": "6",
    "Closed Won": "7", "Closed Lost": "8",
}  # fmt: skip


def main() -> int:
    """Compare at each moment, print what differs, and return 1 if anything did."""
    arguments, command = sys.argv[1:], ["salesops"]
    if "--" in arguments:
        place = arguments.index("--")
        arguments, command = arguments[:place], arguments[place + 1 :]
    store, folder, map_file, imported = arguments[:4]
    categories = tomllib.loads(Path(map_file).read_text(encoding="utf-8"))["values"]["category"]
    first = datetime.fromisoformat(imported).replace(tzinfo=UTC)
    deals = rows_of(Path(folder) / "Opportunity.csv")
    past = [row for row in rows_of(Path(folder) / "OpportunityHistory.csv") if moment(row["CreatedDate"]) < first]
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in arguments[4:]] or five(past, first)
    wrong = 0
    for at in moments:
        wanted = {key: state(row, categories) for key, row in standing(deals, past, first, at).items()}
        found = told(command, store, at)
        differences = [
            f"{at.isoformat()} {key}: the files say {wanted.get(key)}, the store {found.get(key)}"
            for key in sorted(wanted.keys() | found.keys())
            if wanted.get(key) != found.get(key)
        ]
        print(f"{at.isoformat()}: {len(wanted)} deals, {len(differences)} differences")
        for line in differences:
            print(f"  {line}")
        wrong += len(differences)
    return 1 if wrong else 0


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    """Read `02/23/26 08:55 PM` as UTC."""
    return datetime.strptime(text, "%m/%d/%y %I:%M %p").replace(tzinfo=UTC)


def five(past: list[dict[str, str]], first: datetime) -> list[datetime]:
    """Before the history, at its beginning, right before and after its last change, and at the import."""
    seen = sorted({moment(row["CreatedDate"]) for row in past})
    return [
        seen[0] - timedelta(seconds=1), seen[0], seen[-1] - timedelta(microseconds=1), seen[-1] + timedelta(minutes=1),
        first,
    ]  # fmt: skip


def standing(
    deals: list[dict[str, str]], past: list[dict[str, str]], first: datetime, at: datetime
) -> dict[str, dict[str, str]]:
    """The row that says what each deal was at a moment; of rows of one moment, the one with the greater id."""
    if at >= first:
        return {row["Id"]: row for row in deals}
    known = {row["Id"] for row in deals}
    found: dict[str, dict[str, str]] = {}
    for row in sorted(past, key=lambda row: (moment(row["CreatedDate"]), row["Id"])):
        if moment(row["CreatedDate"]) <= at and row["OpportunityId"] in known:
            found[row["OpportunityId"]] = row
    return found


def state(row: dict[str, str], categories: dict[str, str]) -> tuple[str, ...]:
    """Return stage, amount, close date, claim and status of a row."""
    stage = row["StageName"]
    status = {"Closed Won": "won", "Closed Lost": "lost"}.get(stage, "open")
    closes = datetime.strptime(row["CloseDate"], "%m/%d/%y").replace(tzinfo=UTC).date().isoformat()
    amount = f"{Decimal(row['Amount'] or '0'):.2f}"
    return STAGES[stage], amount, closes, categories.get(stage, categories.get("*", "")), status


def told(command: list[str], store: str, at: datetime) -> dict[str, tuple[str, ...]]:
    """Return the same of every deal as the program gives it."""
    asked = [*command, "--store", store, "deals", "--as-of", at.isoformat(), "--all", "--format", "json"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return {
        deal["id"]: (deal["stage"], deal["amount"], deal["close_date"], deal["rep_category"], deal["status"])
        for deal in json.loads(said)["deals"]
    }


if __name__ == "__main__":
    raise SystemExit(main())
