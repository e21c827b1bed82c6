"""Cells that cost nothing, for the tests of the experiments; run as a program it is their command line."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

from helpers.experiments import table
from helpers.experiments.__main__ import main


class Cell(NamedTuple):
    """As that of helpers.experiments.cells."""

    task: str
    length: int
    model: str = "lstm"
    forget_bias: float | None = None
    gain: float = 1.0
    input_bias: float = 0.0
    hidden: int = 8
    batch: int = 4
    optimiser: str = "adam"
    learning_rate: float = 0.01
    max_norm: float = 1.0
    n_updates: int = 100
    seeds: tuple[int, ...] = (0, 1, 2)


def swift(cell):
    """Return a result that depends on the cell alone: seeds whose last digit is below its length solve it."""
    solved = [10 * seed if seed % 10 < cell.length else None for seed in cell.seeds]
    return {
        "error": [0.1 / (1 + seed) for seed in cell.seeds],
        "solved_at": solved,
        "diverged_at": [None] * len(solved),
    }


def slow(cell):
    """Return the same a twentieth of a second later; the file that FINISHED names gets a byte for each that is done."""
    time.sleep(0.05)
    if "FINISHED" in os.environ:
        with open(os.environ["FINISHED"], "ab") as file:
            file.write(b".")
    return swift(cell)


def endless_but_last(cell):
    """Return the same for a length of three; the others do not end within the test."""
    if cell.length != 3:
        time.sleep(600)
    return swift(cell)


def raises_at_two(cell):
    """Return the same, but for a length of two raise what cannot be pickled, and for three a NaN."""
    if cell.length == 2:
        raise TwoArguments("two", "is too short")
    if cell.length == 3:
        return {"error": [float("nan")]}
    return swift(cell)


def record(cell):
    """Return the record of a cell as a run writes it."""
    return {"cell": cell._asdict(), "result": swift(cell)}


def append_all(path, lengths):
    """Append a record for each length; the work of a process."""
    for length in lengths:
        table.append(path, record(Cell("made", length)))


class TwoArguments(Exception):
    """An exception that unpickling cannot make again."""

    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


def dies_once(cell):
    """Return the same, but the first process that comes to the cell with a file for a task is killed."""
    mark = Path(cell.task)
    if cell.length == 5 and mark.exists():
        mark.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return slow(cell)


def always_dies_at_five(cell):
    """Return the same, but for a length of five the process is killed."""
    if cell.length == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return slow(cell)


def threads(cell):
    """Return what the environment of the process says of BLAS."""
    return {"threads": [os.environ.get("OPENBLAS_NUM_THREADS")], "pid": os.getpid()}


GRIDS = {
    "few": [Cell("few", length) for length in (1, 2, 3)],
    "many": [Cell("many", length) for length in range(1, 81)],
    "rates": [Cell("rates", length, learning_rate=rate) for length in (1, 2) for rate in (0.1, 0.2)],
}

if __name__ == "__mp_main__" and "STARTING" in os.environ:  # a worker, which is not yet what it shall be
    Path(os.environ["STARTING"]).touch()
    time.sleep(0.5)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job that a shell has put in the background ignores it
    sys.exit(main(sys.argv[2:], GRIDS, globals()[sys.argv[1]]))
