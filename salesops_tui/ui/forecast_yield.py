"""Yield: of what stood in Commit, how much was won in its quarter. Whose yes holds?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.yields import Outcome, Yield
from salesops_tui.services.context import Context
from salesops_tui.services.past_deals import claimed_deals
from salesops_tui.services.yields import YieldReport, commit_yield
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_past import behind_past, past_asked
from salesops_tui.ui.forecast_weekly import Weekly
from salesops_tui.ui.forecast_words import NONE, percent, plural
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

_PARTS = ("claimed", "passed", "failed", "uninspected")
_SAID = {
    "claimed": "claimed as Commit by the reps", "passed": "in Commit with a pass",
    "failed": "held down by a failed inspection", "uninspected": "claimed, and uninspected",
}  # fmt: skip
_TITLES = {"claimed": "Claimed", "passed": "Passed", "failed": "Failed", "uninspected": "Uninspected"}
_FEW = 5
"""Shares of fewer deals than this are shown without a judgment."""


class YieldAsked(NamedTuple):
    """Whose yield, spoken of in which quarter, by person at which week (None: that of now)."""

    asked: Asked
    week: int | None


def read_yield(context: Context, question: YieldAsked) -> YieldReport:
    """Read the yield of a scope over the last closed quarters."""
    asked = question.asked
    scope, at = scope_asked(context, asked)
    return commit_yield(context, scope, asked.period, at, question.week)


class YieldOfCommit(Weekly, View[YieldReport]):
    """By manager, then by week; each cell says the share won by amount, and of how many deals."""

    KEY, TITLE = "yield", "Yield"
    KEYS = ("forecast.open", "forecast.next", "forecast.before", "forecast.after", "forecast.person")
    COLUMN = "passed"
    read = staticmethod(read_yield)
    _asked: Asked | None = None

    def question(self, asked: Asked) -> YieldAsked:
        self._asked = asked
        return YieldAsked(asked, self.week)

    def seen_week(self, data: YieldReport) -> int:
        return data.week

    def page(self, data: YieldReport, width: int) -> Page:  # noqa: ARG002 - its face
        people: dict[Key, Row] = {
            f"person:{person}": self._row(self._who(person), one, data, "strong" if n == 0 else "")
            for n, (person, one) in enumerate(data.by_person.items())
        }
        weeks: dict[Key, Row] = {
            f"week:{week}": self._row(f"week {week:>2}", one, data, "strong" if week == data.week else "")
            for week, one in data.weeks.items()
        }
        sections = [
            Section("people", f"Whose yes holds? At week {data.week}", len(people)),
            Section("weeks", "Through the weeks of the quarter", len(weeks)),
        ]
        return Page(
            columns=_columns(),
            source=RowSource.of(people | weeks, sections) if data.quarters else RowSource.of({}),
            summary=lambda width: self._summary(data, width),
            note=lambda key, column: self._note(data, key, column),
            behind=lambda key, column: self._behind(data, key, column),
            why_not_open="choose a share: its deals open",
            empty=_WHY_EMPTY,
        )

    def _who(self, person: int | None) -> str:
        return "Everybody" if person is None else self.desk.person(person)

    def _row(self, name: str, one: Yield, data: YieldReport, style: str) -> Row:
        cells: list[Cell] = [name]
        cells += [_cell(getattr(one, part), part, data.confidence) for part in _PARTS]
        return Row(cells, style)

    def _summary(self, data: YieldReport, width: int) -> Iterator[Line]:
        whole = next(iter(data.by_person.values()), Yield())
        claims = f"{data.confidence[0]} % or more" if data.confidence else "nothing in the policy"
        said: list[Cell] = [(" Commit claims ", "label"), (claims, "strong")]
        for part in ("passed", "failed"):
            outcome: Outcome = getattr(whole, part)
            said += [(f" · {_TITLES[part].lower()} ", "label"), (percent(outcome.value_share), "strong")]
            said.append((f" of {plural(outcome.deals, 'deal')} won", "label"))
        yield widest([said, said[:-3]], width)
        over = f" Over {plural(len(data.quarters), 'closed quarter')}, at week {data.week}"
        yield widest([[(f"{over}; share of the amount won in its quarter · [ ] another week", "muted")],
                      [(over, "muted")]], width)  # fmt: skip

    def _note(self, data: YieldReport, key: Key | None, column: str) -> Line:
        one = self._at(data, key)
        if one is None or column not in _PARTS:
            return ()
        outcome: Outcome = getattr(one, column)
        if not outcome.deals:
            return [(f"nothing was {_SAID[column]}", "label")]
        low, high = outcome.interval
        desk = self.desk
        text = f"{_SAID[column]}: {outcome.won:,} of {plural(outcome.deals, 'deal')} won ({percent(outcome.share)}, "
        text += f"95 %: {percent(low)} to {percent(high)})"
        money = f" · {desk.amount(outcome.won_amount)} of {desk.amount(outcome.amount)}"
        return [(text, ""), (money, "strong")]

    def _behind(self, data: YieldReport, key: Key | None, column: str) -> Behind | None:
        kind, _, rest = str(key).partition(":")
        if self._asked is None or column not in _PARTS or kind not in ("person", "week"):
            return None
        context, week = self.desk.context, int(rest) if kind == "week" else self.week
        person = context.people[int(rest)] if kind == "person" and rest != "None" else None
        top = data.person.id if data.person else None
        below = None if person is None or person.id == top else person
        deals = claimed_deals(context, past_asked(context, self._asked, week), column, below)
        who = f", {self._who(person.id)}" if person else ""
        return behind_past(f"{_TITLES[column]} at week {week or data.week}{who}", deals)

    def _at(self, data: YieldReport, key: Key | None) -> Yield | None:
        kind, _, rest = str(key).partition(":")
        if kind == "week":
            return data.weeks.get(int(rest))
        return data.by_person.get(None if rest == "None" else int(rest)) if kind == "person" else None

    def export(self, data: YieldReport) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        currency = self.desk.policy.currency
        titles = ("what", "name", "part", "deals", "won", "amount", "won_amount", "share_of_amount")
        lines = [("person", self._who(p), one) for p, one in data.by_person.items()]
        lines += [("week", str(week), one) for week, one in data.weeks.items()]
        rows = []
        for what, name, one in lines:
            for part in _PARTS:
                o: Outcome = getattr(one, part)
                money = (decimal_string(o.amount, currency), decimal_string(o.won_amount, currency))
                rows.append((what, name, part, o.deals, o.won, *money, o.value_share))
        return titles, rows


def _columns() -> Sequence[Column]:
    return (
        Column("name", "", 24, least=14, flex=True),
        *(Column(part, _TITLES[part], 15, least=13, align="right", rank=n) for n, part in enumerate(_PARTS)),
    )


def _cell(outcome: Outcome, part: str, confidence: tuple[int, int] | None) -> Cell:
    if not outcome.deals:
        return NONE, "muted"
    text = f"{percent(outcome.value_share)} of {outcome.deals:,}"
    if outcome.deals < _FEW:
        return text, "muted"
    least = confidence[0] / 100 if confidence else None
    if part == "passed" and least is not None and outcome.value_share is not None:
        return text, "good" if outcome.value_share >= least else "warn"
    return text


_WHY_EMPTY = (
    "No quarter is over in this store yet, so nothing that stood in Commit has had its end.\n"
    "Older quarters come in by 'salesops import FILE --as-of DATE', the oldest first."
)
