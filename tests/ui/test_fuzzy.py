"""Finding names by a few of their letters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.ui.fuzzy import best_first

NAMES = ("Opportunity ID", "Owner", "Close date", "Closed", "Expected close", "Předpokládané uzavření", "Stage")


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("own", "Owner"),
        ("oid", "Opportunity ID"),
        ("close", "Close date"),
        ("closed", "Closed"),
        ("ec", "Expected close"),
        ("predp", "Předpokládané uzavření"),
        ("PŘUZ", "Předpokládané uzavření"),
        ("stg", "Stage"),
    ],
)
def test_the_best_comes_first(text: str, best: str) -> None:
    assert best_first(text, NAMES, str)[0] == best


def test_what_lacks_a_letter_does_not_come() -> None:
    assert best_first("zzz", NAMES, str) == []
    assert best_first("", NAMES, str) == list(NAMES)
    assert best_first("  ", NAMES, str) == list(NAMES)


@given(st.text(alphabet="abc ", min_size=1, max_size=6), st.text(alphabet="bcxy ", max_size=20))
def test_letters_in_their_order_are_found(letters: str, rest: str) -> None:
    assert best_first(letters, [f"a{rest.join(letters)}c"], str)


def test_long_names_cost_little() -> None:
    """There are very many ways to find these letters; a search that tries them all takes minutes."""
    names = [f"column {number} " + "a name to see my man mean nay yam " * 20 for number in range(300)]
    before = time.process_time()
    assert len(best_first("my name x", [*names, "my name x"], str)) == 1
    assert len(best_first("mnaeyman", names, str)) == 300
    assert time.process_time() - before < 5
