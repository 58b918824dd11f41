"""What a bench reports: figures with their runs, as a table and as JSON."""

import argparse
import json
import pathlib
import statistics


class Figures:
    """The figures of one bench. A figure is a plain name, a unit and one sample per run."""

    def __init__(self, bench: str) -> None:
        self.bench = bench
        self._samples: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}

    def add(self, figure: str, value: float, unit: str) -> None:
        """One run's value of a figure; the unit of a figure never changes."""
        if self._units.setdefault(figure, unit) != unit:
            raise ValueError(f"{figure} is in {self._units[figure]}, not in {unit}")
        self._samples.setdefault(figure, []).append(value)

    def median(self, figure: str) -> float:
        return statistics.median(self._samples[figure])

    def as_json(self) -> dict:
        """{"bench": NAME, "figures": {FIGURE: {"value": median, "min", "max", "unit", "runs"}}}"""
        return {
            "bench": self.bench,
            "figures": {
                figure: {
                    "value": statistics.median(samples),
                    "min": min(samples),
                    "max": max(samples),
                    "unit": self._units[figure],
                    "runs": len(samples),
                }
                for figure, samples in self._samples.items()
            },
        }

    def table(self) -> str:
        """One line per figure, in the order in which they were added."""
        rows = [("figure", "median", "min", "max", "unit", "runs")]
        for figure, row in self.as_json()["figures"].items():
            numbers = [f"{row[key]:,.2f}".rstrip("0").rstrip(".") for key in ("value", "min", "max")]
            rows.append((figure, *numbers, row["unit"], str(row["runs"])))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if column in (1, 2, 3, 5) else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths))
            ).rstrip()
            for row in rows
        )

    def report(self, json_file: pathlib.Path | None) -> None:
        """Prints the table and, when a file is named, writes the JSON."""
        print(self.table(), flush=True)
        if json_file is not None:
            json_file.write_text(json.dumps(self.as_json(), indent=2) + "\n")


def bench_arguments(description: str) -> argparse.ArgumentParser:
    """The options that every bench has; a bench adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the figures to FILE")
    parser.add_argument("--runs", type=int, default=3, help="how often everything is measured (default 3)")
    return parser
