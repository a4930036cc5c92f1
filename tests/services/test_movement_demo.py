"""The demo company, recomputed: every week, every person, the quarter of that week."""

from __future__ import annotations

from itertools import pairwise

import pytest

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.services.context import Context
from salesops_tui.store.connection import open_store
from tests import demo_store
from tests.opened import closed_later
from tests.recomputation import Recomputation
from tests.services.moving import agree, ask, hold_together


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Context:
    store = closed_later(open_store(demo_store.of_a_fixed_day(tmp_path_factory), read_only=True))
    return Context(store, None, demo_store.clock)


def test_every_week_of_every_person(demo: Context) -> None:
    raw = Recomputation(demo.store.conn)
    calendar = demo.calendar
    moments = [at for facts in raw.deals.values() for at, _ in facts]
    first, now = calendar.week_of(calendar.day_of(Moment(min(moments)))), demo.now()
    edges = [calendar.start_of_day(Day(day)) for day in range(first, calendar.day_of(now) + 1, 7)] + [now]
    for start, end in pairwise(edges):
        quarter: Period = calendar.period_of(calendar.day_of(end))
        for who in (None, *raw.people):
            report = ask(demo, who, start, end, quarter=quarter.name)
            hold_together(demo, report)
            agree(demo, report, raw.movement(who, quarter.start, quarter.end, start, end))
