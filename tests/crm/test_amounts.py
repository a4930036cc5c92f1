from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.crm.amounts import amount_reader, read_currency
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.domain.money import decimal_string

READ = amount_reader("USD")
READ_COMMA = amount_reader("EUR", ",")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("42000", 4_200_000), ("42000.5", 4_200_050), ("0", 0), ("30000.0", 3_000_000), (".5", 50), ("7.", 700),
        ("USD 485,000.00", 48_500_000), ("485,000.00 USD", 48_500_000), ("$1,234.50", 123_450), ("$ 1,234.50", 123_450),
        ("US$1,234.50", 123_450), ("1 234 567", 123_456_700), ("1\u00a0234\u202f567.89", 123_456_789),
        ("1'234.50", 123_450), ("12,34,567.00", 123_456_700), ("+5", 500), ("1,234.500", 123_450), ("1,234", 123_400),
        ("  12.30  ", 1230), ("-0.00", 0), ("usd 1", 100), ("100000000000", 10_000_000_000_000),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, minor: int) -> None:
    assert READ(text, "") == ("USD", minor)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.234,56", 123_456), ("1234,5", 123_450), ("1 234,56 €", 123_456), ("€ 1.234.567", 123_456_700),
        ("1.234", 123_400), ("1234", 123_400), (",5", 50), ("EUR 485.000,00", 48_500_000),
    ],
)  # fmt: skip
def test_amounts_where_the_map_says_comma(text: str, minor: int) -> None:
    assert READ_COMMA(text, "") == ("EUR", minor)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is blank"), ("  ", "is blank"), ("abc", "is not a number"), ("12a", "is not a number"),
        ("1e12", "is implausible"), ("1000000000000", "is implausible"), ("100000000000.01", "is implausible"),
        ("100,000,000,001", "is implausible"), ("1.2E+05", "scientific notation"), ("inf", "is not a number"),
        ("nan", "is not a number"), ("-5", "is negative"), ("(1,200)", "is negative"), ("-$1,200", "is negative"),
        ("$-5", "is negative"), ("5-", "is negative"), ("−5", "is negative"), ("($5.00)", "is not a number"),
        ("1.234,56", r"decimals after ','; if all amounts do, say so in a map: \[formats\] decimal = ','"),
        ("1234,5", "decimals after ','"), ("10.001", "more than the 2 decimals of USD"), ("1,23", "decimals after ','"),
        ("12,3456.00", "is not a number"), ("1.2.3", "is not a number"), ("485k", "is not a number"),
        ("$1.2M", "is not a number"), ("50%", "is not a number"), ("１２３", "digits 0 to 9"), ("٤٢", "digits 0 to 9"),
        ("1" * 50, "is not a number"), ("1 000 00", "is not a number"), ("--5", "is not a number"),
        ("()", "is not a number"), ("$", "is not a number"), (".", "is not a number"), ("$5 USD", "is not a number"),
    ],
)  # fmt: skip
def test_what_is_no_amount_says_why(text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        READ(text, "")


@pytest.mark.parametrize(
    ("text", "beside", "found"),
    [
        ("100", "EUR", ("EUR", 10_000)), ("€100", "", ("EUR", 10_000)), ("100 EUR", "EUR", ("EUR", 10_000)),
        ("$100", "CAD", ("CAD", 10_000)), ("¥100", "", ("JPY", 100)), ("¥100", "CNY", ("CNY", 10_000)),
        ("100", "JPY", ("JPY", 100)), ("1.234", "KWD", ("KWD", 1_234)), ("100 kr", "DKK", ("DKK", 10_000)),
    ],
)  # fmt: skip
def test_the_currency_may_stand_beside_or_inside(text: str, beside: str, found: tuple[str, int]) -> None:
    assert READ(text, beside) == found


def test_two_currencies_at_once_are_refused() -> None:
    with pytest.raises(UnreadableError, match="another currency than the row, which says USD"):
        READ("€100", "USD")
    with pytest.raises(UnreadableError, match="more than the 0 decimals of JPY"):
        READ("100.5", "JPY")


@pytest.mark.parametrize(("text", "code"), [("usd", "USD"), (" EUR ", "EUR"), ("€", "EUR"), ("", ""), (" ", "")])
def test_currencies(text: str, code: str) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize("text", ["US", "DOLLAR", "$", "12", "E1R", "éur"])
def test_what_is_no_currency(text: str) -> None:
    with pytest.raises(UnreadableError, match="three letters"):
        read_currency(text)


@given(st.integers(0, 10**11), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_the_program_writes_is_read_back(minor: int, currency: str) -> None:
    assert READ(decimal_string(minor, currency), currency) == (currency, minor)


@given(st.integers(0, 10**13))
def test_grouped_amounts_mean_the_same_in_both_ways_of_writing(minor: int) -> None:
    text = f"{Decimal(minor) / 100:,.2f}"
    assert READ(text, "") == ("USD", minor)
    assert READ_COMMA(text.translate(str.maketrans(",.", ".,")), "") == ("EUR", minor)


@given(st.text(max_size=30), st.sampled_from(["", "EUR"]))
def test_any_text_is_an_amount_or_says_why(text: str, currency: str) -> None:
    for read in (READ, READ_COMMA):
        try:
            code, minor = read(text, currency)
        except UnreadableError:
            continue
        assert len(code) == 3
        assert 0 <= minor <= 10**14
