"""Weighted against Commit: by deal, in exact fractions, and when it is out of the ordinary."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.deal import Category
from salesops_tui.domain.divergence import (
    Band,
    band_of,
    contribution,
    divergence_of,
    largest_first,
    stage_odds,
    weigh,
)
from salesops_tui.domain.policy import Thresholds
from salesops_tui.domain.policy_file import default_policy

ODDS = {"2": 1500, "3": 3000, "4": 5000, "5": 7000, "6": 8500}
OPEN_CATEGORIES = (Category.OMITTED, Category.PIPELINE, Category.BEST_CASE, Category.COMMIT)


def test_the_policys_odds() -> None:
    assert {k: v for k, v in stage_odds(default_policy()).items() if v} == ODDS


@given(st.integers(0, 10**13), st.integers(0, 10_000))
def test_a_weighted_amount_is_the_nearest_cent(amount: int, odds_bp: int) -> None:
    exact = Fraction(amount * odds_bp, 10_000)
    assert weigh(amount, odds_bp) == round(exact)  # Python's round takes halves to even as well


def test_commit_over_claims_and_the_rest_is_upside() -> None:
    assert contribution(1, 1, Category.COMMIT, "3", 100_00, ODDS).contribution == -70_00
    assert contribution(1, 1, Category.COMMIT, "nowhere", 100_00, ODDS).contribution == -100_00
    assert contribution(1, 1, Category.BEST_CASE, "6", 100_00, ODDS).contribution == 85_00
    assert contribution(1, 1, Category.PIPELINE, "1", 100_00, ODDS).contribution == 0


deals = st.lists(
    st.tuples(st.sampled_from(OPEN_CATEGORIES), st.sampled_from([*ODDS, "0", "7", "x"]), st.integers(0, 10**10)),
    max_size=40,
)


@given(deals, st.dictionaries(st.sampled_from([*ODDS]), st.integers(0, 10_000)))
def test_contributions_sum_to_the_divergence_to_the_cent(
    held: list[tuple[Category, str, int]], odds: dict[str, int]
) -> None:
    found = [contribution(n, 1, *deal, odds) for n, deal in enumerate(held)]
    commit = sum(c.amount for c in found if c.category is Category.COMMIT)
    over_claim = sum(c.contribution for c in found if c.category is Category.COMMIT)
    upside = sum(c.contribution for c in found if c.category is not Category.COMMIT)
    divergence = divergence_of(commit, over_claim, upside, band_of((), Thresholds()), Thresholds())
    listed = largest_first(found)
    assert sum(c.contribution for c in listed) == divergence.amount == over_claim + upside
    assert all(abs(a.contribution) >= abs(b.contribution) for a, b in pairwise(listed))
    assert over_claim <= 0 <= upside
    # Each deal is at most half a cent away from its exact share, so the whole is close as well.
    exact = sum(Fraction(c.amount * odds.get(c.stage, 0), 10_000) for c in found)
    assert abs(commit + divergence.amount - exact) <= Fraction(len(found), 2)


@pytest.mark.parametrize(("over_claim", "flagged"), [(-25, False), (-26, True), (0, False)])
def test_over_claim_is_flagged_above_the_policys_share(over_claim: int, flagged: bool) -> None:
    wide = Band(Fraction(-9), Fraction(9), 4)
    assert divergence_of(100, over_claim, 0, wide, Thresholds()).over_claimed is flagged


@pytest.mark.parametrize(("upside", "flagged"), [(25, False), (26, True), (10, False)])
def test_fifteen_percent_stands_in_for_a_band(upside: int, flagged: bool) -> None:
    found = divergence_of(100, -10, upside, band_of([Fraction(1)] * 3, Thresholds()), Thresholds())
    assert found.band.quarters == 0
    assert found.out_of_band is flagged


def test_four_quarters_make_a_band() -> None:
    past = [Fraction(1, 2), Fraction(3, 4), Fraction(1, 4), Fraction(1)]
    band = band_of(past, Thresholds())
    assert band == (Fraction(1, 4), Fraction(1), 4)
    assert not divergence_of(100, 0, 100, band, Thresholds()).flagged
    assert divergence_of(100, 0, 101, band, Thresholds()).out_of_band
    assert divergence_of(100, 0, 24, band, Thresholds()).out_of_band


def test_nothing_in_commit_has_no_share_and_no_flag() -> None:
    found = divergence_of(0, 0, 500, band_of((), Thresholds()), Thresholds())
    assert (found.share, found.over_claim_share, found.flagged) == (None, None, False)
