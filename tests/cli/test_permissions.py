"""What a command says and does for somebody whom it is none of the business of: every command, every role.

A new command fails here until it is in the table, with arguments that reach for what is not one's own.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from salesops_tui.cli.main import salesops as commands
from salesops_tui.domain.calendar import to_day, to_moment
from salesops_tui.services import acting, calls
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from tests.cli.conftest import Said, Salesops
from tests.company import Company

SECRETS = (
    "Nightfall", "Umbra", "987654", "765432", "Sam Cole", "Erik Vale", "sam@example", "whispered", "call the boss",
    "erik@example",
)  # fmt: skip
"""What only the east knows: names, amounts, people, what was said and agreed. The id F1 is what an attacker types."""

EVERY_READ: dict[str, list[list[str]]] = {
    "": [],
    "action add": [["F1", "hello", "--owner", "lee", "--due", "+5"], ["F1", "hello", "--owner", "sam", "--due", "+5"]],
    "action done": [["1"]],
    "actions": [[], ["--all"], ["--scope", "sam"], ["--scope", "everybody"], ["--scope", "olga"]],
    "backup": [["-"], ["{tmp}/backup.db"]],
    "call end": [["1"]],
    "call list": [[]],
    "call show": [["1"], ["1", "--format", "json"], []],
    "call start": [["--scope", "sam"], ["--scope", "everybody"]],
    "deal": [["F1"], ["F1", "--format", "json"], ["F1", "--as-of", "{yesterday}"]],
    "deals": [
        [], ["--all"], ["--scope", "sam"], ["--scope", "erik"], ["--scope", "everybody"], ["--scope", "olga"],
        ["--filter", "Umbra", "--all"], ["--all", "--as-of", "{yesterday}"], ["--scope", "unassigned"],
    ],
    "demo": [["--build-only"]],
    "doctor": [[]],
    "export crm-changes": [[], ["--scope", "erik"], ["--scope", "everybody"], ["--format", "json"]],
    "export deals": [["--all"], ["--scope", "sam"], ["--scope", "everybody", "--all"]],
    "export forecast": [[], ["--scope", "everybody"], ["--scope", "erik"]],
    "export minutes": [["1"], []],
    "export movement": [["--from", "week"], ["--scope", "everybody"], ["--scope", "sam"]],
    "forecast": [[], ["--scope", "erik"], ["--scope", "everybody"], ["--format", "json"]],
    "forecast accuracy": [[], ["--scope", "erik"], ["--scope", "everybody"], ["--by-week", "--scope", "everybody"]],
    "forecast calibration": [[], ["--scope", "erik"], ["--adopt"], ["--scope", "everybody", "--format", "json"]],
    "forecast carry-over": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "forecast close-quarter": [[], ["--again"], ["--show"], ["--show", "--scope", "everybody"]],
    "forecast closing-board": [[], ["--scope", "erik"], ["--scope", "everybody", "--best-case", "--format", "json"]],
    "forecast flow": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "forecast judgments": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "forecast numbers": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "forecast submit": [["--amount", "5", "--note", "x", "--scope", "erik"], ["--put-in", "F1=sure", "--note", "x"]],
    "forecast weeks": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "forecast yield": [[], ["--scope", "erik"], ["--scope", "everybody"]],
    "import": [["{tmp}/deals.csv"], ["{tmp}/deals.csv", "--dry-run"]],
    "import-people": [["{tmp}/people.csv"], ["{tmp}/people.csv", "--dry-run"]],
    "import-quotas": [["{tmp}/quotas.csv"]],
    "imports": [[]],
    "imports show": [["1"]],
    "imports undo": [[], ["1"]],
    "init": [[]],
    "inspect": [
        ["F1", "--answer", "economic_buyer=no"], ["F1", "--answer", "economic_buyer=yes", "--at", "{yesterday}"],
    ],
    "link": [[], ["F1", "D1"], ["D1", "F1"]],
    "log": [[], ["--deal", "F1"], ["--person", "erik"], ["--limit", "1000", "--format", "json"]],
    "movement": [
        ["--from", "week"], ["--scope", "erik"], ["--scope", "everybody"], ["--weeks", "3"], ["--scope", "unassigned"],
        ["--structure", "now"], ["--from", "{yesterday}", "--format", "json"],
    ],
    "owners": [[]],
    "owners map": [["Somebody", "sam"]],
    "people": [[], ["--format", "json"]],
    "policy adopt": [["{tmp}/rules.toml"]],
    "policy check": [["{tmp}/rules.toml"]],
    "policy show": [[]],
    "restore": [["{tmp}/nothing.db"]],
    "share": [["--service-account", "daemon"], ["--nobody"]],
    "unlink": [["F1"], ["D1"]],
    "verify": [[]],
}  # fmt: skip
"""By command, what somebody from another team might try."""

FOR_OPS = {
    "backup", "import", "import-people", "import-quotas", "imports undo", "owners map", "policy adopt", "share",
    "verify",
}  # fmt: skip
"""What nobody else than an ops lead gets done at all."""


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Go through all commands, and the groups that do something by themselves."""
    waiting: list[tuple[str, click.Command]] = [("", commands)]
    while waiting:
        path, command = waiting.pop()
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield path, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                waiting.append((f"{path} {name}".strip(), found))


@pytest.fixture
def two_teams(company: Company, tmp_path: Path) -> Company:
    """A deal of the west that may be seen, and one of the east with all that hangs on a deal."""
    today = datetime.now(UTC)
    period = company.context.calendar.current_period(to_moment(today))
    close = today.date().fromordinal(min(to_day(today.date()) + 5, period.end)).isoformat()
    company.claim("D1", owner="lee", amount=1000, name="Sunrise", account="Lumen", close=close)
    company.claim("F1", owner="sam", amount=987_654, name="Nightfall", account="Umbra", close=close)
    company.quota("erik", period.name, 765_432)
    erik, dana = company.acting_as("erik"), company.acting_as("dana")
    call = calls.start_call(erik)
    draft = company.draft("economic_buyer", "no")._replace(evidence="whispered")
    give_answers(erik, AnswerRequest("F1", [draft]))
    acting.add_action(erik, "F1", company.people["sam"], to_day(today.date()) + 3, "call the boss")
    calls.end_call(erik, call)
    give_answers(dana, AnswerRequest("D1", [company.draft("economic_buyer", "yes")]))
    company.claim("F1", amount=987_654, close=close, next_step="whispered")
    for name in ("deals", "people", "quotas"):
        (tmp_path / f"{name}.csv").write_text("id\n")
    from salesops_tui.domain.policy_file import default_policy_text

    (tmp_path / "rules.toml").write_text(default_policy_text())
    return company


@pytest.fixture
def at_work(two_teams: Company, salesops: Salesops, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command line as somebody."""

    def run(who: str, *arguments: str) -> Said:
        monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: who)
        return salesops(*arguments)

    return run


def filled(arguments: list[str], tmp_path: Path) -> list[str]:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    return [a.replace("{tmp}", str(tmp_path)).replace("{yesterday}", yesterday) for a in arguments]


def test_every_command_is_in_the_table() -> None:
    assert {path for path, _ in every_command()} <= set(EVERY_READ)


@pytest.mark.parametrize("who", ["lee", "dana"])
@pytest.mark.parametrize("command", sorted(path for path, _ in every_command() if path))
def test_nobody_is_told_or_changes_what_is_not_theirs(
    two_teams: Company, at_work: Callable[..., Said], tmp_path: Path, command: str, who: str
) -> None:
    def told() -> tuple[int, ...]:
        tables = ("change", "call", "action_closing", "inspection", "person", "policy")
        return tuple(two_teams.store.conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables)

    before = told()
    for arguments in EVERY_READ[command]:
        said = at_work(who, *command.split(), *filled(arguments, tmp_path))
        seen = [secret for secret in SECRETS if secret.casefold() in (said.out + said.err).casefold()]
        assert not seen, (arguments, said)
        assert "should not" not in said.err, said
        if command in FOR_OPS:
            assert said.code == 1, (arguments, said)
            assert "for ops leads" in said.err, said
    assert told() == before


@pytest.mark.parametrize("who", ["lee", "dana"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["deals"], ["deal", "D1"], ["movement", "--from", "week"], ["log"], ["call", "show"],
        ["export", "deals", "--all"],
    ],
)  # fmt: skip
def test_what_is_theirs_is_told(at_work: Callable[..., Said], arguments: list[str], who: str) -> None:
    if (who, arguments[0]) == ("lee", "call"):
        pytest.skip("a manager's call is not over the rep alone")
    said = at_work(who, *arguments)
    assert said.code == 0, said.err
    assert "D1" in said.out or "Sunrise" in said.out


@pytest.mark.parametrize("who", ["olga", "nobody-has-this-login"])
def test_ops_and_readers_see_everything(at_work: Callable[..., Said], who: str) -> None:
    assert "Nightfall" in at_work(who, "deals").out
    assert "whispered" in at_work(who, "deal", "F1").out


def test_a_rep_answers_nothing_not_even_on_their_own_deal(at_work: Callable[..., Said], two_teams: Company) -> None:
    said = at_work("lee", "inspect", "D1", "--answer", "economic_buyer=no")
    assert (said.code, "nobody inspects their own deals" in said.err) == (1, True)


def show_totals(company: Company) -> None:
    from salesops_tui.domain.policy_file import default_policy_text, read_policy
    from salesops_tui.services.starting import adopt_checked

    text = default_policy_text().replace('totals_above = "hide"', 'totals_above = "show"')
    adopt_checked(company.context, read_policy(text, "rules.toml", to_day(datetime.now(UTC).date())), text)


@pytest.mark.parametrize("scope", ["everybody", "olga"])
def test_totals_above_are_shown_where_the_policy_says_so_and_deals_never(
    at_work: Callable[..., Said], two_teams: Company, scope: str
) -> None:
    assert at_work("dana", "deals", "--scope", scope).code == 1
    show_totals(two_teams)
    said = at_work("dana", "deals", "--scope", scope, "--format", "json")
    assert said.code == 0, said.err
    assert [deal["id"] for deal in said.json["deals"]] == ["D1"]
    assert said.json["totals"]["best_case"]["amount"] == "987654.00"
    moved = at_work("dana", "movement", "--scope", scope, "--from", "week", "--format", "json")
    assert {deal["id"] for deal in moved.json["deals"]} <= {"D1"}
    assert {share["person"] for share in moved.json["team"]} <= {"dana", "lee", "ana"}
    assert at_work("dana", "deals", "--scope", "erik").code == 1, "beside is not above"


@pytest.mark.parametrize("who", ["dana", "lee"])
@pytest.mark.parametrize(
    "command", [["deals", "--scope"], ["movement", "--scope"], ["call", "start", "--scope"], ["log", "--person"]]
)
def test_whether_somebody_of_another_team_is_there_is_not_told(
    at_work: Callable[..., Said], two_teams: Company, who: str, command: list[str]
) -> None:
    for theirs in ("sam", "Sam Cole", "sam@example.com", "nobody at all"):
        said = at_work(who, *command, theirs)
        assert (said.code, f"nobody here is called '{theirs}'" in said.err) == (1, True), said
    above = at_work(who, *command, "olga")
    assert "nobody here is called" not in above.err, "the line above is known"


@pytest.mark.parametrize("form", ["table", "json"])
def test_totals_above_name_nobody_beside_in_the_forecasts_history(
    at_work: Callable[..., Said], two_teams: Company, form: str
) -> None:
    show_totals(two_teams)
    for command in every_history():
        said = at_work("dana", "forecast", *command, "--scope", "everybody", "--format", form)
        assert said.code == 0, said.err
        assert not [
            secret for secret in ("Nightfall", "Umbra", "Sam Cole", "Erik Vale", "whispered") if secret in said.out
        ]
    board = at_work("dana", "forecast", "closing-board", "--scope", "everybody", "--format", "json").json
    assert [deal["id"] for deal in board["deals"]] == ["D1"]


def every_history() -> Iterator[list[str]]:
    yield from (
        ["accuracy"],
        ["accuracy", "--week", "9"],
        ["yield"],
        ["calibration"],
        ["flow"],
        ["weeks"],
        ["judgments"],
    )
    yield from (["closing-board", "--best-case"], ["carry-over"])


def test_a_deal_that_is_not_there_and_one_of_others_look_the_same(at_work: Callable[..., Said]) -> None:
    there, not_there = at_work("dana", "deal", "F1").err, at_work("dana", "deal", "F2").err
    assert there.replace("F1", "F2") == not_there


def test_who_may_see_a_deal_goes_with_it(at_work: Callable[..., Said], two_teams: Company) -> None:
    assert at_work("dana", "deal", "F1").code == 1
    two_teams.later(days=1).claim("F1", owner="ana")
    assert at_work("dana", "deal", "F1").code == 0
    assert at_work("erik", "deal", "F1").code == 1
