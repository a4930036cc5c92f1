"""What a history adds is worked out before the turn to write; what others do meanwhile is heard all the same."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.services import importing_history
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals, import_with_history
from salesops_tui.services.linking import link_deals
from salesops_tui.services.owner_mapping import map_owner
from salesops_tui.services.starting import adopt_checked
from salesops_tui.services.undo import undo_last
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import history_replay, tracks
from salesops_tui.store.foresight import Foresight
from tests.company import Company
from tests.services.import_desk import undo_newest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "salesforce"
NORTHWIND, CONTOSO, UNSPOKEN_OF = "006Qk00000AbCdEIAV", "006Qk00000AbCdFIAV", "006Qk00000AbcDgIAJ"
STAGES, FIELDS = "opportunity_history.csv", "opportunity_field_history.csv"
Act = Callable[[Company, Path], object]


@pytest.fixture
def crm(company: Company) -> Path:
    return files(company)


def files(company: Company) -> Path:
    folder = company.path.parent / f"{company.path.stem}-crm"
    shutil.copytree(FIXTURES, folder)
    return folder


def other(company: Company, path: Path) -> None:
    """Somebody else imports a file."""
    colleague = company.acting_as("olga")
    import_deals(colleague, ImportRequest(path))
    colleague.store.close()


def undone(company: Company) -> None:
    colleague = company.acting_as("olga")
    undo_newest(colleague)
    colleague.store.close()


def changed_stages(company: Company, folder: Path) -> None:
    """An earlier file of the same deals, for a moment before: their first claim is another one from then on."""
    text = (folder / "report.csv").read_text().replace("Negotiation/Review", "Proposal/Price Quote")
    (folder / "earlier.csv").write_text(text)
    colleague = company.acting_as("olga")
    import_deals(colleague, ImportRequest(folder / "earlier.csv", as_of="2026-10-20", source="another"))
    colleague.store.close()


def next_steps(company: Company, folder: Path) -> None:
    text = (folder / "report.csv").read_text().replace("Redlines back from counsel", "Signed")
    (folder / "later.csv").write_text(text)
    other(company, folder / "later.csv")


def linked(company: Company, _folder: Path) -> None:
    """To a deal that the history does not speak of."""
    company.fail(UNSPOKEN_OF, by="olga")
    link_deals(company.acting_as("olga"), CONTOSO, UNSPOKEN_OF, "continuation")


def answered_and_undone(company: Company, _folder: Path) -> None:
    company.fail(NORTHWIND, by="dana")
    undo_last(company.acting_as("dana"))


def renamed_stages(company: Company, _folder: Path) -> None:
    """A new version of the policy takes the stage of a negotiation for one that is lost."""
    colleague = company.acting_as("olga")
    policy = colleague.policy
    stages = tuple(stage._replace(closed="lost") if stage.key == "5" else stage for stage in policy.stages)
    adopt_checked(colleague, replace(policy, stages=stages), "")
    colleague.store.close()


def states(company: Company) -> list[tuple[Any, ...]]:
    return company.store.conn.execute(
        "SELECT d.key, s.valid_from, s.valid_to, s.owner, s.status, s.rep_category, s.hold, s.amount, s.close_day,"
        " s.stage, s.good_until, s.void, s.slips, c.valid_from, c.amount, s.inspection, x.valid_from"
        " FROM deal_state s JOIN deal d ON d.id = s.deal JOIN claim c ON c.id = s.claim"
        " JOIN detail x ON x.id = s.detail ORDER BY 1, 2"
    ).fetchall()


def claims(company: Company) -> list[tuple[Any, ...]]:
    return company.store.conn.execute(
        "SELECT d.key, c.valid_from, c.owner, c.stage, c.rep_category, c.amount, c.original, c.close_day, c.status"
        " FROM claim c JOIN deal d ON d.id = c.deal WHERE c.change NOT IN (SELECT change FROM withdrawal)"
        " ORDER BY 1, 2, c.id"
    ).fetchall()


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something done once everything was worked out, right before the turn to write."""
    real = Foresight.foresee

    def foresee(self: Foresight) -> None:
        real(self)
        monkeypatch.setattr(Foresight, "foresee", real)
        act()

    monkeypatch.setattr(Foresight, "foresee", foresee)


def replays_in_turns(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note for each deal whose words are put together whether that was done in a transaction that others wait for."""
    noted, real = [], importing_history.replay

    def replay(*given: Any) -> Any:
        noted.append(bool(company.store._depth))
        return real(*given)

    monkeypatch.setattr(importing_history, "replay", replay)
    return noted


def together(company: Company, folder: Path) -> list[ImportReport]:
    histories = [folder / STAGES, folder / FIELDS]
    return import_with_history(company.context, ImportRequest(folder / "report.csv"), histories)


def test_nobody_waits_while_words_are_put_together(
    company: Company, crm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, rebuilt, real = replays_in_turns(company, monkeypatch), [], tracks.rebuild

    def rebuild(conn: Any, policies: Any, deals: Iterable[int]) -> None:
        rebuilt.extend(waiting := list(deals))
        real(conn, policies, waiting)

    monkeypatch.setattr(tracks, "rebuild", rebuild)
    together(company, crm)
    assert noted
    assert not any(noted)
    assert rebuilt == [], "and their states were known before"
    assert verify_store(company.context).problems == []


def test_nobody_waits_for_a_history_alone(company: Company, crm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_deals(company.context, ImportRequest(crm / "report.csv"))
    company.fail(NORTHWIND)
    noted = replays_in_turns(company, monkeypatch)
    assert import_deals(company.context, ImportRequest(crm / STAGES)).changed == 9
    assert noted
    assert not any(noted)
    assert verify_store(company.context).problems == []


def test_an_answer_meanwhile_costs_its_own_deal_only(
    company: Company, crm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_deals(company.context, ImportRequest(crm / "report.csv"))
    meanwhile(monkeypatch, lambda: company.fail(NORTHWIND, by="dana"))
    noted = replays_in_turns(company, monkeypatch)
    import_deals(company.later(seconds=5).context, ImportRequest(crm / STAGES))
    assert noted.count(True) == 1
    assert verify_store(company.context).problems == []


ACTS: dict[str, Act] = {
    "answer": lambda company, _: company.fail(NORTHWIND, by="dana"),
    "passed": lambda company, _: company.pass_(NORTHWIND, by="dana"),
    "same file": lambda company, folder: other(company, folder / "report.csv"),
    "older file": changed_stages,
    "history": lambda company, folder: other(company, folder / STAGES),
    "other history": lambda company, folder: other(company, folder / FIELDS),
    "undone": lambda company, _: undone(company),
    "owner": lambda company, _: map_owner(company.acting_as("olga"), "Somebody Else", "sam"),
    "details": next_steps,
    "link": linked,
    "undone answer": answered_and_undone,
    "policy": renamed_stages,
}


@pytest.mark.parametrize("name", ACTS)
def test_what_others_do_meanwhile_counts_as_if_it_had_been_before(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ended = []
    for place in ("before", "meanwhile"):
        mine = Company(tmp_path / f"{place}.db")
        folder = files(mine)
        import_deals(mine.context, ImportRequest(folder / "report.csv"))
        import_deals(mine.context, ImportRequest(folder / FIELDS))
        mine.later(seconds=5)
        if place == "before":
            ACTS[name](mine, folder)
        else:
            meanwhile(monkeypatch, lambda mine=mine, folder=folder: ACTS[name](mine, folder))
        report = import_deals(mine.context, ImportRequest(folder / STAGES))
        assert verify_store(mine.context).problems == []
        ended.append((states(mine), claims(mine), report.changed, report.unchanged, report.warnings))
    assert ended[0] == ended[1]


@pytest.mark.parametrize("name", ["same file", "older file"])
def test_what_others_import_meanwhile_counts_for_deals_that_come_with_their_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ended = []
    for place in ("before", "meanwhile"):
        mine = Company(tmp_path / f"{place}.db")
        folder = files(mine)
        if place == "before":
            ACTS[name](mine, folder)
        else:
            meanwhile(monkeypatch, lambda mine=mine, folder=folder: ACTS[name](mine, folder))
        reports = together(mine, folder)
        assert verify_store(mine.context).problems == []
        ended.append((states(mine), claims(mine), [report.changed for report in reports]))
    assert ended[0] == ended[1]


def test_somebody_else_brings_the_deals_in_while_their_history_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, real = [], history_replay.known_numbers
    for place in ("before", "meanwhile"):
        mine = Company(tmp_path / f"{place}.db")
        folder = files(mine)

        def known(conn: Any, mine: Company = mine, folder: Path = folder) -> dict[str, int]:
            found = real(conn)
            monkeypatch.setattr(history_replay, "known_numbers", real)
            changed_stages(mine, folder)
            return found

        if place == "before":
            changed_stages(mine, folder)
        else:
            monkeypatch.setattr(history_replay, "known_numbers", known)
        together(mine, folder)
        assert verify_store(mine.context).problems == []
        ended.append((states(mine), claims(mine)))
    assert ended[0] == ended[1]


@pytest.mark.parametrize("seconds", [-30, 0, 90])
def test_deals_of_now_come_in_as_of_the_moment_in_which_they_are_written(
    company: Company, crm: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """A row of the history lies between the moment in which it was looked at and that in which it is written."""
    last = "2026-11-09T07:59:45.000Z"
    with (crm / STAGES).open("a") as file:
        file.write(
            f"008Qk000000000Z,{CONTOSO},005Qk00000LeeAA,{last},Prospecting,77,2026-12-18,10,Pipeline,USD,false\n"
        )
    before = company.context.now()
    meanwhile(monkeypatch, lambda: company.later(seconds=seconds))
    together(company, crm)
    assert verify_store(company.context).problems == []
    assert max(at for _, at, *_ in states(company)) == before + seconds * 1_000_000
    heard = {at for key, at, *_ in claims(company) if key == CONTOSO and at > before - 60_000_000}
    assert len(heard) == (1 if seconds < 0 else 2)


def test_a_linked_deal_inherits_from_what_was_foreseen(company: Company, crm: Path) -> None:
    import_deals(company.context, ImportRequest(crm / "report.csv"))
    company.fail(NORTHWIND)
    link_deals(company.later(seconds=5).context, CONTOSO, NORTHWIND, "continuation")
    import_deals(company.later(seconds=5).context, ImportRequest(crm / STAGES))
    assert verify_store(company.context).problems == []
    import_deals(company.later(seconds=5).context, ImportRequest(crm / FIELDS))
    assert verify_store(company.context).problems == []
