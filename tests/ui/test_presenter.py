"""A shared screen: it follows another session, changes nothing, and shows neither names nor amounts if so asked."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.services import desk as desk_service
from salesops_tui.services.context import Context
from salesops_tui.store import masking
from salesops_tui.store.connection import open_store
from salesops_tui.store.deals import deal_number
from salesops_tui.ui import present
from salesops_tui.ui.presenter import PresenterApp
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import Company
from tests.opened import closed_later
from tests.ui.snapshots import settled
from tests.ui.walking import SIZES, Seat

NAMES = ("Nightfall", "Umbra", "Lee Park", "Dana Ruiz", "whispered", "Priya", "Rivalsoft", "NF-77", "red lines")
AMOUNTS = ("987,654", "987654", "987k", "988k", "765k", "765,432")
HARMLESS = {
    "change.kind", "record.rows_hash", "record.prev", "record.hash", "person.role", "person.login", "person.region",
    "person.segment", "quota.period", "policy.source", "policy.plain", "import.source", "import.sha256",
    "import.dialect", "deal.source", "deal_link.kind", "claim.stage", "claim.currency", "detail.segment",
    "detail.close_confirmed", "note.kind", "call.kind", "call.period", "answer.question", "answer.value",
    "answer.risk_kind", "action_closing.status", "presence.session", "presence.question", "draft.question",
    "draft.field", "deal_state.stage", "mapping.fingerprint", "mapping.source", "mapping.dialect",
    "forecast_number.period", "period_close.period", "service_account.login", "_sqlite_migrations.migration_set",
    "_sqlite_migrations.name", "_sqlite_migrations.applied_at", "person.key", "delivery.sha256", "delivery.source",
}  # fmt: skip
"""Columns of text that say nothing of who, and are read as they are."""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path / "store.db")
    company.claim(
        "NF-77", amount=987_654, name="Nightfall", account="Umbra", economic_buyer="Priya", competitor="Rivalsoft",
        next_step="whispered", extra='{"Partner": "Rivalsoft"}',
    )  # fmt: skip
    company.claim("D2", amount=100, owner="ana", name="Second")
    company.quota("dana", "FY26-Q4", 765_432)
    company.later(hours=1)
    dana = company.acting_as("dana")
    from salesops_tui.services.inspecting import AnswerRequest, give_answers

    draft = company.draft("paper_process", "no")._replace(evidence="whispered red lines")
    give_answers(dana, AnswerRequest("NF-77", [draft]))
    company.later(hours=1)
    return company


@pytest.fixture(autouse=True)
def _nothing_masked_afterwards() -> Iterator[None]:
    yield
    masking.show_all()
    present.mask_amounts(False)
    end_sessions()


SESSIONS: dict[str, Context] = {}
"""Of people who are on a deal; a session that nobody holds has ended."""


def end_sessions() -> None:
    while SESSIONS:
        SESSIONS.popitem()[1].store.close()


def here(company: Company, question: str, deal: str = "NF-77", by: str = "dana") -> None:
    company.later(seconds=1)
    context = SESSIONS.setdefault(by, company.acting_as(by))
    number = deal_number(context.store.conn, deal)
    assert number is not None
    desk_service.be_here(context, number, question, None)


@asynccontextmanager
async def presenting(
    company: Company, *mask: str, by: str = "olga", person: str | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Seat]:
    store = closed_later(open_store(company.path, read_only=True))
    context = Context(store, company.people[by], company.clock, "presenter")
    if mask:
        masking.hide(mask)
        masking.mask(context.store.conn)
        context.forget_people()
    app = PresenterApp(context, company.people[person] if person else None)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield Seat(pilot)


def asks(seat: Seat, question: str) -> bool:
    screen = seat.app.screen
    return isinstance(screen, InspectionScreen) and screen.is_mounted and screen.step.question.key == question


async def test_it_goes_where_the_session_goes(company: Company) -> None:
    here(company, "economic_buyer")
    async with presenting(company) as seat:
        await seat.until(lambda: asks(seat, "economic_buyer"))
        assert "Nightfall" in seat.text
        here(company, "paper_process")
        await seat.until(lambda: asks(seat, "paper_process"))
        here(company, "economic_buyer", "D2")
        await seat.until(lambda: asks(seat, "economic_buyer") and "Second" in seat.text)
        desk_service.leave(SESSIONS["dana"])
        await seat.until(lambda: isinstance(seat.app.screen, CallSheetScreen))


async def test_a_session_that_was_killed_is_not_followed(company: Company) -> None:
    here(company, "economic_buyer", by="olga")
    here(company, "paper_process", "D2", by="dana")
    async with presenting(company, by="olga") as seat:
        await seat.until(lambda: asks(seat, "economic_buyer"))
        SESSIONS["olga"].store.close()
        await seat.until(lambda: asks(seat, "paper_process"))
        SESSIONS["dana"].store.close()
        await seat.until(lambda: isinstance(seat.app.screen, CallSheetScreen))


async def test_a_person_can_be_named_and_others_are_not_followed(company: Company) -> None:
    here(company, "economic_buyer", by="dana")
    async with presenting(company, person="erik") as seat:
        await seat.pilot.pause(1.2)
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_what_the_presenter_may_not_see_is_not_followed(company: Company) -> None:
    here(company, "economic_buyer", by="dana")
    async with presenting(company, by="erik") as seat:
        await seat.pilot.pause(1.2)
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_nothing_can_be_changed(company: Company) -> None:
    here(company, "economic_buyer")
    before = company.store.conn.execute("SELECT count(*) FROM change").fetchone()
    async with presenting(company) as seat:
        await seat.until(lambda: asks(seat, "economic_buyer"))
        await seat.press("y", "n", "u", "a", "e", "asterisk")
        assert "read-only; nothing was written" in seat.flat
        with pytest.raises(StoreProblem), seat.app.desk.context.store.write():
            pass
    assert company.store.conn.execute("SELECT count(*) FROM change").fetchone() == before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("mask", "secrets"), [("names", NAMES), ("amounts", AMOUNTS)])
async def test_a_masked_screen_shows_nothing_of_it_anywhere(
    company: Company, mask: str, secrets: tuple[str, ...], size: tuple[int, int]
) -> None:
    here(company, "paper_process")
    async with presenting(company, mask, size=size) as seat:
        await seat.until(lambda: asks(seat, "paper_process"))
        seen = [seat.text]
        for keys in (
            ["h"], ["G"], ["escape"], ["1"], ["j"], ["enter"], ["escape"], ["p"], ["escape"], ["2"], ["f"], ["enter"],
            ["enter"], ["1"], ["3"], ["enter"], ["1"], ["6"], ["enter"], ["1"], ["slash"], ["escape"],
        ):  # fmt: skip
            await seat.press(*keys)
            seen += [seat.text, *map(str, seat.toasts)]
        everything = "\n".join(seen)
        assert [secret for secret in secrets if secret in everything] == []
        assert "Economic buyer" in everything
        assert present.MASKED in everything or mask == "names"
        if mask == "names":
            assert "Person " in everything
            assert "988k" in everything or "987,654" in everything, "amounts are still there"


@pytest.mark.parametrize("mask", ["names", "amounts"])
async def test_nothing_leaves_a_masked_screen(company: Company, mask: str, tmp_path: Path) -> None:
    async with presenting(company, mask) as seat:
        await seat.press("x")
        await seat.press("c")
        said = " ".join(map(str, seat.toasts))
        assert "Nothing leaves a screen" in said
    assert not list(Path.cwd().glob("salesops-call-sheet*"))


def test_every_text_in_the_store_is_masked_or_known_to_be_harmless(company: Company) -> None:
    conn = sqlite3.connect(company.path)
    tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    masked = masking.masked_columns()
    texts = set()
    for table in tables:
        for _, name, kind, *_ in conn.execute(f"PRAGMA table_info({table})"):
            if kind == "TEXT" and name not in masked.get(table, ()):
                texts.add(f"{table}.{name}")
    conn.close()
    assert texts <= HARMLESS
