"""A deal's past out of single words, against a slower way of finding the same."""

from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.replay import FACTS, Facts, Past, Told, replay

FIRST = Facts(1, "6", Category.COMMIT, ("USD", 500), Day(740_000))
LATER = Moment(1_000)
VALUES = {
    "owner": st.integers(1, 3),
    "stage": st.sampled_from(["1", "3", "6", "7"]),
    "category": st.sampled_from([Category.PIPELINE, Category.BEST_CASE, Category.COMMIT]),
    "money": st.sampled_from([("USD", 0), ("USD", 100), ("USD", 500)]),
    "close_day": st.integers(740_000, 740_002).map(Day),
}
WORDS = st.sampled_from(FACTS).flatmap(
    lambda name: st.builds(
        Told, st.integers(0, 1_005).map(Moment), st.just(name), VALUES[name], st.none() | VALUES[name]
    )
)


def status_of(stage: str) -> Status:
    return Status.WON if stage == "7" else Status.OPEN


def after(past: Past, written: list[tuple[Moment, Facts]]) -> Past:
    """The past with what was written."""
    return past._replace(replayed=sorted({**dict(past.replayed), **dict(written)}.items()))


def at(past: Past, moment: int) -> Facts | None:
    return next((facts for since, facts in reversed(list(past.replayed)) if since <= moment), None)


def plainly(words: list[Told], moment: int) -> Facts | None:
    """What a deal was at a moment, field by field, by reading all words."""
    heard = sorted((word for word in words if word.at < LATER), key=lambda word: word.at)
    if not any(word.at <= moment for word in heard):
        return None
    found = FIRST
    for name in FACTS:
        mine = [word for word in heard if word.field == name]
        before = [word for word in mine if word.at <= moment]
        if before:
            found = found._replace(**{name: before[-1].value})
        elif mine:
            found = found._replace(**{name: mine[0].value if mine[0].before is None else mine[0].before})
    return found


@given(st.lists(WORDS, max_size=12))
def test_every_moment_is_what_the_words_say(words: list[Told]) -> None:
    past = after(Past(FIRST, LATER), replay(Past(FIRST, LATER), words, status_of))
    for moment in range(0, LATER, 7):
        assert at(past, moment) == plainly(words, moment)
    for word in words:
        if word.at < LATER:
            assert at(past, word.at) == plainly(words, word.at)
    assert all(since < LATER for since, _ in past.replayed)


@given(st.lists(WORDS, max_size=12))
def test_the_same_words_again_write_nothing(words: list[Told]) -> None:
    past = after(Past(FIRST, LATER), replay(Past(FIRST, LATER), words, status_of))
    assert replay(past, words, status_of) == []
    assert replay(past, [], status_of) == []


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=8))
def test_two_histories_come_to_rest(first: list[Told], second: list[Told]) -> None:
    """Where the two contradict each other about one moment, what was before is settled at the second reading."""
    past = Past(FIRST, LATER)
    for words in (first, second, second):
        past = after(past, replay(past, words, status_of))
    assert replay(past, second, status_of) == []


def test_a_word_of_before_holds_until_then() -> None:
    words = [Told(Moment(100), "", None), Told(Moment(500), "owner", 1, 2)]
    assert replay(Past(FIRST, LATER), words, status_of) == [
        (Moment(100), FIRST._replace(owner=2)),
        (Moment(500), FIRST),
    ]


def test_an_open_deal_does_not_claim_that_it_is_closed() -> None:
    won = FIRST._replace(stage="7", category=Category.CLOSED)
    written = replay(Past(won, LATER), [Told(Moment(5), "", None), Told(Moment(9), "stage", "7", "3")], status_of)
    assert written == [(Moment(5), won._replace(stage="3", category=Category.PIPELINE)), (Moment(9), won)]


def test_of_two_words_of_one_moment_the_last_rules() -> None:
    words = [Told(Moment(5), "stage", "1"), Told(Moment(5), "stage", "3")]
    assert replay(Past(FIRST, LATER), words, status_of) == [(Moment(5), FIRST._replace(stage="3"))]
