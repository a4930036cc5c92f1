"""Each rule that a policy file can break, with the line and the key that the refusal names."""

import pytest

from salesops_tui.domain.policy import FACTS
from tests.domain.small_policy import problems_of, small_with

TEN = 'reasons = { a = "1", b = "2", c = "3", d = "4", e = "5", f = "6", g = "7", h = "8", i = "9", j = "0" }'
TOP = "; it belongs to the top of the file, above the first [table]"
ONE_MISTAKE = [
    ('name = "Small"', 'name = ""', "name: is blank"),
    ('name = "Small"', 'name = "\u200d"', "name: is blank"),
    ('name = "Small"', 'name = "a\\u001b[31mb"', "name: holds the control character U+001B"),
    ('name = "Small"', 'name = "a\\u0000b"', "name: holds the control character U+0000"),
    ('name = "Small"', 'name = "a\\u009bb"', "name: holds the control character U+009B"),
    ('name = "Small"', 'name = "a\\u202eb"', "name: holds the control character U+202E"),
    ('name = "Small"', 'name = "a\\u2028b"', "name: holds the control character U+2028"),
    ('name = "Small"', f'name = "{"x" * 81}"', "name: has 81 characters, and may have 80"),
    ('currency = "EUR"', 'currency = "eur"', "currency: 'eur' is not a currency: three capital letters, as in USD"),
    ('currency = "EUR"', "currency = 5", "currency: 5 is not a text; put it in quotes"),
    ('measure = "ACV"', 'measure = "AVC"', "measure: 'AVC' is not one of ACV, ARR, TCV; did you mean 'ACV'?"),
    (
        'most_likely = "best_case"',
        'most_likely = "closed"',
        "most_likely: 'closed' is not one of pipeline, best_case, commit",
    ),
    (
        'unknown_login = "read"',
        'unknown_login = "reed"',
        "unknown_login: 'reed' is not one of read, refuse; did you mean 'read'?",
    ),
    (
        'totals_above = "hide"',
        'totals_above = "hid"',
        "totals_above: 'hid' is not one of hide, show; did you mean 'hide'?",
    ),
    (
        'timezone = "Europe/Berlin"',
        'timezone = "europe/berln"',
        "calendar.timezone: 'europe/berln' is not a time zone; did you mean 'Europe/Berlin'?",
    ),
    ('timezone = "Europe/Berlin"', 'timezone = "../../etc"', "calendar.timezone: '../../etc' is not a time zone"),
    ('timezone = "Europe/Berlin"', 'timezone = "localtime"', "calendar.timezone: 'localtime' is not a time zone"),
    ("fiscal_start_month = 2", "fiscal_start_month = 13", "calendar.fiscal_start_month: 13 is over 12"),
    ("fiscal_start_month = 2", "fiscal_start_month = 0", "calendar.fiscal_start_month: 0 is under 1"),
    (
        "fiscal_start_month = 2",
        "fiscal_start_month = 2.0",
        "calendar.fiscal_start_month: 2.0 is not a whole number",
    ),
    (
        'week_start = "Sunday"',
        'week_start = "Sundey"',
        "calendar.week_start: 'Sundey' is not a day of the week in English; did you mean 'Sunday'?",
    ),
    (
        "grace_business_days = 4",
        "grace_business_days = true",
        "calendar.grace_business_days: true is not a whole number",
    ),
    (
        'default_region = "Home"',
        'default_region = "Hom"',
        "holidays.default_region: 'Hom' is none of the regions: Home, Away",
    ),
    (
        'country = "DE"',
        'country = "DD"',
        "holidays.regions.Home.country: 'DD' is not a country code; write two capital letters, as in DE",
    ),
    (
        "extra = [2026-12-24]",
        'extra = ["2026-12-24"]',
        "holidays.regions.Home.extra[0]: '2026-12-24' is not a day; write 2026-07-03, without quotes",
    ),
    (
        "worked = [2026-05-01]",
        "worked = [2026-05-01, 2026-05-02]",
        "holidays.regions.Home.worked[1]: 2026-05-02 is no public holiday there, so nothing is to be taken away",
    ),
    (
        "  2026-06-02,",
        "  2026-06-02T10:00:00,",
        "holidays.regions.Away.extra[1]: 2026-06-02T10:00:00 is not a day; write 2026-07-03, without quotes",
    ),
    (
        'key = "first"',
        'key = "First one"',
        "questions[0].key: 'First one' is not a key: small letters, digits and _, a letter first",
    ),
    ('key = "second"', 'key = "first"', "questions[1].key: 'first' stands there twice"),
    ('label = "Second"', 'label = "FIRST"', "questions[1].label: 'FIRST' stands there twice"),
    ('text = "When?"', 'text = "  "', "questions[1].text: is blank"),
    (
        'kind = "yes_no"',
        'kind = "yesno"',
        "questions[0].kind: 'yesno' is not one of yes_no, risk, within_business_days; did you mean 'yes_no'?",
    ),
    (
        'facts = ["buyer", "stage"]',
        'facts = ["buyer", "buyr"]',
        f"questions[0].facts[1]: 'buyr' is not one of {', '.join(FACTS)}; did you mean 'buyer'?",
    ),
    ("business_days = 5", "business_days = 91", "questions[1].business_days: 91 is over 90"),
    ("business_days = 5", TEN, "questions[1].reasons: has 10 entries, and may have 9"),
    ('reasons.never = "never"', "reasons.never = 5", "questions[0].reasons.never: 5 is not a text; put it in quotes"),
    (
        'reasons.never = "never"',
        'reasons.Never = "never"',
        "questions[0].reasons.Never: 'Never' is not a key: small letters, digits and _, a letter first",
    ),
    ("pass_days = 6", "pass_days = 0", "inspection.pass_days: 0 is under 1"),
    (
        "late_pass_days = 3",
        "late_pass_days = 7",
        "inspection.late_pass_days: 7 is over pass_days (6); near its end a pass is shorter",
    ),
    ("amount_growth_percent = 12", "amount_growth_percent = -1", "inspection.amount_growth_percent: -1 is under 1"),
    ("risk_repeats = 1", "risk_repeats = 53", "inspection.risk_repeats: 53 is over 52"),
    (
        'no_risk_phrases = ["None.", "no  risk"]',
        'no_risk_phrases = ["None.", " !"]',
        "inspection.no_risk_phrases[1]: '!' holds no word",
    ),
    ('key = "w"', 'key = "A"', "stages[1].key: 'A' stands there twice"),
    ('name = "Won"', 'name = "alpha"', "stages[1].name: 'alpha' stands there twice"),
    (
        'buyer_action = "Called us"',
        "buyer_action = []",
        "stages[0].buyer_action: a list is not a text; put it in quotes",
    ),
    (
        'exit_criteria = ["They came"]',
        'exit_criteria = "They"',
        "stages[0].exit_criteria: 'They' is not a list; write it in [ ]",
    ),
    ("probability = 12.5", "probability = 140", "stages[0].probability: 140 is over 100"),
    ("probability = 12.5", "probability = -0.5", "stages[0].probability: -0.5 is under 0"),
    ("probability = 12.5", "probability = nan", "stages[0].probability: NaN is not a number"),
    ("probability = 12.5", "probability = inf", "stages[0].probability: Infinity is not a number"),
    ("probability = 12.5", "probability = true", "stages[0].probability: true is not a number"),
    ("probability = 12.5", "probability = 12.345", "stages[0].probability: 12.345 has more than two decimals"),
    ('closed = "lost"', 'closed = "loss"', "stages[2].closed: 'loss' is not one of won, lost; did you mean 'lost'?"),
    (
        'best_case = { meaning = "likely", confidence = [60, 80] }',
        'best_case = { meaning = "likely", confidence = [80, 60] }',
        "categories.best_case.confidence: 80 to 60 runs backwards",
    ),
    (
        'pipeline = { meaning = "open", confidence = [20, 40] }',
        'pipeline = { meaning = "open", confidence = [20] }',
        "categories.pipeline.confidence: has 1 entries, and needs 2",
    ),
    (
        'omitted = { meaning = "out", confidence = [0, 0] }',
        'omitted = { meaning = "out", confidence = [0, 101] }',
        "categories.omitted.confidence[1]: 101 is over 100",
    ),
    (
        'early_commit_stage = "a"',
        'early_commit_stage = "w"',
        "thresholds.early_commit_stage: 'w' is not the key of an open stage",
    ),
    (
        'early_commit_stage = "a"',
        "early_commit_stage = 5",
        "thresholds.early_commit_stage: 5 is not a text; put it in quotes",
    ),
    (
        "vanished_commit_percent = 7",
        "vanished_commit_percent = 101",
        "thresholds.vanished_commit_percent: 101 is over 100",
    ),
    (
        "vanished_commit_percent = 7",
        "vanished_comit_percent = 7",
        "thresholds.vanished_comit_percent: is not a key of the policy here; did you mean 'vanished_commit_percent'?",
    ),
    (
        "vanished_commit_percent = 7",
        'timezone = "UTC"',
        "thresholds.timezone: is not a key of the policy here; it belongs into [calendar]",
    ),
    (
        "vanished_commit_percent = 7",
        'currency = "EUR"',
        f"thresholds.currency: is not a key of the policy here{TOP}",
    ),
    ("enterprise = [3, 4.5]", "enterprise = [4.5, 3]", "coverage.enterprise: 4.5 to 3 runs backwards"),
    ("enterprise = [3, 4.5]", "enterprise = [0, 3]", "coverage.enterprise[0]: 0 is not over 0"),
    ("enterprise = [3, 4.5]", 'enterprise = ["3", 4]', "coverage.enterprise[0]: '3' is not a number"),
    (
        'legal = "legal"',
        'Legal = "legal"',
        "risk_kinds.Legal: 'Legal' is not a key: small letters, digits and _, a letter first",
    ),
    ('price = "price"', 'price = "  "', "loss_reasons.price: is blank"),
    ('vague_next_steps = ["Follow up!"]', 'vague_next_steps = [""]', "hygiene.vague_next_steps[0]: is blank"),
    ("[plan_rates.FY26]", "[plan_rates.2026]", "plan_rates.2026: '2026' is not a fiscal year; write it as FY26"),
    ('USD = "0.92"', "USD = 0.92", 'plan_rates.FY26.USD: put the rate in quotes, to keep it exact: "0.92"'),
    ('USD = "0.92"', 'USD = "0.00"', "plan_rates.FY26.USD: '0.00' is not over 0"),
    ('USD = "0.92"', 'USD = "-1"', "plan_rates.FY26.USD: '-1' is not a rate; write it as \"1.08\""),
    ('USD = "0.92"', 'USD = "1e5"', "plan_rates.FY26.USD: '1e5' is not a rate; write it as \"1.08\""),
    ('USD = "0.92"', 'US = "0.92"', "plan_rates.FY26.US: 'US' is not a currency: three capital letters, as in USD"),
    ('USD = "0.92"', 'EUR = "1"', "plan_rates.FY26.EUR: is the currency of the store itself, which needs no rate"),
]


@pytest.mark.parametrize(("line", "instead", "says"), ONE_MISTAKE, ids=[case[2][:60] for case in ONE_MISTAKE])
def test_a_mistake_is_named_with_its_line_and_key(line: str, instead: str, says: str) -> None:
    text, number = small_with(line, instead)
    assert problems_of(text) == [f"rules.toml line {number}: {says}"]


@pytest.mark.parametrize(
    ("line", "instead", "at", "says"),
    [
        (
            'kind = "within_business_days"',
            'kind = "risk"',
            "business_days = 5",
            "questions[1].business_days: only a question of kind within_business_days has it; this one is risk",
        ),
        (
            'country = "DE"',
            'country = "SG"',
            'subdivision = "BY"',
            "holidays.regions.Home.subdivision: 'BY' is not a part of SG, which is not divided",
        ),
        (
            'country = "DE"',
            "",
            'subdivision = "BY"',
            "holidays.regions.Home.subdivision: needs the country beside it",
        ),
        ('closed = "won"', "probability = 100", "[[stages]]", 'stages: no stage is closed = "won"'),
        ('key = "second"', "", "[[questions]]", "questions[1].key: is missing"),
        ('currency = "EUR"', "", 'name = "Small"', "currency: is missing"),
        ("[loss_reasons]", "[loss_reasons]\n[other]", "[other]", "other: is not a key of the policy here"),
        (
            'commit = { meaning = "promised", confidence = [90, 100] }',
            "",
            "[categories]",
            "categories.commit: is missing",
        ),
        (
            'commit = { meaning = "promised", confidence = [90, 100] }',
            'commit = { meaning = "promised", confidence = [50, 100] }',
            'commit = { meaning = "promised", confidence = [50, 100] }',
            "categories.commit.confidence: claims less than best_case, which ranks below",
        ),
        (
            'closed = "won"',
            'closed = "won"\nprobability = 100',
            "probability = 100",
            "stages[1].probability: 'Won' is closed, so nothing is left to weigh: 0 or no line",
        ),
    ],
)
def test_what_is_missing_or_contradicted_is_named_where_it_would_be_mended(
    line: str, instead: str, at: str, says: str
) -> None:
    text, _ = small_with(line, *instead.split("\n"))
    lines = text.split("\n")
    number = (
        max(n for n, content in enumerate(lines, 1) if content == at) if at == "[[questions]]" else lines.index(at) + 1
    )
    assert f"rules.toml line {number}: {says}" in problems_of(text)
