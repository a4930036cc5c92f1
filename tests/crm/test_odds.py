from dataclasses import replace
from pathlib import Path

import pytest

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.map_file import map_of_plain, plain_map, read_map
from salesops_tui.crm.odds import Odds, certain_in, holds_odds
from salesops_tui.domain.deal import Category
from salesops_tui.errors import BadInput
from tests.crm.test_layout import CANONICAL, laid_out, picked

ODDS = Odds(((90, Category.COMMIT), (60, Category.BEST_CASE), (10, Category.PIPELINE)), Category.OMITTED)


def read(tmp_path: Path, text: str) -> Odds | None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    found = read_map(path)
    assert map_of_plain(plain_map(path), "kept").odds == found.odds
    return found.odds


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("100", "commit"), ("90", "commit"), (" 90 % ", "commit"), ("89.99", "best_case"), ("60,0", "best_case"),
        ("59.9%", "pipeline"), ("10", "pipeline"), ("9.99", "omitted"), ("0", "omitted"), ("0.5%", "omitted"),
    ],
)  # fmt: skip
def test_each_bound_belongs_to_the_higher_category(text: str, category: str) -> None:
    assert ODDS.category(text).key == category


@pytest.mark.parametrize(
    ("text", "category"), [("1", "commit"), ("0.9", "commit"), ("0,6", "best_case"), ("95%", "commit")]
)
def test_certainty_may_be_written_as_one(text: str, category: str) -> None:
    assert ODDS._replace(out_of=1).category(text).key == category


@pytest.mark.parametrize(
    ("out_of", "text", "said"),
    [
        (100, "0.9", "is less than 1 %; where 1 is certain, say so: out_of = 1"),
        (100, "101", "no probability from 0 to 100"),
        (100, "-5", "no probability"),
        (100, "high", "no probability"),
        (100, "٩٠", "no probability"),
        (1, "90", "no probability from 0 to 1"),
    ],
)
def test_what_is_no_probability(out_of: int, text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        ODDS._replace(out_of=out_of).category(text)


def test_a_map_says_from_which_probability_on(tmp_path: Path) -> None:
    section = "[category_from_probability]\ncommit = 90\nbest_case = 60\n"
    assert read(tmp_path, section + "pipeline = 10\n") == ODDS
    assert read(tmp_path, section) == Odds(ODDS.least[:2], Category.PIPELINE)
    assert read(tmp_path, section + 'column = "Chance"\nout_of = 1\n') == Odds(
        ODDS.least[:2], Category.PIPELINE, "Chance", 1
    )
    assert read(tmp_path, "") is None


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("", 2, "say what a category needs at least"),
        ("out_of = 100", 2, "say what a category needs at least"),
        ("commit = 60\nbest_case = 90", 2, "commit has to need more than best_case"),
        ("commit = 60\npipeline = 60", 2, "commit has to need more"),
        ("commit = 101", 3, "category_from_probability.commit: Input should be less than or equal to 100"),
        ("commit = 90\nbest_case = -1", 4, "best_case: Input should be greater than or equal to 0"),
        ('commit = "90"', 3, "commit: Input should be a valid integer"),
        ("commit = 90\nclosed = 100", 4, "closed: there is no such key here"),
        ("commit = 90\nout_of = 10", 4, "out_of: Input should be 1 or 100"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, lines: str, line: int, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, f'id_prefix = "x"\n[category_from_probability]\n{lines}\n')
    assert str(refused.value).startswith(f"{tmp_path / 'map.toml'}, line {line}: ")
    assert said in str(refused.value)


def test_the_column_of_the_probability_is_found_or_asked_for(tmp_path: Path) -> None:
    header = (*CANONICAL[:-2], "close_date", "Probability (%)")
    deal_map = DealMap(odds=ODDS, locate=lambda where: f"map.toml {'.'.join(map(str, where))}")
    assert laid_out(tmp_path, header, deal_map).columns["category"] == "Probability (%)"
    named = replace(deal_map, odds=ODDS._replace(column="Chance"))
    assert laid_out(tmp_path, (*header, "Chance"), named).columns["category"] == "Chance"
    with pytest.raises(BadInput, match=r"^map\.toml category_from_probability: say which column holds the probability"):
        laid_out(tmp_path, header[:-1], deal_map)
    with pytest.raises(BadInput, match="the column 'Chance'"):
        laid_out(tmp_path, header, named)


def test_a_category_of_the_deals_own_goes_before_its_probability(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, (*CANONICAL, "probability"), DealMap(odds=ODDS))
    assert picked(layout, *CANONICAL[:5], "commit", "2026-12-11", "20")["category"] == "commit"
    assert picked(layout, *CANONICAL[:5], "", "2026-12-11", "20")["category"] == "20"


@pytest.mark.parametrize(
    ("column", "samples", "holds"),
    [
        ("Probability (%)", ("10", "95 %"), True), ("Wahrscheinlichkeit", ("0,9",), True), ("Chance", ("1", "0"), True),
        ("Amount", ("10", "95"), False), ("Probability", (), False), ("Probability", ("10", "high"), False),
    ],
)  # fmt: skip
def test_a_column_of_probabilities_is_told_by_its_name_and_texts(
    column: str, samples: tuple[str, ...], holds: bool
) -> None:
    assert holds_odds(column, samples) is holds


@pytest.mark.parametrize(
    ("samples", "certain"),
    [(("0.9", "1"), 1), (("0,5",), 1), (("1", "0"), 100), (("0.5", "90"), 100), (("0.5 %",), 100), ((), 100)],
)
def test_certainty_is_one_only_where_parts_of_one_stand(samples: tuple[str, ...], certain: int) -> None:
    assert certain_in(samples) == certain


def test_a_rule_in_words() -> None:
    assert ODDS.words == "Commit from 90 %, Best Case from 60 %, Pipeline from 10 %, else Omitted"
