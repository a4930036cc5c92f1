"""Why the weighted forecast and Commit differ: by how much each deal, and whether it is out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from salesops_tui.domain.deal import Category
from salesops_tui.domain.policy import Policy, Thresholds

QUARTERS_FOR_A_BAND = 4
WHOLE_BP = 10_000


def stage_odds(policy: Policy) -> dict[str, int]:
    """Return the probability of every open stage in basis points; a closed stage contradicts an open deal: 0."""
    return {stage.key: 0 if stage.closed else stage.probability_bp for stage in policy.stages}


def weigh(amount: int, odds_bp: int) -> int:
    """Return amount × probability in whole minor units, halves to even (the store's SQL says the same)."""
    whole, rest = divmod(amount * odds_bp, WHOLE_BP)
    return whole + (rest * 2 > WHOLE_BP or (rest * 2 == WHOLE_BP and whole % 2 == 1))


class Contribution(NamedTuple):
    """What one open deal adds to the divergence.

    Attributes:
        deal: the store's number.
        amount, contribution: minor units; Commit deals contribute amount × (p − 1), others amount × p.
        odds_bp: the probability of its stage in basis points.
    """

    deal: int
    owner: int
    category: Category
    stage: str
    amount: int
    odds_bp: int
    contribution: int


def contribution(
    deal: int, owner: int, category: Category, stage: str, amount: int, odds: Mapping[str, int]
) -> Contribution:
    """Return what a deal adds."""
    odds_bp = odds.get(stage, 0)
    counted = amount if category is Category.COMMIT else 0
    return Contribution(deal, owner, category, stage, amount, odds_bp, weigh(amount, odds_bp) - counted)


def largest_first(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Leave out what adds nothing and put the largest first; what is left has the same sum."""
    return sorted((c for c in contributions if c.contribution), key=lambda c: (-abs(c.contribution), c.deal))


class Band(NamedTuple):
    """Between which shares of Commit a divergence is ordinary.

    Attributes:
        quarters: how many past quarters it rests on; 0 for the policy's figure, which stands in.
    """

    low: Fraction
    high: Fraction
    quarters: int


def band_of(past: Sequence[Fraction], thresholds: Thresholds) -> Band:
    """Return the range that the same week of the past quarters spans; the policy's until four are stored."""
    if len(past) >= QUARTERS_FOR_A_BAND:
        return Band(min(past), max(past), len(past))
    width = Fraction(thresholds.divergence_percent, 100)
    return Band(-width, width, 0)


class Divergence(NamedTuple):
    """How far the weighted open deals lie from Commit.

    Shares are of Commit, and None where nothing is in Commit.

    Attributes:
        commit, over_claim, upside: minor units; over-claim is never above 0, upside never below.
        over_claimed: over-claim exceeds the policy's share of Commit.
        out_of_band: the share leaves the band.
    """

    commit: int
    over_claim: int
    upside: int
    band: Band
    over_claimed: bool
    out_of_band: bool

    @property
    def amount(self) -> int:
        """Over-claim plus upside, minor units."""
        return self.over_claim + self.upside

    @property
    def share(self) -> Fraction | None:
        """The amount as a share of Commit."""
        return Fraction(self.amount, self.commit) if self.commit else None

    @property
    def over_claim_share(self) -> Fraction | None:
        """Over-claim as a share of Commit."""
        return Fraction(self.over_claim, self.commit) if self.commit else None

    @property
    def flagged(self) -> bool:
        """Whether somebody should look."""
        return self.over_claimed or self.out_of_band


def divergence_of(commit: int, over_claim: int, upside: int, band: Band, thresholds: Thresholds) -> Divergence:
    """Return the divergence with its flags; without any Commit there is no share, and nothing to flag."""
    allowed = Fraction(thresholds.over_claim_percent, 100)
    found = Divergence(commit, over_claim, upside, band, False, False)
    share = found.share
    if share is None:
        return found
    return found._replace(
        over_claimed=Fraction(-over_claim, commit) > allowed,
        out_of_band=not band.low <= share <= band.high,
    )
