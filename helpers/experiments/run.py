"""Fill a table: submit the cells that it lacks to processes, threads or a cluster, and write each when it is done.

Only the parent writes. Whatever is killed, a worker, the parent or both, what was finished is in the table, and the
same call goes on from there.
"""

import json
import multiprocessing
import os
import platform
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing.connection import Connection

import numpy as np
from tqdm.auto import tqdm

from helpers.experiments import ONE_THREAD, table

TRIES = 3  # how often a cell may be among those whose worker died before it is run with no other beside it


def cost(cell) -> int:
    """Return what a cell costs, up to a factor: length * n_updates * number of seeds."""
    return cell.length * cell.n_updates * len(cell.seeds)


def name(cell) -> str:
    """Return the few words that name a cell: task, length, model, and the forget bias where it has one."""
    bias = f" forget bias {cell.forget_bias}" if cell.forget_bias else ""
    return f"{cell.task} {cell.length} {cell.model}{bias}"


def n_cores() -> int:
    """Return how many cores this process may use, which a scheduler often makes fewer than the machine has."""
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    cells: Iterable,
    path: str | os.PathLike,
    executor: Executor | None = None,
    run_cell: Callable[..., dict] | None = None,
    progress: bool | None = True,
    workers: int | None = None,
) -> dict:
    """Compute the cells that the table at ``path`` lacks, the costly ones first; return those that failed: cell to why.

    executor : any of concurrent.futures, or that of `cluster`. Without one, processes: ``workers`` of them, or as many
        as there are cores; ``workers=1`` stays in this process.
    run_cell : of a cell its result, numbers and names that JSON can hold. Without one, that of `cells`.
    progress : show a bar; None shows it on a terminal only.

    An interrupt keeps what is finished, cancels the rest and is raised again. A cell that raises, or whose worker dies
    again and again, is among those that failed and stops no other. Raises ValueError for a table that is not one.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers}")
    if run_cell is None:
        from helpers.experiments.cells import run_cell
    cells = list(dict.fromkeys(cells))
    for cell in cells:
        try:
            json.dumps(cell._asdict(), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(f"every setting must be one that JSON can hold, got {cell}: {error}") from error
    todo = sorted(table.missing(cells, path), key=cost, reverse=True)
    workers = min(workers or n_cores(), max(len(todo), 1), 61)  # Windows cannot wait for more
    failed: dict = {}
    done = len(cells) - len(todo)
    bar = tqdm(total=len(cells), initial=done, unit="cell", disable=None if progress is None else not progress)

    def take(cell, outcome: dict) -> None:
        with _held(signal.SIGINT, signal.SIGTERM):
            if "failed" in outcome:
                failed[cell] = outcome["failed"]
            else:
                table.append(path, {"cell": cell._asdict(), **outcome})
            bar.set_postfix_str(f"{name(cell)}: {_words(outcome)}", refresh=False)
            bar.update()

    with bar:
        if executor is not None:
            for cell in _gather(executor, todo, run_cell, take):
                take(cell, {"failed": "it was lost by the executor that was to run it"})
        elif workers == 1:
            for cell in todo:
                take(cell, compute(run_cell, cell))
        else:
            _in_pools(todo, workers, run_cell, take)
    if not table.missing(cells, path):
        table.tidy(path)
    return failed


def compute(run_cell: Callable[..., dict], cell) -> dict:
    """Return the record of a cell without the cell, made where it runs; or {"failed": why}.

    An error comes back as text because not every exception survives the way from another process.
    """
    start = time.perf_counter()
    try:
        result = run_cell(cell)
        json.dumps(result, allow_nan=False)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error}"
        return {"failed": f"{why} ({os.path.basename(where.filename)}, line {where.lineno})"}
    try:
        ours = metadata.version("gradient-carousel")
    except metadata.PackageNotFoundError:
        ours = "not installed"
    return {
        "result": result,
        "seconds": round(time.perf_counter() - start, 3),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "helpers": ours,
            "system": f"{platform.system()} {platform.machine()}",
        },
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give an executor on the Dask cluster whose scheduler is at ``address``, as in "tcp://127.0.0.1:8786".

    Its workers need this package. A worker that dies is Dask's affair: it runs the cell on another one. Raises
    ImportError where Dask is missing and OSError where nobody answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError(
            "a cluster needs Dask's package distributed. To install it: pip install 'gradient-carousel[dask]' "
            "(in a checkout: pip install -e '.[dask]')"
        ) from error
    # Not pure: a cell that failed would otherwise keep its failure for as long as the scheduler remembers it.
    with Client(address, set_as_default=False) as client:
        yield client.get_executor(pure=False)


def _words(outcome: dict) -> str:
    """Return what the bar says of a cell."""
    solved_at = outcome.get("result", {}).get("solved_at")
    if solved_at is None:
        return "failed" if "failed" in outcome else "done"
    return f"{sum(update is not None for update in solved_at)} of {len(solved_at)} solved"


def _gather(executor: Executor, cells: list, run_cell: Callable[..., dict], take: Callable) -> list:
    """Run the cells and take each as it is done; return, in their order, those that the executor lost."""
    pending: dict[Future, object] = {}
    lost = set()
    try:
        try:
            with _held(signal.SIGINT):  # a process inherits it: Ctrl-C reaches the parent alone, also while one starts
                for cell in cells:
                    pending[executor.submit(compute, run_cell, cell)] = cell
        except BrokenExecutor:
            lost = set(cells) - set(pending.values())
        while pending:
            # Where a wait cannot be interrupted, as on Windows, Ctrl-C acts when it ends.
            done, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                if future.cancelled() or isinstance(future.exception(), BrokenExecutor):
                    lost.add(pending[future])
                else:
                    take(pending[future], _outcome(future))
                del pending[future]
    except BaseException:
        for future, cell in pending.items():
            if not future.cancel() and future.done() and not future.exception():
                take(cell, future.result())
        raise
    return [cell for cell in cells if cell in lost]


def _outcome(future: Future) -> dict:
    """Return what `compute` returned, or what kept it from that: a cell that cannot be pickled, a cluster's error."""
    error = future.exception()
    return {"failed": f"{type(error).__name__}: {error}"} if error else future.result()


def _in_pools(cells: list, workers: int, run_cell: Callable[..., dict], take: Callable) -> None:
    """Run the cells in a pool of processes, and what it lost when a worker died in another one.

    Who was the culprit nobody says, but a pool starts its cells in order: it is among the first of the lost, as many as
    there are workers and one that lay ready. They go to the end; those who are among them too often run alone.
    """
    suspected: Counter = Counter()
    while cells:
        lost = _in_pool(cells, workers, run_cell, take)
        suspects = lost[: workers + 1]
        suspected.update(suspects)
        cells = lost[workers + 1 :] + [cell for cell in suspects if suspected[cell] < TRIES]
    for cell in (cell for cell, count in suspected.items() if count >= TRIES):
        if _in_pool([cell], 1, run_cell, take):
            take(cell, {"failed": f"its process died {TRIES + 1} times, at last with no other beside it"})


def _in_pool(cells: list, workers: int, run_cell: Callable[..., dict], take: Callable) -> list:
    """Run the cells in one pool of processes; return those that were lost because a worker died."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    with _environment(ONE_THREAD), reader, writer:
        executor = ProcessPoolExecutor(workers, context, _start_worker, (reader,))
        try:
            lost = _gather(executor, cells, run_cell, take)
        except BaseException:
            # In this order: a pool that sees its workers end before it knows that it shall stop takes them for broken.
            executor.shutdown(wait=False, cancel_futures=True)
            writer.close()
            raise
        executor.shutdown()
        return lost


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment, which a process that is started in the block inherits."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start_worker(reader: Connection) -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and where the parent stops or is gone, so is the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, args=(reader,), daemon=True).start()


def _leave_with_parent(reader: Connection) -> None:
    """End this process when the other end of the pipe is closed, which a kill of the parent does too.

    Left to itself, a worker of a killed parent would wait for its next cell for ever.
    """
    multiprocessing.connection.wait([reader])
    os._exit(1)


@contextmanager
def _held(*signals: signal.Signals) -> Iterator[None]:
    """Hold the signals back until the block is left, and from what is started in it. Windows cannot."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
