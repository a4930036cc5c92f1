"""Run every bench_*.py that has a `run`, print one table, keep one JSON file."""

import argparse
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from tests import benchmarks
from tests.benchmarks import figures, setting

RESULTS = Path(__file__).with_name("results")


def main() -> int:
    arguments = parsed()
    names = arguments.only or found()
    with tempfile.TemporaryDirectory() as folder:
        store = arguments.store or Path(folder) / "demo.db"
        if not store.exists():
            setting.build_demo(arguments.program, store)
        chosen = setting.Setting(
            arguments.program, store, arguments.finished, arguments.runs, arguments.idle, arguments.keys
        )
        taken: list[figures.Figure] = []
        for name in names:
            module = importlib.import_module(f"tests.benchmarks.bench_{name}")
            if hasattr(module, "run"):
                taken += module.run(chosen)
    print(figures.table(taken))
    figures.write(taken, arguments.json)
    print(f"\n{arguments.json}")
    return int(any(figure.within is False for figure in taken))


def found() -> list[str]:
    names = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return [name.removeprefix("bench_") for name in names if name.startswith("bench_")]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help="which of: " + ", ".join(found()))
    parser.add_argument("--store", type=Path, help="an existing store (default: a new demo store)")
    parser.add_argument(
        "--finished", default="To ask", help="a text that only the finished first frame has (default: %(default)s)"
    )
    parser.add_argument("--program", type=setting.command, default=setting.installed(), help="another command")
    parser.add_argument("--runs", type=int, default=9, help="cold starts of each (default: %(default)s)")
    parser.add_argument("--keys", type=int, default=30, help="keys in each run (default: %(default)s)")
    parser.add_argument("--idle", type=float, default=30, help="seconds at rest (default: %(default)s)")
    parser.add_argument("--json", type=Path, default=RESULTS / "latest.json", help="where figures are kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
