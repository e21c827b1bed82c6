"""Compute an experiment's cells and print how many seeds solved them; a stopped run continues where it stopped.

python -m helpers.experiments --list
python -m helpers.experiments quick
"""

import argparse
import os
import signal
import sys
from contextlib import nullcontext

from helpers.experiments import ONE_THREAD, table
from helpers.experiments.table import REPORT, choosing, reporting, row, summary


def main(argv: list[str] | None = None, grids: dict | None = None, run_cell=None) -> int:
    """Return the exit code: 0 if all cells are there, 1 if some failed, 2 for a wrong command, 130 after an interrupt.

    The cells that choose the settings run first, then those that report the chosen settings (see `table`).

    grids, run_cell : used instead of the experiments of `cells`.
    """
    os.environ.update(ONE_THREAD)  # read when numpy is loaded, so before the imports that load it
    from helpers.experiments.run import cluster, run

    names = {}
    if grids is None:
        from helpers.experiments import cells as ours

        grids, names = ours.GRIDS, ours.NAMES

    parser = _parser(grids)
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.experiments if name not in grids]
    if unknown:
        parser.error(
            f"no experiment is called {', '.join(map(repr, unknown))}; there are {', '.join(map(repr, grids))}"
        )
    if arguments.workers is not None and arguments.workers < 1:
        parser.error(f"--workers must be 1 or more, got {arguments.workers}")
    if arguments.workers is not None and arguments.scheduler:
        parser.error("--workers and --scheduler exclude each other: a cluster has the workers that it has")
    wanted, path = {name: grids[name] for name in arguments.experiments or grids}, arguments.table
    cells = list(dict.fromkeys(cell for grid in wanted.values() for cell in grid))

    # As Ctrl-C: what a batch system, or a shutdown, sends before it kills.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.list:
            return _list(wanted, path)
        if arguments.fresh:
            table.forget(path, [*cells, *(cell._replace(seeds=REPORT) for cell in cells)])
        failed = {}
        with cluster(arguments.scheduler) if arguments.scheduler else nullcontext() as executor:
            how = executor, run_cell, arguments.progress, arguments.workers
            failed |= run(choosing(cells), path, *how, title="choosing")
            failed |= run(reporting(cells, table.read(path)), path, *how, title="reporting")
    except KeyboardInterrupt:
        there = f"Interrupted: {_there(cells, path)}."
        print(f"{there} The same command, without --fresh, computes the others.", file=sys.stderr)
        return 130
    except (ImportError, OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    records = table.read(path)
    asked = {table.key(cell._asdict()) for cell in [*choosing(cells), *reporting(cells, records)]}
    print(summary([record for record in records if table.key(record["cell"]) in asked], names))
    for cell, why in failed.items():
        print(f"failed: {_settings(cell)}: {why}", file=sys.stderr)
    return 1 if failed else 0


def _parser(grids: dict) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser("python -m helpers.experiments", description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help=f"{', '.join(grids)}; without one, all")
    parser.add_argument("--table", default="long_lags.jsonl", metavar="PATH", help="the file of results (%(default)s)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes; 1 stays in this one (as many as cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on the Dask cluster there: tcp://127.0.0.1:8786")
    parser.add_argument("--list", action="store_true", help="print the cells and which are there, and compute nothing")
    parser.add_argument("--fresh", action="store_true", help="take these cells out of the file and compute them again")
    parser.add_argument("--progress", action=argparse.BooleanOptionalAction, help="a bar (where this is a terminal)")
    return parser


def _list(wanted: dict, path: str) -> int:
    """Print each cell of the experiments, and whether it is in the table; return the exit code."""
    for name, grid in wanted.items():
        cells = list(dict.fromkeys([*choosing(grid), *reporting(grid, table.read(path))]))
        missing = set(table.missing(cells, path))
        print(f"{name}: {_there(grid, path)}")
        for cell in cells:
            print("  missing" if cell in missing else "  there  ", _settings(cell))
    return 0


def _there(cells: list, path: str) -> str:
    """Return how many of the cells are in the table: those that choose, and one per row that reports."""
    known = [*choosing(cells), *reporting(cells, table.read(path))]
    n = len(choosing(cells)) + len({row(cell._asdict()) for cell in cells})
    return f"{len(known) - len(table.missing(known, path))} of {n} cells are in {path}"


def _settings(cell) -> str:
    """Return every setting of a cell on one line."""
    words = (f"{name} {value}" for name, value in cell._asdict().items() if name not in ("task", "seeds"))
    return f"{cell.task}, {', '.join(words)}, {len(cell.seeds)} seeds"


if __name__ == "__main__":
    sys.exit(main())
