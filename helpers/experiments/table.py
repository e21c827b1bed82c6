"""The table of results: a file of JSON lines, one line a finished cell, which a kill at any moment leaves readable.

    {"cell": {every setting}, "result": {...}, "seconds": 1.5, "versions": {"python": ...}, "finished": "2026-01-31T.."}

A line is added by one write under a lock, so it is there or it is a torn tail, which is not counted. The file is
rewritten only beside itself and then put in its own place at once.
"""

import json
import os
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

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


def order(record: dict) -> tuple:
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
