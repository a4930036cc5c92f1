"""How an inspection looks: one deal, one question at a time, what helps to answer it beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from salesops_tui.domain.policy import QuestionKind
from salesops_tui.services.walk import Step, Walk
from salesops_tui.ui.answering import EVIDENCE, MET, MITIGATION, PLAN, RISK
from salesops_tui.ui.commands import BY_ID, MOST_IN_FOOTER, Command
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.verdict_words import Band
from salesops_tui.ui.walk_words import (
    Place,
    action_line,
    answer_lines,
    asked_in_words,
    beside_lines,
    label_of,
    overview_lines,
    question_lines,
    reason_lines,
    strip_line,
    title_lines,
)
from salesops_tui.ui.widgets.board import Board, Line, clip
from salesops_tui.ui.widgets.columns import fit, wrap
from salesops_tui.ui.widgets.fields import Fields, FieldSpec
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.prose import Prose

_ROOMY, _TALL = 100, 30
"""Cells and lines from which there is room for more words."""
_SHORT = 16
"""Below this many lines a question gives way to what is typed or chosen."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an inspection shows at one moment.

    Attributes:
        texts: what stands in the fields, by name.
        kind: key of the kind of risk that is chosen, or "".
        reasoning: a failing answer was given just now, and a digit gives its reason.
        plan: a pass waits for the close plan.
        evidence: the field for evidence was asked for.
        refusal: why nothing can be answered, or "".
    """

    walk: Walk
    step: Step
    place: Place
    texts: Mapping[str, str]
    kind: str
    band: Band | None
    reasoning: bool
    plan: bool
    evidence: bool
    refusal: str


class WalkView(Vertical):
    """Paints scenes; what is typed is read from `fields`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="walk")
        self._desk = desk
        self._walk: Walk | None = None
        self._step: Step | None = None
        self._busy = False
        self._asked = ""
        self.fields = Fields((RISK, MITIGATION, MET, EVIDENCE, PLAN), id="fields")
        self._title, self._strip, self._actions = Prose(id="title"), Board(id="strip"), Board(id="actions")
        self._question, self._below = Prose(id="question"), Prose(id="below")
        self._facts, self._band, self._footer = Board(id="facts"), Prose(id="band"), Footer((), id="keys")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._strip
        yield self._actions
        with Horizontal(id="body"):
            with Vertical(id="ask"):
                yield self._question
                yield self.fields
                yield self._below
            yield self._facts
        yield self._band
        yield self._footer

    def paint(self, scene: Scene) -> None:
        """Show a scene; what looks as before is not painted again."""
        desk, walk, step = self._desk, scene.walk, scene.step
        self._show_title(walk, scene.place)
        self._strip.show(lambda width: [strip_line(walk, step.question.key, width)])
        cramped = self._is_short and scene.reasoning and not scene.evidence
        self._actions.display = bool(walk.actions) and not cramped
        if walk.actions:
            self._actions.show(lambda width: [action_line(desk, walk, width)])
        self.fields.show_only([] if cramped else field_specs(scene), scene.texts)
        self._busy = scene.reasoning
        self._show_question(step)
        if step.question.kind is QuestionKind.RISK:
            self._show_kind(walk, scene.kind)
        tall = self.app.size.height >= _TALL
        overview = overview_lines if tall else _nothing
        self._below.show(
            lambda width: [
                *answer_lines(desk, step, width),
                *below_lines(scene, width, cramped),
                *overview(desk, walk, width),
            ]
        )
        self._facts.show(lambda width: beside_lines(desk, walk, step, width))
        self._band.show(lambda width: band_lines(scene.band, width))
        self._footer.set_commands(keys_of(scene, self.app.size.width))

    def pass_time(self, place: Place) -> None:
        """Show for how long the deal has been asked, where that reads differently from before."""
        words = asked_in_words(place)
        if words != self._asked and self._walk is not None:
            self._show_title(self._walk, place)

    @property
    def _is_short(self) -> bool:
        return self.app.size.height < _SHORT

    def on_descendant_focus(self) -> None:
        """Make room for the fields on a small screen."""
        self._show_question(self._step)

    def on_descendant_blur(self) -> None:
        """Give the room back."""
        self._show_question(self._step)

    def _show_question(self, step: Step | None) -> None:
        self._step = step
        if step is not None:
            short = self._is_short and (self._busy or self.fields.focused() is not None)
            self._question.show(lambda width: question_lines(step, width, short=short))

    def _show_title(self, walk: Walk, place: Place) -> None:
        self._walk, self._asked = walk, asked_in_words(place)
        short = self._is_short
        self._title.show(lambda width: title_lines(self._desk, walk, place, width, short=short))

    def _show_kind(self, walk: Walk, kind: str) -> None:
        chosen = label_of(walk.policy.risk_kinds, kind) if kind else "↑↓ kind of risk"
        self.fields.chip(RISK, f"[{chosen}]", "accent" if kind else "muted")


def _nothing(_desk: Desk, _walk: Walk, _width: int) -> Iterator[Line]:
    yield from ()


def field_specs(scene: Scene) -> list[FieldSpec]:
    """Return the fields that a question needs now."""
    question = scene.step.question
    specs = []
    if question.kind is QuestionKind.RISK:
        specs += [FieldSpec(RISK, "Risk", "what could stop it"), FieldSpec(MITIGATION, "Mitigation", "who does what")]
    if question.kind is QuestionKind.WITHIN_BUSINESS_DAYS:
        specs.append(FieldSpec(MET, "Met on", "2026-11-16, 16.11, mon, -3"))
    if question.kind is QuestionKind.YES_NO or scene.evidence or scene.texts.get(EVIDENCE):
        specs.append(FieldSpec(EVIDENCE, "Evidence", question.evidence))
    if scene.plan or scene.texts.get(PLAN):
        specs.append(FieldSpec(PLAN, "Close plan", "the steps to the signature, with dates and names"))
    return specs


def below_lines(scene: Scene, width: int, cramped: bool) -> Iterator[Line]:
    """Write what stands below the fields: the reasons to choose from, or why nothing can be answered."""
    if scene.refusal:
        yield []
        for line in wrap(_sentence(scene.refusal), width - 2):
            yield [" ", (line, "warn")]
    elif scene.reasoning:
        if not cramped:
            yield []
            yield clip([(" Why not?  Any other key goes on without a reason.", "label")], width)
        yield from reason_lines(scene.step.question.reasons, width, tight=cramped)


def band_lines(band: Band | None, width: int) -> Iterator[Line]:
    """Write the band over the whole width; nothing where there is none."""
    if band:
        for line in wrap(_sentence(band.text), width - 2)[:3]:
            yield [(fit(f" {line}", width), f"{band.tone}-band")]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def keys_of(scene: Scene, width: int) -> Sequence[Command]:
    """Return the keys that count in a scene, the most important first and the way out at the end: at most seven."""
    leave = replace(BY_ID["inspection.leave"], title="Leave (all saved)" if width >= _ROOMY else "Leave")
    shown: list[Command] = []
    for command in _keys_of(scene)[: MOST_IN_FOOTER - 1]:
        if sum(_cells(c) for c in (*shown, command, leave)) <= width:
            shown.append(command)
    return [*shown, leave]


def _cells(command: Command) -> int:
    return len(command.key) + len(command.title) + 3


def _keys_of(scene: Scene) -> list[Command]:
    walk, step = scene.walk, scene.step
    if scene.reasoning:
        last = str(min(9, len(step.question.reasons)))
        reason = replace(BY_ID["inspection.reason"], keys=f"1-{last}")
        return [reason, _go_on("Go on"), *_named("inspection.evidence", "undo", "inspection.skip", "help")]
    if scene.refusal:
        return [*_named("inspection.next", "inspection.history", "inspection.next_deal", "help")]
    if walk.first_open is None:
        return [_go_on("Next deal"), *_named("undo", "inspection.evidence", "inspection.action", "help")]
    wanted = ["inspection.yes", "inspection.no", "inspection.dont_know"]
    wanted += ["inspection.same"] * (step.repeat is not None and step.answer is None)
    wanted += ["inspection.all_same"] * (len(walk.repeatable) > 1)
    wanted += ["inspection.skip"] * bool(walk.ruling.failed_questions)
    accept = [_go_on("Accept")] if step.proposed else []
    return [*accept, *_named(*wanted, "inspection.evidence", "inspection.action")]


def _go_on(title: str) -> Command:
    return replace(BY_ID["inspection.go_on"], title=title)


def _named(*ids: str) -> list[Command]:
    return [BY_ID[name] for name in ids]
