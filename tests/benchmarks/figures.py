"""Figures beside their yardstick and their budget: printed as one table, kept as JSON."""

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, several times.

    Attributes:
        what: what it is.
        unit: of the samples: ms, bytes, MB.
        ours: the samples of the program.
        yardstick: those of what it is compared with, taken in turn with ours; none where there is nothing.
        most_ratio: the budget as a multiple of the yardstick.
        most: the budget as a figure.
    """

    what: str
    unit: str
    ours: Sequence[float]
    yardstick: Sequence[float] = field(default_factory=tuple)
    most_ratio: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        """The median of the ratios of neighbours, which a machine that slows down for a while leaves alone."""
        pairs = [mine / other for mine, other in zip(self.ours, self.yardstick, strict=False) if other]
        return median(pairs) if pairs else None

    @property
    def within(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        kept = []
        if self.most is not None:
            kept.append(median(self.ours) <= self.most)
        if self.most_ratio is not None and self.ratio is not None:
            kept.append(self.ratio <= self.most_ratio)
        return all(kept) if kept else None

    def cells(self) -> list[str]:
        """The line of the table."""
        budget = [f"{self.most:g} {self.unit}"] if self.most is not None else []
        budget += [f"{self.most_ratio:g}×"] if self.most_ratio is not None else []
        return [
            self.what,
            _short(median(self.ours)),
            _short(median(self.yardstick)) if self.yardstick else "",
            self.unit,
            f"{self.ratio:.2f}×" if self.ratio is not None else "",
            ", ".join(budget),
            {True: "kept", False: "MISSED", None: ""}[self.within],
        ]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


TITLES = ["what", "ours", "yardstick", "unit", "ratio", "budget", ""]


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines, the numbers right-aligned."""
    lines = [TITLES, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(TITLES))]
    right = {1, 2, 4}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def write(figures: Iterable[Figure], path: Path) -> None:
    """Keep the figures with all samples, and what they were taken on."""
    document = {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "textual": version("textual"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "figures": [{**asdict(figure), "ratio": figure.ratio, "within": figure.within} for figure in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
