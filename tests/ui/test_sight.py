"""Nobody meets on a screen what is not theirs, wherever the keys lead."""

from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.services import acting, calls
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.ui.app import SalesopsApp
from tests.company import Company
from tests.ui.snapshots import settled
from tests.ui.walking import SIZES, Seat, at_sheet

SECRETS = ("Nightfall", "Umbra", "987", "988k", "Sam Cole", "Erik Vale", "whispered")
KEYS = (
    ["p"], ["escape"], ["j"], ["enter"], ["G"], ["escape"], ["2"], ["enter"], ["enter"], ["escape"], ["f"], ["v"],
    ["1"],
    ["3"], ["j"], ["enter"], ["escape"], ["tab"], ["tab"], ["tab"], ["tab"], ["tab"], ["tab"], ["tab"], ["1"], ["6"],
    ["enter"], ["1"], ["slash"], ["u"], ["m"], ["b"], ["r"], ["a"], ["escape"],
)  # fmt: skip


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path / "store.db")
    company.claim("D1", owner="lee", amount=1000, name="Sunrise", account="Lumen")
    company.claim("F1", owner="sam", amount=987_654, name="Nightfall", account="Umbra")
    company.later(hours=1)
    erik, dana = company.acting_as("erik"), company.acting_as("dana")
    call = calls.start_call(erik)
    give_answers(erik, AnswerRequest("F1", [company.draft("economic_buyer", "no")._replace(evidence="whispered")]))
    acting.add_action(erik, "F1", company.people["sam"], to_day(company.time.date()), "whispered")
    calls.end_call(erik, call)
    give_answers(dana, AnswerRequest("D1", [company.draft("economic_buyer", "yes")]))
    company.later(hours=1)
    return company


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", ["lee", "dana"])
async def test_no_screen_shows_what_is_of_another_team(company: Company, who: str, size: tuple[int, int]) -> None:
    app = SalesopsApp(company.acting_as(who))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        seat = Seat(pilot)
        seen = [seat.text]
        for keys in KEYS:
            await seat.press(*keys)
            seen += [seat.text, *map(str, seat.toasts)]
    everything = "\n".join(seen)
    assert "Sunrise" in everything or "Lumen" in everything
    assert [secret for secret in SECRETS if secret in everything] == []


async def test_a_form_for_an_action_offers_nobody_of_another_team(company: Company) -> None:
    async with at_sheet(company.acting_as("lee")) as seat:
        await seat.press("a")
        await seat.type("call")
        await seat.press("enter", "ctrl+u")
        for begun in ("Er", "Sam"):
            await seat.type(begun)
            await seat.pilot.pause(0.1)
            assert [secret for secret in SECRETS if secret in seat.text] == []
            await seat.press("enter", "enter")
            assert f"obody here is called '{begun}'" in seat.flat
            await seat.press("shift+tab", "ctrl+u")
        await seat.type("Dana")
        await seat.press("enter", "enter")
    assert company.store.conn.execute("SELECT owner, body FROM action WHERE body = 'call'").fetchall() == [
        (company.people["dana"].id, "call")
    ]
