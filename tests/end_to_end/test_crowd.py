"""Several people at once: nobody is told of a lock, and every answer that was acknowledged stands once.

`SALESOPS_CROWD=50x40` is the long run: people and deals for each.
"""

import os
from pathlib import Path

from tests import crowd

PEOPLE, DEALS = map(int, os.environ.get("SALESOPS_CROWD", "6x3").split("x"))


def test_a_crowd_at_full_speed_loses_nothing(tmp_path: Path) -> None:
    crowd.build(tmp_path / "store.db", PEOPLE, DEALS)
    outcome = crowd.work(tmp_path / "store.db", PEOPLE, DEALS)
    assert outcome.errors == []
    assert len(outcome.given) == PEOPLE * DEALS * 4
    assert crowd.lost_or_doubled(tmp_path / "store.db", outcome) == []
