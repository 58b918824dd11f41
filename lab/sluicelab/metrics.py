"""Reads what the appliance serves to Prometheus, more strictly than Prometheus does."""

import re

NAME = r"[a-z][a-z0-9_]*"
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:{NAME}="(?:[^"\\\n]|\\["\\n])*",?)+)\}})? (-?\d+(?:\.\d+)?(?:E-?\d+)?)')
OF_HISTOGRAM = ("_bucket", "_sum", "_count")
LABEL = re.compile(rf'({NAME})="((?:[^"\\]|\\.)*)"(?:,|$)')
Labels = frozenset[tuple[str, str]]


class Metrics:
    """One reading."""

    def __init__(self, text: str) -> None:
        """AssertionError for a text that is not exactly as the format asks."""
        assert text == "" or text.endswith("\n")
        self.types: dict[str, str] = {}
        self.labels: dict[str, tuple[str, ...]] = {}
        self._values: dict[tuple[str, Labels], float] = {}
        lines = iter(text.splitlines())
        name = ""
        for line in lines:
            if told := HELP.fullmatch(line):
                name = told[1]
                typed = TYPE.fullmatch(next(lines))
                assert typed and typed[1] == name, f"TYPE of {name}"
                assert name not in self.types, f"{name} is there twice"
                self.types[name] = typed[2]
                assert (typed[2] == "counter") == name.endswith("_total"), name
                continue
            sample = SAMPLE.fullmatch(line)
            series = [name + end for end in OF_HISTOGRAM] if self.types[name] == "histogram" else [name]
            assert sample and sample[1] in series, line
            self._take(name, sample[1], LABEL.findall(sample[2] or ""), float(sample[3]))
        assert list(self.types) == sorted(self.types)

    def _take(self, name: str, series: str, labels: list[tuple[str, str]], value: float) -> None:
        names = tuple(label for label, _ in labels if series == name or label != "le")
        assert self.labels.setdefault(name, names) == names and len(set(names)) == len(names), (name, names)
        key = (series, frozenset(labels))
        assert key not in self._values, f"{key} is there twice"
        self._values[key] = value

    def value(self, name: str, **labels: str) -> float:
        """The sum of the series of that name which have these labels; AssertionError when there is none."""
        values = [value for (one, has), value in self._values.items() if one == name and has >= set(labels.items())]
        assert values, f"no {name} with {labels}"
        return sum(values)

    def series(self) -> int:
        """How many there are."""
        return len(self._values)
