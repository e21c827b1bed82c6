"""The table of results, a file of JSON lines with one finished cell per line; which settings it chooses and reports.

    {"cell": {every setting}, "result": {...}, "seconds": 1.5, "versions": {"python": ...}, "finished": "2026-01-31T.."}

A kill at any moment leaves it readable. A line is added by a single write under a lock, so it is either complete or an
incomplete last line, which is ignored. To rewrite the table, a new file is written beside it and then replaces it.

A setting is chosen by some seeds and reported by others, so that the count shown is not the best of several.
A row is a model with its start, on one task and length. Its cells differ in the settings TRIED, and have the seeds
CHOOSE. The setting that most of these seeds solve is chosen; of equals, the one with the smaller median number of
updates, then the first. It is trained again with the seeds REPORT, which had no part in the choice. The counts of a
row are the counts of these seeds.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from statistics import median

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

# Settings that came later than some tables: a record without one was made with this.
LATER = {"input_bias": 0.0}


def key(settings: dict) -> Hashable:
    """Return a key that two cells share exactly if all their settings are equal; lists count as tuples.

    >>> key({"length": 10, "seeds": [0, 1]}) == key({"seeds": (0, 1), "length": 10.0})
    True
    """
    return frozenset((name, tuple(v) if isinstance(v, list) else v) for name, v in settings.items())


def read(path: str | os.PathLike) -> list[dict]:
    """Return the records of a table, one per cell (the first if a cell has two); [] if there is no such file.

    An incomplete last line is ignored. Raises ValueError for any other line that is not a record.
    """
    path = Path(path)
    return _records(path.read_bytes(), path)[0] if path.exists() else []


def shipped() -> list[dict]:
    """Return the records of the table that comes with the course; helpers/data/README.md says how it was made."""
    path = files("helpers.data") / "long_lags.jsonl"
    return _records(path.read_bytes(), path)[0]


def missing(cells: Iterable, path: str | os.PathLike) -> list:
    """Return the cells that are not in the table at ``path``, each once and in their order."""
    there = {key(record["cell"]) for record in read(path)}
    return [cell for cell in dict.fromkeys(cells) if key(cell._asdict()) not in there]


def append(path: str | os.PathLike, record: dict) -> bool:
    """Add one line to the table and return whether its cell was new; a cell that is already there is not added.

    When this returns, the line is on the disk. An incomplete last line is removed first. Raises ValueError for a number
    that is not finite (a diverged seed has None) and OSError if the disk is full; the table is then unchanged.
    """
    line = json.dumps(record, allow_nan=False).encode() + b"\n"
    with _locked(path):
        data = Path(path).read_bytes() if Path(path).exists() else b""
        records, whole = _records(data, path)
        if key(record["cell"]) in {key(old["cell"]) for old in records}:
            return False
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        try:
            if whole < len(data):
                os.ftruncate(fd, whole)
            if not data[:whole].endswith(b"\n") and whole:  # somebody's editor left the last newline out
                line = b"\n" + line
            if os.write(fd, line) < len(line):
                os.ftruncate(fd, whole)
                raise OSError(f"the disk took a part of a line of {len(line)} bytes only; {path} is as it was before")
            os.fsync(fd)
        finally:
            os.close(fd)
    return True


def tidy(path: str | os.PathLike) -> None:
    """Sort the table by task, model, length and the rest, each cell once; readers see the old file or the new one."""
    with _locked(path):
        _replace(path, read(path))


def forget(path: str | os.PathLike, cells: Iterable) -> None:
    """Remove the records of ``cells`` from the table, so that these cells are missing again."""
    gone = {key(cell._asdict()) for cell in cells}
    with _locked(path):
        _replace(path, [record for record in read(path) if key(record["cell"]) not in gone])


def order(record: dict) -> tuple:
    """Return the key by which a table is sorted: task, model, length, and then the settings as text."""
    cell = record["cell"]
    return cell["task"], cell["model"], cell["length"], json.dumps(cell, sort_keys=True)


def _records(data: bytes, name: object) -> tuple[list[dict], int]:
    """Return the records in ``data``, one per cell, and how many bytes they fill; the rest is an incomplete line."""
    records: dict = {}
    end = 0
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        try:
            record = json.loads(line, parse_constant=_refuse)
            record["cell"] = LATER | record["cell"]
            records.setdefault(key(record["cell"]), record)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if line.endswith(b"\n"):
                raise ValueError(f"{name}, line {number}: wanted a record of one cell, got {line[:60]!r}") from error
            break
        end += len(line)
    return list(records.values()), end


def _refuse(constant: str) -> None:
    raise ValueError(f"a number must be finite, got {constant}")


@contextmanager
def _locked(path: str | os.PathLike) -> Iterator[None]:
    """Hold the lock of a table. It is a file of its own, because the table is replaced; a kill releases it."""
    fd = os.open(f"{os.fspath(path)}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.name == "nt":
            _lock_on_windows(fd)
        else:
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _lock_on_windows(fd: int) -> None:
    """Wait for the lock: a single call of msvcrt gives up after ten seconds."""
    while True:
        try:
            return msvcrt.locking(fd, msvcrt.LK_LOCK, 1)
        except OSError:
            continue


def _replace(path: str | os.PathLike, records: list[dict]) -> None:
    """Write the sorted records beside the table and replace it; do nothing if it is already so."""
    data = b"".join(json.dumps(record, allow_nan=False).encode() + b"\n" for record in sorted(records, key=order))
    path = Path(path)
    if data == (path.read_bytes() if path.exists() else b""):
        return
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


CHOOSE, REPORT = tuple(range(10)), tuple(range(10, 30))
TRIED = {"learning_rate", "max_norm"}


def row(settings: dict) -> Hashable:
    """Return the key that the cells of one row share: all settings except those in TRIED and the seeds.

    >>> row({"model": "gru", "learning_rate": 0.01, "seeds": CHOOSE}) == row({"model": "gru", "seeds": REPORT})
    True
    """
    return key({name: value for name, value in settings.items() if name not in TRIED | {"seeds"}})


def best(records: Iterable[dict]) -> dict:
    """Return the record that most seeds solved; of equals the one with the smallest median of updates, then the first.

    >>> slow, swift = ({"result": {"solved_at": [k, None, k]}} for k in (75, 50))
    >>> best([slow, swift]) == swift
    True
    """

    def rank(record):
        solved_at = [update for update in record["result"]["solved_at"] if update is not None]
        return -len(solved_at), median(solved_at or [0])

    return min(records, key=rank)


def _by_row(cells: Iterable) -> dict:
    """Return the cells of each row, each once: {row: cells}."""
    rows: dict = {}
    for cell in dict.fromkeys(cells):
        rows.setdefault(row(cell._asdict()), []).append(cell)
    return rows


def choosing(cells: Iterable) -> list:
    """Return those of ``cells`` that take part in a choice: all but the only cell of a row."""
    return [cell for tried in _by_row(cells).values() for cell in tried if len(tried) > 1]


def reporting(cells: Iterable, records: Iterable[dict]) -> list:
    """Return the cells that report the rows of ``cells``: each the chosen setting of its row, with the seeds REPORT.

    records : the records of a table. A row with a missing cell has not chosen yet and is left out; a row with a single
    setting has nothing to choose.
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
    """Return how many of the seeds REPORT solved each task, in plain text: a line per model, a column per length.

    The number of settings tried follows each count, in brackets. "-" stands for a row that is not reported.

    names : {`row`: the name of its line}, in the order of the lines; a row without a name is called by its model.

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
    """Return the part of the summary about one task."""
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
