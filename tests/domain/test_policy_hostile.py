"""Policy files made to do harm, and texts that a terminal or a spreadsheet would take for commands."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.policy import bare_phrase
from salesops_tui.domain.policy_file import LARGEST_FILE, BadPolicy, default_policy, read_policy
from tests.domain.small_policy import SMALL, problems_of, read_or_refusal, small_with

HOSTILE = {
    "a megabyte": "a = 1\n" * 180_000,
    "a megabyte in one comment": "#" * 1_000_000,
    "lists in lists": "a = " + "[" * 100_000,
    "closed lists in lists": "a = " + "[" * 2_000 + "]" * 2_000,
    "tables in tables": "a = " + "{a=" * 50_000,
    "a key of many parts": ".".join("a" * 100_000) + " = 1",
    "a header of many parts": "[" + ".".join("a" * 100_000) + "]",
    "a number without end": "a = " + "9" * 100_000,
    "a date without end": "a = 1979-05-27T00:32:00." + "9" * 100_000,
    "a text without end": 'a = "' + "x" * 200_000,
    "a long text without end": 'a = """' + '""x' * 60_000,
    "many tables": "[[stages]]\n" * 20_000,
    "many keys": "\n".join(f"k{n} = 1" for n in range(20_000)),
    "an exponent": SMALL.replace("probability = 12.5", "probability = 1e999999999999999999999"),
    "nothing but blanks": " " * 200_000,
    "NUL": "\0" * 1000,
    "escapes": "\x1b[2J" * 1000,
    "quotes": '"' * 200_000,
    "backslashes": 'a = "' + "\\" * 200_000 + '"',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_no_person_wrote_is_refused_soon_and_harmlessly(text: str) -> None:
    started = time.process_time()
    with pytest.raises(BadPolicy) as caught:
        read_policy(text, "rules\x1b[31m.toml")
    assert time.process_time() - started < 10  # a second or two at most; what grows with the square takes minutes
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 3000


def test_the_largest_file_is_still_read() -> None:
    padded = SMALL + "#" * (LARGEST_FILE - len(SMALL))
    assert read_policy(padded, "rules.toml").name == "Small"
    assert problems_of(padded + "#")[0].startswith("rules.toml is too large for a policy: 262,145")


MARKUP = [
    "[red]x[/]",
    "[/close] x",
    "$name {0} %s",
    "=cmd|'/C calc'!A0",
    "日本語 👩‍👩‍👧 e\u0301",
    "\\u001b",
    "</script>",
]


@pytest.mark.parametrize("words", MARKUP)
def test_markup_is_text(words: str) -> None:
    text, _ = small_with('text = "When?"', f"text = {json.dumps(words, ensure_ascii=False)}")
    assert read_policy(text, "rules.toml").questions[1].text == words


def test_a_text_of_several_lines_becomes_one() -> None:
    text, _ = small_with('text = "When?"', 'text = """', "When", "\tis it?", '"""')
    assert read_policy(text, "rules.toml").questions[1].text == "When is it?"


def test_phrases_are_kept_as_they_are_compared() -> None:
    policy = default_policy()
    for phrase in (*policy.inspection.no_risk_phrases, *policy.vague_next_steps):
        assert bare_phrase(phrase) == phrase
    assert bare_phrase("  No \n RISK!. ") == "no risk"


@given(st.text(max_size=300))
def test_no_text_gets_past_the_check_with_something_that_steers_a_terminal(words: str) -> None:
    written = json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
    read = read_or_refusal(SMALL.replace('text = "When?"', f"text = {written}"))
    if isinstance(read, str):
        assert read.isprintable()
        return
    text = read.questions[1].text
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E for c in text)
    assert text.split() == words.split()


def _lines_with_values() -> list[int]:
    return [n for n, line in enumerate(SMALL.split("\n")) if " = " in line and line[-1] != "["]


@given(
    st.sampled_from(_lines_with_values()),
    st.sampled_from(["1", '"x"', "[]", "{}", "1.5", "true", "2026-01-01", "[[1]]"]),
)
def test_any_value_anywhere_is_taken_or_refused_at_that_line(number: int, value: str) -> None:
    lines = SMALL.split("\n")
    lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    read = read_or_refusal("\n".join(lines))
    assert not isinstance(read, str) or f"line {number + 1}: " in read
