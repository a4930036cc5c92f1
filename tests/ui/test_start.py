"""The first start: no store yet."""

import threading
import time
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.ui.screens.start import Progress, StartApp
from tests.ui.snapshots import check, screen_lines, settled
from tests.ui.walking import SIZES


def nothing(_path: Path, _progress: Progress) -> None:
    pytest.fail("nobody asked for this")


def app(build: object = nothing, empty: object = nothing) -> StartApp:
    return StartApp(Path("/srv/store.db"), Path("/srv/demo.db"), build, empty, ascii_only=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_start_says_what_there_is_to_do(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        await settled(pilot)
        check(pilot.app, f"start-{size[0]}")


async def test_a_small_terminal_shows_the_choices() -> None:
    async with app().run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        text = "\n".join(screen_lines(pilot.app))
        assert "d  Look around" in text
        assert "n  Begin" in text


async def test_the_demo_is_built_and_its_path_given_back() -> None:
    built = []

    def build(path: Path, progress: Progress) -> None:
        progress(1, 2, "calls of week 3")
        built.append(path)

    running = app(build)
    async with running.run_test() as pilot:
        await pilot.press("d")
        await settled(pilot)
    assert built == [Path("/srv/demo.db")]
    assert running.return_value == Path("/srv/demo.db")


async def test_an_empty_store_is_made_where_it_belongs() -> None:
    running = app(empty=lambda path, _progress: None)
    async with running.run_test() as pilot:
        await pilot.press("n")
        await settled(pilot)
    assert running.return_value == Path("/srv/store.db")


async def test_a_file_can_be_brought_in_at_once() -> None:
    running = app(empty=lambda path, _progress: None)
    async with running.run_test() as pilot:
        await pilot.press("i")
        await settled(pilot)
    assert (running.return_value, running.then_import) == (Path("/srv/store.db"), True)


async def test_progress_is_shown_and_esc_stops_it() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def build(path: Path, progress: Progress) -> None:
        progress(45, 100, "calls of week 3")
        asked.set()
        go_on.wait(5)
        progress(46, 100, "calls of week 4")
        pytest.fail("went on though it was stopped")

    running = app(build)
    async with running.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        while not asked.is_set():
            await pilot.pause(0.005)
        await pilot.pause()
        text = "\n".join(screen_lines(running))
        assert " 45 %" in text
        assert "calls of week 3" in text
        await pilot.press("escape")
        go_on.set()
        # A worker that was stopped counts as ended while its thread goes on to the next step.
        late = time.monotonic() + 20
        while "Stopped; nothing was left behind" not in "\n".join(screen_lines(running)):
            assert time.monotonic() < late
            await pilot.pause(0.005)
        assert running.is_running


async def test_what_fails_is_one_line_and_can_be_tried_again() -> None:
    tries = []

    def build(path: Path, progress: Progress) -> None:
        tries.append(path)
        if len(tries) == 1:
            raise StoreProblem("/srv/[/x]demo.db: the disk is full; make room and do it again")

    running = app(build)
    async with running.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await settled(pilot)
        assert "/srv/[/x]demo.db: the disk is full" in "\n".join(screen_lines(running))
        await pilot.press("d")
        await settled(pilot)
    assert running.return_value == Path("/srv/demo.db")


async def test_q_leaves_without_a_store() -> None:
    running = app()
    async with running.run_test() as pilot:
        await pilot.press("q")
        await settled(pilot)
    assert running.return_value is None
