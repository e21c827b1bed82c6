"""The table of results: a file of JSON lines, one line a finished cell, which a kill at any moment leaves readable.

    {"cell": {every setting}, "result": {...}, "seconds": 1.5, "versions": {"python": ...}, "finished": "2026-01-31T.."}

A line is added by one write under a lock, so it is there or it is a torn tail, which is not counted. The file is
rewritten only beside itself and then put in its own place at once.
"""

import json
import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

# All other settings tell two rows of the summary apart where one model was run with several. A longer gap is given more
# updates, and seeds are what is counted.
COUNTED = {"task", "length", "model", "n_updates", "seeds"}
# Settings that came later than some tables: a record without one was made with this.
LATER = {"input_bias": 0.0}


def key(settings: dict) -> Hashable:
    """Return what two cells have in common exactly where all their settings are equal: a list counts as a tuple.

    >>> key({"length": 10, "seeds": [0, 1]}) == key({"seeds": (0, 1), "length": 10.0})
    True
    """
    return frozenset((name, tuple(v) if isinstance(v, list) else v) for name, v in settings.items())


def read(path: str | os.PathLike) -> list[dict]:
    """Return the records of a table, one a cell (the first where a cell has two); none where there is no such file.

    A torn last line is not counted. Raises ValueError for any other line that is no record: no kill leaves one.
    """
    path = Path(path)
    return _records(path.read_bytes(), path)[0] if path.exists() else []


def shipped() -> list[dict]:
    """Return the records of the table that comes with the course; README.md of helpers/data says how it was made."""
    path = files("helpers.data") / "long_lags.jsonl"
    return _records(path.read_bytes(), path)[0]


def missing(cells: Iterable, path: str | os.PathLike) -> list:
    """Return the cells, each once and in their order, that the table at ``path`` does not hold."""
    there = {key(record["cell"]) for record in read(path)}
    return [cell for cell in dict.fromkeys(cells) if key(cell._asdict()) not in there]


def append(path: str | os.PathLike, record: dict) -> bool:
    """Add one line to the table and return whether its cell was new; a cell that is there already is not added.

    When this returns, the line is on the disk. A torn tail is cut off first. Raises ValueError for a number that is not
    finite (a diverged seed has error None) and OSError where the disk takes no whole line; the table is then as it was.
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
    """Sort the table by task, model, length and the rest, each cell once; a reader sees the old file or the new one."""
    with _locked(path):
        _replace(path, read(path))


def forget(path: str | os.PathLike, cells: Iterable) -> None:
    """Take the records of ``cells`` out of the table, so that they are missing again."""
    gone = {key(cell._asdict()) for cell in cells}
    with _locked(path):
        _replace(path, [record for record in read(path) if key(record["cell"]) not in gone])


def summary(records: Iterable[dict]) -> str:
    """Return the solved seeds of all seeds in plain text: for each task, a row for a model, a column for a length.

    A setting stands beside its model where that model was run with several. "-" is a cell that is not there.

    >>> cell = {"task": "latch", "length": 10, "model": "lstm", "seeds": [0, 1, 2]}
    >>> print(summary([{"cell": cell, "result": {"solved_at": [40, None, 70]}}]))
    latch: solved seeds of all, by length
           10
    lstm  2/3
    """
    tasks: dict = defaultdict(list)
    for record in records:
        tasks[record["cell"]["task"]].append(record)
    return "\n\n".join(_text(task, tasks[task]) for task in sorted(tasks))


def _text(task: str, records: list[dict]) -> str:
    """Return one task of the summary."""
    values = defaultdict(set)
    for cell in (record["cell"] for record in records):
        for setting in cell.keys() - COUNTED:
            values[cell["model"], setting].add(cell[setting])

    def row(cell):
        several = [setting for setting in cell if len(values[cell["model"], setting]) > 1]
        return " ".join([cell["model"], *(f"{setting}={cell[setting]}" for setting in several)])

    counts: dict = defaultdict(lambda: [0, 0])
    for record in sorted(records, key=_order):
        count = counts[row(record["cell"]), record["cell"]["length"]]
        count[0] += sum(update is not None for update in record["result"]["solved_at"])
        count[1] += len(record["result"]["solved_at"])
    names, lengths = list(dict.fromkeys(name for name, _ in counts)), sorted({length for _, length in counts})
    lines = [["", *map(str, lengths)]]
    for name in names:
        pairs = [counts.get((name, length)) for length in lengths]
        lines.append([name, *(f"{pair[0]}/{pair[1]}" if pair else "-" for pair in pairs)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [f"{task}: solved seeds of all, by length"]
    for name, *words in lines:
        text.append("  ".join([name.ljust(widths[0]), *map(str.rjust, words, widths[1:])]))
    return "\n".join(text)


def _order(record: dict) -> tuple:
    """Return what a table is sorted by: task, model, length, and then the settings as text."""
    cell = record["cell"]
    return cell["task"], cell["model"], cell["length"], json.dumps(cell, sort_keys=True)


def _records(data: bytes, name: object) -> tuple[list[dict], int]:
    """Return the records in ``data``, one a cell, and how many of its bytes they fill: what follows is a torn tail."""
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
    """Hold the lock of a table. It lies in a file of its own, because the table is replaced; a kill lets it go."""
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
    """Wait for the lock; one call of msvcrt gives up after ten seconds."""
    while True:
        try:
            return msvcrt.locking(fd, msvcrt.LK_LOCK, 1)
        except OSError:
            continue


def _replace(path: str | os.PathLike, records: list[dict]) -> None:
    """Write the records, sorted, beside the table and put them in its place; leave a table that is so already alone."""
    data = b"".join(json.dumps(record, allow_nan=False).encode() + b"\n" for record in sorted(records, key=_order))
    path = Path(path)
    if data == (path.read_bytes() if path.exists() else b""):
        return
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
