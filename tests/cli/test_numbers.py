"""Whatever number is typed: it is found, or one line says that it is not."""

from collections.abc import Iterator

import click
import pytest

from salesops_tui.cli.main import salesops as program
from tests.cli.conftest import Salesops


def commands(group: click.Group, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)


def test_every_number_is_one_that_the_store_can_look_for() -> None:
    numbers = [
        (names, parameter.name, parameter.type)
        for names, command in commands(program)
        for parameter in command.params
        if isinstance(parameter.type, click.types.IntParamType)
    ]
    assert len(numbers) >= 10
    for names, name, kind in numbers:
        assert isinstance(kind, click.IntRange), (names, name)
        assert kind.max is not None, (names, name)
        assert kind.max < 2**63, (names, name)


@pytest.mark.parametrize("command", ["imports undo", "imports show", "call show", "call end", "action done"])
@pytest.mark.parametrize(("number", "code"), [(2**63, 2), (2**63 - 1, 1), (10**40, 2), (0, 2)])
def test_a_number_that_nothing_has_is_one_line(salesops: Salesops, command: str, number: int, code: int) -> None:
    said = salesops(*command.split(), str(number))
    assert said.code == code
    assert said.err.startswith("salesops: ")
    assert said.err.count("\n") == 1
    assert str(number) in said.err
