"""A setting is chosen by some seeds and reported by others, so that the count shown is not the best of several.

A row is a model with its start, on one task and length. Its cells differ in what is tried of it, TRIED, and have the
seeds CHOOSE. The setting that most of these seeds solve is chosen (among equals the one whose solvers needed fewer
updates, by their median; then the first), and trained again with the seeds REPORT, which have chosen nothing. What is
said of the row is said of these.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from statistics import median

from helpers.experiments.table import key, order

CHOOSE, REPORT = tuple(range(10)), tuple(range(10, 30))
TRIED = {"learning_rate", "max_norm"}


def row(settings: dict) -> Hashable:
    """Return what the cells of one row have in common: all settings but those that are tried, and the seeds.

    >>> row({"model": "gru", "learning_rate": 0.01, "seeds": CHOOSE}) == row({"model": "gru", "seeds": REPORT})
    True
    """
    return key({name: value for name, value in settings.items() if name not in TRIED | {"seeds"}})


def best(records: Iterable[dict]) -> dict:
    """Return the record that is chosen: most seeds solved it; of several, with the smallest median; then the first.

    >>> slow, swift = ({"result": {"solved_at": [k, None, k]}} for k in (75, 50))
    >>> best([slow, swift]) == swift
    True
    """

    def rank(record):
        solved_at = [update for update in record["result"]["solved_at"] if update is not None]
        return -len(solved_at), median(solved_at or [0])

    return min(records, key=rank)


def _by_row(cells: Iterable) -> dict:
    """Return the cells of each row, each once."""
    rows: dict = {}
    for cell in dict.fromkeys(cells):
        rows.setdefault(row(cell._asdict()), []).append(cell)
    return rows


def choosing(cells: Iterable) -> list:
    """Return those of ``cells`` between which there is something to choose: not the only one of its row."""
    return [cell for tried in _by_row(cells).values() for cell in tried if len(tried) > 1]


def reporting(cells: Iterable, records: Iterable[dict]) -> list:
    """Return the cells that report the rows of ``cells``: of each the chosen setting with the seeds REPORT.

    records : those of a table. A row of which it lacks a cell has chosen nothing yet, and is left out; one that tries a
    single setting has nothing to choose.
    """
    there = {key(record["cell"]): record for record in records}
    reports = []
    for tried in _by_row(cells).values():
        found = {key(cell._asdict()): cell for cell in tried}
        if len(tried) == 1:
            reports += tried
        elif found.keys() <= there.keys():
            chosen = best(there[one] for one in found)
            reports.append(found[key(chosen["cell"])])
    return [cell._replace(seeds=REPORT) for cell in reports]


def summary(records: Iterable[dict], names: Mapping[Hashable, str]) -> str:
    """Return how many reporting seeds solved what, in plain text: for each task a line for a start, a column a length.

    Behind each count stands in brackets how many settings were tried. "-" is a row that is not reported.

    names : of a `row`, what its line is called and where it stands; a row without one is called by its model.

    >>> cell = {"task": "latch", "length": 10, "model": "lstm", "learning_rate": 0.01}
    >>> choosing = {"cell": cell | {"seeds": CHOOSE}, "result": {"solved_at": [40] * 10}}
    >>> report = {"cell": cell | {"seeds": REPORT}, "result": {"solved_at": [40, None] * 10}}
    >>> print(summary([choosing, report], {}))
    latch: solved by how many of the seeds that report (settings tried), by length
                 10
    lstm  10/20 (1)
    """
    tasks: dict = defaultdict(list)
    for record in sorted(records, key=order):
        tasks[record["cell"]["task"]].append(record)
    return "\n\n".join(_text(task, of_task, names) for task, of_task in tasks.items())


def _text(task: str, records: list[dict], names: Mapping[Hashable, str]) -> str:
    """Return one task of the summary."""
    tried = Counter(row(record["cell"]) for record in records if tuple(record["cell"]["seeds"]) != REPORT)
    told: dict = defaultdict(dict)
    for record in records:
        cell, solved_at = record["cell"], record["result"]["solved_at"]
        line = told[names.get(row(cell), cell["model"])]
        line.setdefault(cell["length"], "-")
        if tuple(cell["seeds"]) == REPORT:
            count = sum(update is not None for update in solved_at)
            line[cell["length"]] = f"{count}/{len(solved_at)} ({tried[row(cell)] or 1})"
    here = {row(record["cell"]) for record in records}
    place = {name: number for number, name in enumerate(dict.fromkeys(names[one] for one in names if one in here))}
    lengths = sorted({length for line in told.values() for length in line})
    lines = [["", *map(str, lengths)]]
    for name in sorted(told, key=lambda name: place.get(name, len(place))):
        lines.append([name, *(told[name].get(length, "-") for length in lengths)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [f"{task}: solved by how many of the seeds that report (settings tried), by length"]
    for name, *words in lines:
        text.append("  ".join([name.ljust(widths[0]), *map(str.rjust, words, widths[1:])]))
    return "\n".join(text)
