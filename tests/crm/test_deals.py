import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.deals import DealReader, DealRow, Surroundings
from salesops_tui.crm.dialects import recognise
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.layout import lay_out
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import Header
from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.deal import Category, Detail, Status
from salesops_tui.domain.policy import Policy
from salesops_tui.errors import BadInput
from salesops_tui.store.imports_staging import STAGED_COLUMNS
from tests.company import test_policy as default_policy

GOOD = {
    "id": "D1", "name": "Acme · Core", "owner": "lee", "amount": "42000.00", "stage": "6", "category": "commit",
    "close_date": "2026-12-11",
}  # fmt: skip
HEADER = (*FIELDS, "Region")


class Reading:
    """One reader, and rows by field."""

    def __init__(self, tmp_path: Path, deal_map: DealMap | None = None, policy: Policy | None = None, **around: Any):
        path = tmp_path / "deals.csv"
        path.write_text("id\n")
        deal_map = deal_map or DealMap()
        header = around.pop("header", HEADER)
        layout = lay_out(Header(header, 1), recognise(header).dialect, deal_map, look_through(path, "deals.csv"))
        surroundings = Surroundings(
            policy=policy or default_policy(),
            find_owner={"lee": 7, "Ana Diaz": 8}.get,
            unassigned=2,
            today=to_day(date(2026, 11, 16)),
            **around,
        )
        self.header = header
        self.reader = DealReader(layout, deal_map, surroundings)

    def __call__(self, **values: str) -> DealRow:
        whole = GOOD | {k: v for k, v in values.items() if v is not None}
        return self.reader.read([whole.get(field, "") for field in self.header])

    def refused(self, **values: str) -> str:
        with pytest.raises(RejectedError) as refused:
            self(**values)
        return str(refused.value)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def test_a_row_becomes_what_the_store_keeps(reading: Reading) -> None:
    row = reading(
        account=" Acme ", currency="usd", created_date="2026-01-02", status="Open", next_step="call", type="new",
        next_step_date="2026-11-20", last_meeting_date="2026-11-10", last_activity_date="2026-11-12", segment="smb",
        economic_buyer="Priya", economic_buyer_title="CFO", term_months="36", close_date_confirmed="2026-12-01",
        close_plan="sign", requalified_on="2026-10-01", loss_reason="", competitor="Contoso", Region=" West ",
    )  # fmt: skip
    day = {name: to_day(date.fromisoformat(text)) for name, text in {
        "close_day": "2026-12-11", "created_day": "2026-01-02", "next_step_day": "2026-11-20",
        "last_meeting_day": "2026-11-10", "last_activity_day": "2026-11-12", "requalified_day": "2026-10-01",
    }.items()}  # fmt: skip
    assert row._asdict() == {
        "key": "D1", "owner": 7, "stage": "6", "rep_category": Category.COMMIT, "amount": 4_200_000, "currency": "USD",
        "original": 4_200_000, "status": Status.OPEN, "name": "Acme · Core", "account": "Acme", "next_step": "call",
        "economic_buyer": "Priya", "economic_buyer_title": "CFO", "type": "new", "segment": "smb", "term_months": 36,
        "close_confirmed": "2026-12-01", "close_plan": "sign", "loss_reason": "", "competitor": "Contoso",
        "owner_text": "", "extra": '{"Region":" West "}', **day,
    }  # fmt: skip


def test_the_store_and_the_reader_agree_on_what_a_row_is() -> None:
    assert DealRow._fields == STAGED_COLUMNS
    assert set(Detail.__slots__) <= set(DealRow._fields)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": " "}, "column 'id' is blank"),
        ({"name": ""}, "column 'name' is blank"),
        ({"owner": " "}, "column 'owner' is blank"),
        ({"id": "x" * 256}, "has more than 255 characters"),
        ({"amount": ""}, "column 'amount' is blank"),
        ({"amount": "abc"}, "column 'amount': 'abc' is not a number"),
        ({"amount": "1e12"}, "column 'amount': '1e12' is implausible"),
        ({"amount": "-3"}, "column 'amount': '-3' is negative"),
        ({"amount": "1.005"}, "column 'amount': '1.005' has more than the 2 decimals of USD"),
        ({"currency": "dollars"}, "column 'currency': 'dollars' is no currency"),
        ({"currency": "EUR"}, "column 'currency': EUR has no plan rate for FY26 in the policy"),
        ({"amount": "€5", "currency": "USD"}, "column 'amount': '€5' is in another currency than the row"),
        ({"close_date": ""}, "column 'close_date' is blank"),
        ({"close_date": "2026-02-31"}, "column 'close_date': '2026-02-31' is no day that exists"),
        ({"close_date": "1989-01-01"}, "is not between 1990 and 2100"),
        ({"created_date": "11/12/2026"}, "column 'created_date': '11/12/2026' can be read in two ways"),
        ({"next_step_date": "soon"}, "column 'next_step_date': 'soon' is not a date"),
        ({"stage": ""}, "column 'stage' is blank"),
        ({"stage": "9"}, "column 'stage': '9' is no stage of the policy"),
        ({"category": ""}, "column 'category' is blank"),
        ({"category": "sure"}, "column 'category': 'sure' is no forecast category"),
        ({"status": "maybe"}, "column 'status': 'maybe' is no status; there are open, won and lost"),
        ({"status": "removed"}, "is no status"),
        ({"category": "closed"}, "column 'category' is Closed, but the deal is open"),
        ({"status": "won", "category": "closed"}, "the deal is won, but column 'stage' says 'Contracting'"),
        ({"status": "lost", "stage": "7"}, "the deal is lost, but column 'stage' says 'Closed won'"),
        ({"status": "won", "stage": "8"}, "the deal is won, but column 'stage' says 'Closed lost'"),
        ({"term_months": "-1"}, "column 'term_months': '-1' is no number of months"),
        ({"term_months": "1201"}, "is no number of months"),
        ({"term_months": "1.5"}, "is no number of months"),
        ({"term_months": "٣"}, "is no number of months"),
        ({"close_date_confirmed": "perhaps"}, "is neither yes, no, nor the date"),
    ],
)
def test_what_cannot_be_taken_says_column_value_and_why(reading: Reading, values: dict[str, str], said: str) -> None:
    assert said in reading.refused(**values)


def test_a_reason_is_short_and_on_one_line(reading: Reading) -> None:
    said = reading.refused(stage="x\n" * 5000)
    assert len(said) < 120
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "key"),
    [("6", "6"), ("Contracting", "6"), ("  CONTRACTING ", "6"), ("closed WON", "7"), ("problem  owned", "2")],
)
def test_a_stage_goes_by_key_or_name(reading: Reading, text: str, key: str) -> None:
    assert reading(stage=text, category="pipeline").stage == key


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("commit", "commit"), ("Best Case", "best_case"), ("BESTCASE", "best_case"), ("best-case", "best_case"),
        ("Pipeline ", "pipeline"), ("omitted", "omitted"), ("Most Likely", "best_case"),
    ],
)  # fmt: skip
def test_a_category_goes_by_key_or_label(reading: Reading, text: str, category: str) -> None:
    assert reading(category=text).rep_category == Category.from_key(category)


def test_most_likely_is_said(reading: Reading) -> None:
    reading(category="Most Likely")
    reading(category="most_likely")
    reading(category="commit")
    assert reading.reader.suspicious["most_likely"] == 2


@pytest.mark.parametrize(
    ("stage", "category", "status"),
    [
        ("6", "commit", Status.OPEN),
        ("7", "closed", Status.WON),
        ("8", "omitted", Status.LOST),
        ("7", "commit", Status.WON),
    ],
)
def test_without_a_status_the_stage_decides(reading: Reading, stage: str, category: str, status: Status) -> None:
    assert reading(stage=stage, category=category).status == status


@pytest.mark.parametrize(
    ("text", "kept"), [("yes", "yes"), ("TRUE", "yes"), ("no", ""), ("0", ""), ("2026-12-01", "2026-12-01")]
)
def test_a_confirmed_close_date(reading: Reading, text: str, kept: str) -> None:
    assert reading(close_date_confirmed=text).close_confirmed == kept


def test_an_unknown_owner_is_kept_as_text_and_counted(reading: Reading) -> None:
    row = reading(owner=" Jo Doe ")
    assert (row.owner, row.owner_text) == (2, "Jo Doe")
    assert (reading(owner="lee").owner, reading(owner="lee").owner_text) == (7, "")
    reading(owner="Jo Doe")
    assert reading.reader.unknown_owners == {"Jo Doe": 2}


def test_unknown_owners_without_end_are_counted_together(reading: Reading) -> None:
    for i in range(250):
        reading(owner=f"nobody {i}")
    assert len(reading.reader.unknown_owners) == 201
    assert reading.reader.unknown_owners[""] == 50


def test_what_deserves_a_look_is_counted(reading: Reading) -> None:
    reading(created_date="2027-01-01")
    reading(close_date="2026-11-15")
    reading(close_date="2026-11-16")
    reading(status="won", stage="7", category="closed", amount="0")
    reading(status="open", stage="7", category="commit")
    reading(status="lost", stage="8", category="omitted", amount="0", close_date="2026-01-01")
    assert reading.reader.suspicious == {
        "created_after_close": 1, "open_past_close": 1, "won_without_amount": 1, "closed_stage": 1,
    }  # fmt: skip


def test_another_currency_is_converted_at_the_plan_rate_of_the_closing_year(tmp_path: Path) -> None:
    rates = {"FY26": {"EUR": Decimal("1.08"), "JPY": Decimal("0.0065")}, "FY27": {"EUR": Decimal("1.10")}}
    reading = Reading(tmp_path, policy=replace(default_policy(), plan_rates=rates))
    row = reading(amount="1000.50", currency="EUR")
    assert (row.amount, row.currency, row.original) == (108_054, "EUR", 100_050)
    assert reading(amount="1000.50", currency="EUR", close_date="2027-01-01").amount == 110_055
    assert reading(amount="¥1,000,000").amount == 650_000
    assert "JPY has no plan rate for FY27" in reading.refused(amount="5", currency="JPY", close_date="2027-01-01")


def test_without_a_column_a_deal_keeps_its_currency(tmp_path: Path) -> None:
    rates = {"FY26": {"EUR": Decimal(2)}}
    policy = replace(default_policy(), plan_rates=rates)
    header = tuple(GOOD)
    reading = Reading(tmp_path, policy=policy, header=header, currency_of={"D1": "EUR"})
    assert reading(amount="5").amount == 1_000
    assert reading(id="D2", amount="5").amount == 500
    named = Reading(tmp_path, DealMap(currency="USD"), policy=policy, header=header, currency_of={"D1": "EUR"})
    assert named(amount="5").amount == 500


def test_words_of_a_map_come_first(tmp_path: Path) -> None:
    deal_map = DealMap(
        columns={"status": "stage", "category": "stage"},
        values={
            "stage": {"Bid": "Proving", "Closed Won": "7"},
            "category": {"bid": "best_case", "closed won": "closed", "*": "pipeline"},
            "status": {"CLOSED  WON": "won", "*": "open"},
            "owner": {"Diaz": "Ana Diaz", "*": "lee"},
        },
        id_prefix="eu-",
    )
    reading = Reading(tmp_path, deal_map)
    row = reading(stage="bid", owner="diaz")
    assert (row.key, row.stage, row.rep_category, row.status, row.owner) == ("eu-D1", "4", 2, Status.OPEN, 8)
    assert reading(stage="Closed Won").status == Status.WON
    row = reading(stage="Engaged", owner="who")
    assert (row.stage, row.rep_category, row.owner) == ("1", Category.PIPELINE, 7)


def test_a_word_of_a_map_that_leads_nowhere_is_named_with_its_line(tmp_path: Path) -> None:
    deal_map = DealMap(
        values={"stage": {"Bid": "Bidding"}}, locate=lambda where: f"map.toml, line 9 {'.'.join(map(str, where))}"
    )
    with pytest.raises(BadInput, match=r"^map\.toml, line 9 values\.stage\.Bid: .*'Bidding' is no stage of the policy"):
        Reading(tmp_path, deal_map)


def test_the_id_of_a_malformed_row_is_still_read(reading: Reading) -> None:
    assert reading.reader.key_of(["D7"]) == "D7"
    assert reading.reader.key_of(["D7"] * 100) == "D7"
    assert reading.reader.key_of([""]) == ""
    assert reading.reader.key_of(["x" * 256]) == ""


def test_extra_columns_keep_blanks_apart(reading: Reading) -> None:
    assert json.loads(reading(Region="").extra) == {"Region": None}
