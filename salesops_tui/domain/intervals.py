"""How sure a share is that was counted: the Wilson score interval."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution, for a two-sided interval of 95 %."""


class Interval(NamedTuple):
    """Between which shares (0 to 1) the true one lies, with the confidence asked for."""

    low: float
    high: float


def wilson(won: int, count: int, z: float = Z95) -> Interval:
    """Return the Wilson score interval of a share: E. B. Wilson, JASA 22 (1927), 209-212; no continuity correction.

    It keeps within 0 and 1 and is sound for few trials and for shares near 0 or 1, where the usual interval is not.

    Args:
        won: how often it happened.
        count: out of how many; none tells nothing, so 0 to 1.
        z: the normal quantile that belongs to the confidence.
    """
    if not 0 <= won <= count:
        raise ValueError(f"{won} of {count} is no share")
    if not count:
        return Interval(0.0, 1.0)
    share, square = won / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count * count))
    # Exactly 0 and 1 at the ends, which rounding would miss by a hair.
    low = 0.0 if won == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if won == count else min(1.0, middle + half))
