"""What a person says about the way in which a file is read: asked for line by line, then the file is read so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from salesops_tui.crm.layout import in_words
from salesops_tui.crm.odds import certain_in, holds_odds
from salesops_tui.services.import_mapping import with_encoding, with_mapping, with_probability
from salesops_tui.ui import import_pick
from salesops_tui.ui.import_screen import ImportGround
from salesops_tui.ui.import_work import Link


class ImportCorrecting(ImportGround):
    """The corrections of the import screen."""

    def pick_column(self, field: str) -> None:
        """Ask which column a field comes from."""
        assert self.view is not None

        def take(column: str) -> None:
            self._take_column(field, "" if column == import_pick.NO_COLUMN else column)

        self._ask(import_pick.column_picker(self.view.found, field), take)

    def pick_field(self, column: str) -> None:
        """Ask what a column is."""
        assert self.view is not None
        picker = import_pick.field_picker(self.view.found, column)
        self._ask(picker, lambda field: self._take_column(field, column))

    def _take_column(self, field: str, column: str) -> None:
        """Take a column for a field; where it holds probabilities, ask what they make of the category."""
        assert self.view is not None
        samples = self.view.found.samples_of(column)
        if field != "category" or not holds_odds(column, samples):
            self.correct(with_mapping(self.request, columns={field: column}))
            return

        def take(key: str) -> None:
            if key == import_pick.EACH:
                self.correct(with_mapping(self.request, columns={field: column}))
            else:
                least = import_pick.percents_of(key)
                self.correct(with_probability(self.request, column, least, certain_in(samples)))

        self._ask(import_pick.odds_picker(column, self._percents_claimed()), take)

    def _percents_claimed(self) -> Sequence[int]:
        """Return what the policy's Commit, Best Case and Pipeline claim at least, in percent."""
        claimed = {meaning.key: meaning.confidence_low for meaning in self.desk.policy.categories}
        least = [claimed.get(key, 0) for key in ("commit", "best_case", "pipeline")]
        return least if least[0] > least[1] > least[2] > 0 else (90, 60, 20)

    def pick_meaning(self, number: str) -> None:
        """Ask what a word means."""
        assert self.view is not None
        use = self.view.found.words[int(number)]
        stages = [(stage.key, stage.name) for stage in self.desk.policy.stages]
        picker = import_pick.meaning_picker(self.view.found, int(number), stages)
        self._ask(picker, lambda key: self.correct(with_mapping(self.request, values={use.field: {use.word: key}})))

    def pick_owner(self, number: str) -> None:
        """Ask who an owner is."""
        assert self.view is not None
        text = self.view.found.owners[int(number)].text
        people = [(p.key, p.name, p.role.value) for p in self.context.people.values()]
        picker = import_pick.owner_picker(text, people)
        self._ask(picker, lambda person: self.correct(with_mapping(self.request, owners={text: person})))

    def pick_order(self, field: str) -> None:
        """Ask how dates are written."""
        assert self.view is not None
        use = next(use for use in self.view.found.dates if use.field == field)

        def take(order: str) -> None:
            self.correct(with_mapping(self.request, formats={"day_first": order == import_pick.DAY_FIRST}))

        column = in_words(use.column, self.view.found.header)
        self._ask(import_pick.order_picker(column, use.sample), take)

    def pick_decimal(self, _rest: str) -> None:
        """Ask what the decimals come after."""

        def take(mark: str) -> None:
            self.correct(with_mapping(self.request, formats={"decimal": mark}))

        self._ask(import_pick.decimal_picker(), take)

    def pick_encoding(self, _rest: str) -> None:
        """Ask how the text is encoded; columns that were chosen by names that were read wrongly are chosen anew."""
        assert self.view is not None
        found = self.view.found

        def take(codec: str) -> None:
            self.correct(with_encoding(self.request, found.encoding, codec))

        self._ask(import_pick.encoding_picker(found), take)

    def pick_link(self, number: str) -> None:
        """Ask whether a new deal goes on from an earlier one."""
        assert self.view is not None
        found = self.view.found
        alike = found.look_alikes[int(number)]
        before = self.links.get(alike.new.key)

        def take(kind: str) -> None:
            self.links.pop(alike.new.key, None)
            if kind != "none":
                self.links[alike.new.key] = Link(alike.new.key, alike.earlier.key, kind)
            self.lay_out(found)

        kind = before.kind if before else alike.kind
        self._ask(import_pick.link_picker(alike.new.name, alike.earlier.name, kind), take)

    def _ask(self, picker: import_pick.OneOf, take: Callable[[str], None]) -> None:
        def taken(key: int | str | None) -> None:
            if key is not None:
                with self.guarded():
                    take(str(key))

        self.app.push_screen(picker, taken)
