"""What must hold of a policy as a whole, where each of its values is fine by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise

from salesops_tui.domain.deal import Category
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.policy_problems import Problem, did_you_mean
from salesops_tui.domain.toml_lines import Path


def check_policy(policy: Policy, without: Collection[str] = ()) -> Iterator[Problem]:
    """Yield what contradicts itself in a policy, leaving out what touches the sections in `without`."""
    for sections, check in _CHECKS:
        if not sections & set(without):
            yield from check(policy)


def _twice(paths_and_names: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    """Yield a problem for each name that stood there before; capitals make no other name."""
    seen: set[str] = set()
    for path, name in paths_and_names:
        if name.casefold() in seen:
            yield Problem(path, f"'{name}' stands there twice")
        seen.add(name.casefold())


def _questions(policy: Policy) -> Iterator[Problem]:
    yield from _twice((("questions", i, "key"), q.key) for i, q in enumerate(policy.questions))
    yield from _twice((("questions", i, "label"), q.label) for i, q in enumerate(policy.questions))


def _stage_names(policy: Policy) -> Iterator[Problem]:
    yield from _twice((("stages", i, "key"), s.key) for i, s in enumerate(policy.stages))
    yield from _twice((("stages", i, "name"), s.name) for i, s in enumerate(policy.stages))


def _stage_order(policy: Policy) -> Iterator[Problem]:
    ends = [stage.closed for stage in policy.stages]
    for end in ("won", "lost"):
        if end not in ends:
            yield Problem(("stages",), f'no stage is closed = "{end}"')
    if "" not in ends:
        yield Problem(("stages",), "no stage is open")
    first_closed = next((i for i, end in enumerate(ends) if end), len(ends))
    for i, stage in enumerate(policy.stages):
        path = ("stages", i)
        if not stage.closed and i > first_closed:
            yield Problem(path, f"'{stage.name}' is open and stands after a closed stage; put the closed ones last")
        if stage.closed and stage.probability_bp:
            yield Problem(
                (*path, "probability"), f"'{stage.name}' is closed, so nothing is left to weigh: 0 or no line"
            )


def _categories(policy: Policy) -> Iterator[Problem]:
    by_rank = sorted(policy.categories, key=lambda c: Category.from_key(c.key))
    for meaning in by_rank:
        if meaning.confidence_low > meaning.confidence_high:
            ends = f"{meaning.confidence_low} to {meaning.confidence_high}"
            yield Problem(("categories", meaning.key, "confidence"), f"{ends} runs backwards")
    for lower, higher in pairwise(by_rank):
        if lower.confidence_low > higher.confidence_low or lower.confidence_high > higher.confidence_high:
            yield Problem(("categories", higher.key, "confidence"), f"claims less than {lower.key}, which ranks below")


def _coverage(policy: Policy) -> Iterator[Problem]:
    yield from _twice((("coverage", target.segment), target.segment) for target in policy.coverage)
    for target in policy.coverage:
        if target.low > target.high:
            yield Problem(("coverage", target.segment), f"{target.low} to {target.high} runs backwards")


def _pass_days(policy: Policy) -> Iterator[Problem]:
    rules = policy.inspection
    if rules.late_pass_days > rules.pass_days:
        text = f"{rules.late_pass_days} is over pass_days ({rules.pass_days}); near its end a pass is shorter"
        yield Problem(("inspection", "late_pass_days"), text)


def _early_commit(policy: Policy) -> Iterator[Problem]:
    stage, known = policy.thresholds.early_commit_stage, [s.key for s in policy.stages if not s.closed]
    if stage not in known:
        text = f"'{stage}' is not the key of an open stage{did_you_mean(stage, known)}"
        yield Problem(("thresholds", "early_commit_stage"), text)


def _plan_rates(policy: Policy) -> Iterator[Problem]:
    for year, rates in policy.plan_rates.items():
        if policy.currency in rates:
            text = "is the currency of the store itself, which needs no rate"
            yield Problem(("plan_rates", year, policy.currency), text)


_CHECKS: tuple[tuple[frozenset[str], Callable[[Policy], Iterator[Problem]]], ...] = (
    (frozenset({"questions"}), _questions),
    (frozenset({"stages"}), _stage_names),
    (frozenset({"stages"}), _stage_order),
    (frozenset({"categories"}), _categories),
    (frozenset({"coverage"}), _coverage),
    (frozenset({"inspection"}), _pass_days),
    (frozenset({"thresholds", "stages"}), _early_commit),
    (frozenset({"plan_rates", "currency"}), _plan_rates),
)
