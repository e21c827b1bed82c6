"""Compute an experiment's cells and print which seeds solved them; a run that was stopped goes on where it was.

python -m helpers.experiments --list
python -m helpers.experiments quick
"""

import argparse
import os
import signal
import sys
from contextlib import nullcontext

from helpers.experiments import ONE_THREAD


def main(argv: list[str] | None = None, grids: dict | None = None, run_cell=None) -> int:
    """Return the exit code: 0 all cells are there, 1 some failed, 2 the command is wrong, 130 it was interrupted.

    grids, run_cell : what to compute instead of the experiments of `cells`.
    """
    os.environ.update(ONE_THREAD)  # read when numpy is loaded, so before the imports that load it
    from helpers.experiments import table
    from helpers.experiments.run import cluster, run

    if grids is None:
        from helpers.experiments.cells import GRIDS as grids

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
    names, path = arguments.experiments or list(grids), arguments.table
    cells = list(dict.fromkeys(cell for name in names for cell in grids[name]))

    # As Ctrl-C: what a batch system, or a shutdown, sends before it kills.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.list:
            return _list(names, grids, path, table)
        if arguments.fresh:
            table.forget(path, cells)
        with cluster(arguments.scheduler) if arguments.scheduler else nullcontext() as executor:
            failed = run(cells, path, executor, run_cell, arguments.progress, arguments.workers)
    except KeyboardInterrupt:
        left = len(table.missing(cells, path))
        there = f"Interrupted: {len(cells) - left} of {len(cells)} cells are in {path}."
        print(f"{there} The same command, without --fresh, computes the others.", file=sys.stderr)
        return 130
    except (ImportError, OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    wanted = {table.key(cell._asdict()) for cell in cells}
    print(table.summary(record for record in table.read(path) if table.key(record["cell"]) in wanted))
    for cell, why in failed.items():
        print(f"failed: {_settings(cell)}: {why}", file=sys.stderr)
    return 1 if failed else 0


def _parser(grids: dict) -> argparse.ArgumentParser:
    """Return what reads the command."""
    parser = argparse.ArgumentParser("python -m helpers.experiments", description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help=f"{', '.join(grids)}; without one, all")
    parser.add_argument("--table", default="long_lags.jsonl", metavar="PATH", help="the file of results (%(default)s)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes; 1 stays in this one (as many as cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on the Dask cluster there: tcp://127.0.0.1:8786")
    parser.add_argument("--list", action="store_true", help="print the cells and which are there, and compute nothing")
    parser.add_argument("--fresh", action="store_true", help="take these cells out of the file and compute them again")
    parser.add_argument("--progress", action=argparse.BooleanOptionalAction, help="a bar (where this is a terminal)")
    return parser


def _list(names: list[str], grids: dict, path: str, table) -> int:
    """Print each cell of the experiments with whether the table holds it; return the exit code."""
    for name in names:
        missing = set(table.missing(grids[name], path))
        print(f"{name}: {len(set(grids[name]) - missing)} of {len(set(grids[name]))} cells are in {path}")
        for cell in dict.fromkeys(grids[name]):
            print("  missing" if cell in missing else "  there  ", _settings(cell))
    return 0


def _settings(cell) -> str:
    """Return every setting of a cell on one line."""
    words = (f"{name} {value}" for name, value in cell._asdict().items() if name not in ("task", "seeds"))
    return f"{cell.task}, {', '.join(words)}, {len(cell.seeds)} seeds"


if __name__ == "__main__":
    sys.exit(main())
