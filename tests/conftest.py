"""What holds for every test: a repeatable hypothesis, and never the store of whoever runs the tests.

What a test or a fixture opens is closed where that test or fixture ends (see `tests.opened`).
"""

import gc
import os
import signal
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests import opened

# Apps and stores by the hundred: looking through all that lives as often as Python does by itself is a tenth of a run.
gc.set_threshold(100_000, 50, 100)

# "ci" is what gates: the same examples every time, and not many. HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile(
    "ci",
    max_examples=40,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session", autouse=True)
def _nobodys_own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ.pop("SALESOPS_STORE", None)
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    close = opened.begin()
    try:
        return (yield)
    finally:
        opened.end()
        close()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    close = opened.begin()
    fixturedef.addfinalizer(close)  # before the fixture's own, and so called after it
    try:
        return (yield)
    finally:
        opened.end()


@pytest.fixture
def signals_as_usual() -> Iterator[None]:
    """What a test starts hears signals that whoever runs the tests in the background, or with nohup, ignores."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
