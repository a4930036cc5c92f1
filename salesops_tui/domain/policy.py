"""The policy: the rulebook under which deals are inspected, counted and compared.

These are the plain values that the rest of the program works with. The TOML file that people write, and the
checks on it, live in `policy_file`; a store keeps the checked policy as JSON, read here without any checking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Calendar, Day

FACTS = (
    "buyer", "last_meeting", "last_activity", "next_step", "close_date", "close_plan", "stage", "amount",
    "competitor",
)  # fmt: skip
"""What a question may have shown beside it; the date, the stage and the amount with how they have moved."""


class QuestionKind(StrEnum):
    """What a yes to a question needs."""

    YES_NO = "yes_no"
    RISK = "risk"
    WITHIN_BUSINESS_DAYS = "within_business_days"


class Reason(NamedTuple):
    """An entry of a short list: why an answer failed, what kind of risk, why a deal was lost."""

    key: str
    label: str


class Question(NamedTuple):
    """One inspection question, as worded in one version of the policy.

    Attributes:
        label: the few words that stand in headings ("Economic buyer").
        text: the question as it is asked.
        evidence: what to put down beside a yes ("who said it, and when").
        reasons: the short list for a failing answer, in the order of its digit keys.
        business_days: for `within_business_days`, how old the meeting may be.
        facts: which facts on file stand beside the question (keys of `FACTS`).
    """

    key: str
    label: str
    text: str
    kind: QuestionKind = QuestionKind.YES_NO
    evidence: str = ""
    reasons: tuple[Reason, ...] = ()
    business_days: int = 10
    facts: tuple[str, ...] = ()


class Stage(NamedTuple):
    """Where the buyer is, defined by an action of the buyer that can be checked.

    Attributes:
        rank: position in the policy's order, 0 first; a lower rank is a step back.
        probability_bp: chance of winning in basis points (8500 is 85 %).
        closed: "" for an open stage, else "won" or "lost".
    """

    key: str
    name: str
    rank: int
    action: str = ""
    exit_criteria: tuple[str, ...] = ()
    probability_bp: int = 0
    closed: str = ""


class CategoryMeaning(NamedTuple):
    """What a forecast category means in words, and the confidence in percent that it claims."""

    key: str
    meaning: str
    confidence_low: int
    confidence_high: int


class Coverage(NamedTuple):
    """The open pipeline that a segment needs, as multiples of quota."""

    segment: str
    low: Decimal
    high: Decimal


class InspectionRules(NamedTuple):
    """How long a pass holds and what voids it.

    Attributes:
        pass_days: a pass is current until the end of this many days after its own day.
        late_pass_days: the same, for a pass given in the last `late_period_days` of a period.
        amount_growth_percent: growth of the amount since the pass that voids it.
        risk_repeats: how often a risk may be repeated before it must be said anew.
        no_risk_phrases: texts that are no answer to the question of risk (as `bare_phrase` gives them).
        slips_need_plan: a deal moved later this often needs a close plan before it can pass; 0 never.
    """

    pass_days: int = 6
    late_pass_days: int = 6
    late_period_days: int = 0
    amount_growth_percent: int = 10
    risk_repeats: int = 2
    no_risk_phrases: tuple[str, ...] = ()
    slips_need_plan: int = 2


class Thresholds(NamedTuple):
    """Figures at which something is flagged or asked about.

    Attributes:
        vanished_commit_percent: a full import that removes more of Commit than this asks first.
        early_commit_stage: key of the first stage at which Commit is not early.
        over_claim_percent: share of Commit at which over-claim is flagged.
        divergence_percent: the band that stands in until four quarters are stored.
        calibration_deals: deals that a stage needs before its calibrated figure may be adopted.
        age_factor_percent: open longer than this share of the average won cycle is a finding.
        cycle_deals: won deals that a segment needs for an average of its own.
        silent_days: no meeting and no change for this long is a finding.
    """

    vanished_commit_percent: int = 5
    early_commit_stage: str = "5"
    over_claim_percent: int = 25
    divergence_percent: int = 15
    calibration_deals: int = 30
    age_factor_percent: int = 200
    cycle_deals: int = 30
    silent_days: int = 30


@dataclass(frozen=True)
class Policy:
    """One version of the rulebook.

    Attributes:
        version: 1 for the first policy of a store; an inspection remembers the version it was taken under.
        measure: which amount the deals carry (ACV, ARR or TCV), for display.
        plan_rates: by fiscal year ("FY26") and currency, units of the store's currency for one unit.
        vague_next_steps: texts that are no next step (as `bare_phrase` gives them).
        most_likely: the category that a CRM's "Most Likely" maps to.
        unknown_login: what a login that nobody in the store has may do: "read" or "refuse".
        totals_above: what becomes of the totals of scopes above one's own: "hide" or "show".
    """

    name: str
    currency: str
    calendar: Calendar
    questions: tuple[Question, ...]
    stages: tuple[Stage, ...]
    categories: tuple[CategoryMeaning, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    inspection: InspectionRules = field(default_factory=InspectionRules)
    thresholds: Thresholds = field(default_factory=Thresholds)
    risk_kinds: tuple[Reason, ...] = ()
    loss_reasons: tuple[Reason, ...] = ()
    vague_next_steps: tuple[str, ...] = ()
    plan_rates: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    measure: str = "ACV"
    most_likely: str = "best_case"
    unknown_login: str = "read"
    totals_above: str = "hide"
    version: int = 1

    @cached_property
    def question_keys(self) -> tuple[str, ...]:
        """The questions in the order in which they are asked."""
        return tuple(q.key for q in self.questions)

    def question(self, key: str) -> Question | None:
        """Return the question with this key, or None."""
        return next((q for q in self.questions if q.key == key), None)

    @cached_property
    def stage_by_key(self) -> Mapping[str, Stage]:
        """Stages by key."""
        return {s.key: s for s in self.stages}

    def stage_rank(self, key: str) -> int:
        """Return the position of a stage; -1 for a key that this version does not know."""
        stage = self.stage_by_key.get(key)
        return stage.rank if stage else -1


def bare_phrase(text: str) -> str:
    """Return a text as phrases are compared: no capitals, single blanks, no full stop at the end."""
    return " ".join(text.casefold().split()).strip(" .!")


def policy_to_plain(policy: Policy) -> dict[str, Any]:
    """Turn a policy into values that JSON can carry; `policy_from_plain` is the way back."""
    plain = {f.name: getattr(policy, f.name) for f in fields(policy) if f.name not in {"calendar", "version"}}
    plain |= {
        "questions": [q._asdict() | {"reasons": [r._asdict() for r in q.reasons]} for q in policy.questions],
        "stages": [s._asdict() for s in policy.stages],
        "categories": [c._asdict() for c in policy.categories],
        "coverage": [{"segment": c.segment, "low": str(c.low), "high": str(c.high)} for c in policy.coverage],
        "inspection": policy.inspection._asdict(),
        "thresholds": policy.thresholds._asdict(),
        "risk_kinds": [r._asdict() for r in policy.risk_kinds],
        "loss_reasons": [r._asdict() for r in policy.loss_reasons],
        "plan_rates": {y: {c: str(r) for c, r in rates.items()} for y, rates in policy.plan_rates.items()},
        "calendar": _calendar_to_plain(policy.calendar),
    }
    return plain


def policy_from_plain(plain: Mapping[str, Any], version: int) -> Policy:
    """Build a policy from what `policy_to_plain` gave; keys that are absent keep their defaults."""
    values = dict(plain)
    values["calendar"] = _calendar_from_plain(values["calendar"])
    values["questions"] = tuple(_question(q) for q in values["questions"])
    values["stages"] = tuple(_stage(s) for s in values["stages"])
    values["categories"] = tuple(CategoryMeaning(**c) for c in values.get("categories", ()))
    values["coverage"] = tuple(
        Coverage(c["segment"], Decimal(c["low"]), Decimal(c["high"])) for c in values.get("coverage", ())
    )
    values["inspection"] = _inspection_rules(values.get("inspection", {}))
    values["thresholds"] = Thresholds(**values.get("thresholds", {}))
    for key in ("risk_kinds", "loss_reasons"):
        values[key] = tuple(Reason(**r) for r in values.get(key, ()))
    values["vague_next_steps"] = tuple(values.get("vague_next_steps", ()))
    values["plan_rates"] = {
        y: {c: Decimal(r) for c, r in rates.items()} for y, rates in values.get("plan_rates", {}).items()
    }
    return Policy(**values, version=version)


def _inspection_rules(plain: Mapping[str, Any]) -> InspectionRules:
    return InspectionRules(**{**plain, "no_risk_phrases": tuple(plain.get("no_risk_phrases", ()))})


def _question(plain: Mapping[str, Any]) -> Question:
    reasons = tuple(Reason(**r) for r in plain.get("reasons", ()))
    rest = {"kind": QuestionKind(plain["kind"]), "reasons": reasons, "facts": tuple(plain.get("facts", ()))}
    return Question(**{**plain, **rest})


def _stage(plain: Mapping[str, Any]) -> Stage:
    return Stage(**{**plain, "exit_criteria": tuple(plain.get("exit_criteria", ()))})


def _calendar_to_plain(calendar: Calendar) -> dict[str, Any]:
    plain = {f.name: getattr(calendar, f.name) for f in fields(calendar)}
    plain["holidays"] = {region: sorted(days) for region, days in calendar.holidays.items()}
    return plain


def _calendar_from_plain(plain: Mapping[str, Any]) -> Calendar:
    holidays = {region: frozenset(Day(d) for d in days) for region, days in plain["holidays"].items()}
    return Calendar(**{**plain, "holidays": holidays})
