"""Coverage by segment: whose quota, whose pipeline, and what is missing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from salesops_tui.domain.coverage import CoverageLine, coverage_by_segment, inherited_segments
from salesops_tui.domain.forecast import NOTHING, Figures, roll_up
from salesops_tui.domain.policy import Coverage
from salesops_tui.domain.quota import EVERYBODY, reports_of

TARGETS = {"enterprise": Coverage("enterprise", Decimal(3), Decimal(4)), "smb": Coverage("smb", Decimal(2), Decimal(3))}
LINES = {1: None, 2: 1, 3: 1, 4: 2, 5: 3, 6: 3}
SEGMENTS = {2: "enterprise", 3: "smb"}


def held(open_: int, closed: int = 0) -> Figures:
    return NOTHING._replace(pipeline=open_, closed=closed)


def lines(quotas: dict[int, int], segments: dict[int, str] | None = None, top: int = EVERYBODY) -> list[CoverageLine]:
    owners = {4: held(600, 100), 5: held(50), 6: held(70, 20)}
    nodes = roll_up(top, reports_of(LINES, range(1, 7)), quotas, owners)
    own = dict.fromkeys(LINES, "") | (SEGMENTS if segments is None else segments)
    return coverage_by_segment(nodes, inherited_segments(own, LINES), TARGETS)


def test_a_segments_quota_is_that_of_its_topmost_people() -> None:
    # The reps are over-assigned (5 and 6 have 150 against 100); the lead's plan is over everybody.
    enterprise, smb = lines({1: 400, 2: 300, 3: 100, 4: 330, 5: 80, 6: 70})
    assert enterprise == ("enterprise", 300, 100, 600, TARGETS["enterprise"])
    assert smb == ("smb", 100, 20, 120, TARGETS["smb"])
    assert (enterprise.coverage, enterprise.remaining) == (Fraction(2), Fraction(3))
    assert (enterprise.to_create, enterprise.to_create_for_rest) == (300, 0)


def test_managers_without_a_row_have_that_of_their_reports() -> None:
    assert [line.quota for line in lines({4: 330, 5: 80, 6: 70})] == [330, 150]


def test_a_rep_of_another_segment_splits_the_team() -> None:
    found = lines({1: 400, 2: 300, 3: 100, 5: 80, 6: 70}, {**SEGMENTS, 6: "enterprise"})
    assert [(line.segment, line.quota, line.open) for line in found] == [("enterprise", 370, 670), ("smb", 80, 50)]


def test_people_without_a_segment_stand_last_without_a_target() -> None:
    (line,) = lines({1: 400}, {})
    assert line == ("", 400, 120, 720, None)
    assert line.to_create is None


def test_a_segment_that_the_policy_does_not_name() -> None:
    found = lines({}, {2: "enterprise", 3: "public sector"})
    assert [line.segment for line in found] == ["enterprise", "public sector"]
    assert [line.coverage for line in found] == [None, None]


def test_one_persons_own_view() -> None:
    (line,) = lines({2: 300, 4: 330}, top=4)
    assert line == ("enterprise", 330, 100, 600, TARGETS["enterprise"]), "the manager's segment, though out of sight"
    assert line.to_create == 390


def test_a_loop_in_the_lines_has_no_segment() -> None:
    assert inherited_segments({1: "", 2: "", 3: "smb"}, {1: 2, 2: 1, 3: 1}) == {1: "", 2: "", 3: "smb"}


def test_done_and_no_quota() -> None:
    done = CoverageLine("", 100, 100, 50)
    assert (done.done, done.remaining, done.coverage) == (True, None, Fraction(1, 2))
    nothing = CoverageLine("", 0, 0, 50, TARGETS["smb"])
    assert (nothing.done, nothing.coverage, nothing.to_create) == (True, None, 0)
    none = CoverageLine("", None, 0, 50, TARGETS["smb"])
    assert (none.done, none.coverage, none.remaining, none.to_create) == (False, None, None, None)
