"""Fill a table: submit the missing cells to processes, threads or a cluster, and write each as soon as it is done.

Only the parent writes. If a worker, the parent or both are killed, all finished cells are in the table, and the same
call continues from there.
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
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue

import numpy as np

from helpers.experiments import ONE_THREAD, table

TRIES = 3  # how often a cell may be among those whose worker died before it is run with no other beside it


def cost(cell) -> int:
    """Return the relative cost of a cell: length * n_updates * number of seeds."""
    return cell.length * cell.n_updates * len(cell.seeds)


def name(cell) -> str:
    """Return a short name of a cell: task, length, model, and its forget bias if it has one."""
    bias = f" forget bias {cell.forget_bias}" if cell.forget_bias else ""
    tied = " tied" if cell.input_bias else ""
    return f"{cell.task} {cell.length} {cell.model}{bias}{tied}"


def n_cores() -> int:
    """Return how many cores this process may use; a scheduler often allows fewer than the machine has."""
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
    title: str | None = None,
) -> dict:
    """Compute the cells that are missing in the table at ``path``, the costly ones first; return {failed cell: reason}.

    executor : any of concurrent.futures, or the one that `cluster` gives. By default ``workers`` processes, which by
        default is one per core; ``workers=1`` stays in this process.
    run_cell : takes a cell and returns its result, in values that JSON can hold. By default that of `cells`.
    progress : whether to show a bar; None shows it on a terminal only. title : the title of the bar.

    An interrupt keeps all finished cells, cancels the rest and is raised again. A cell that raises, or whose worker
    dies repeatedly, counts as failed and does not stop the others. Raises ValueError if the file is not a table.
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
    with _extra("tqdm"):
        from tqdm.auto import tqdm
    bar = tqdm(
        desc=title, total=len(cells), initial=done, unit="cell", disable=None if progress is None else not progress
    )

    def take(cell, outcome: dict) -> None:
        with _held():
            if "failed" in outcome:
                failed[cell] = outcome["failed"]
            else:
                table.append(path, {"cell": cell._asdict(), **outcome})
            bar.set_postfix_str(f"{name(cell)}: {_words(outcome)}", refresh=False)
            bar.update()

    with bar:
        if executor is not None:
            for cell in _gather(executor, todo, run_cell, take, stop=_cancel):
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
    """Return the record of a cell, without the cell itself, or {"failed": reason}. This runs in the worker.

    An error is returned as text because not every exception can be sent from one process to another.
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
def _extra(package: str) -> Iterator[None]:
    """Make an ImportError say how to install the missing ``package``."""
    try:
        yield
    except ImportError as error:
        raise ImportError(
            f"this needs the package {package}. To install it: pip install 'gradient-carousel[experiments]' "
            "(in a checkout: pip install -e '.[experiments]')"
        ) from error


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Yield an executor on the Dask cluster whose scheduler is at ``address``, as in "tcp://127.0.0.1:8786".

    Its workers need this package. If a worker dies, Dask runs its cell on another one. Raises ImportError if Dask is
    missing, ValueError if ``address`` is not an address, and OSError if nobody answers there.
    """
    with _extra("distributed"):
        from distributed import Client
        from distributed.comm import resolve_address
    resolve_address(address)  # a client that was made for a bad one takes a minute to give up
    # Not pure: a cell that failed would otherwise keep its failure for as long as the scheduler remembers it.
    with Client(address, set_as_default=False) as client:
        yield client.get_executor(pure=False)


def _words(outcome: dict) -> str:
    """Return what the bar shows about a cell."""
    solved_at = outcome.get("result", {}).get("solved_at")
    if solved_at is None:
        return "failed" if "failed" in outcome else "done"
    return f"{sum(update is not None for update in solved_at)} of {len(solved_at)} solved"


def _gather(executor: Executor, cells: list, run_cell: Callable[..., dict], take: Callable, stop: Callable) -> list:
    """Run the cells and take each as it is done; return those that the executor lost, in their order.

    On any interruption ``stop`` is called with the futures that are not done, and those that are done are still taken.
    """
    pending: dict[Future, object] = {}
    lost = set()
    done: SimpleQueue[Future] = SimpleQueue()  # and no `wait`, which an interrupt leaves with locks that nobody opens

    def settle(future: Future) -> None:
        cell = pending.pop(future)
        if future.cancelled() or isinstance(future.exception(), BrokenExecutor):
            lost.add(cell)
        else:
            take(cell, _outcome(future))

    try:
        try:
            with _held():
                for cell in cells:
                    future = executor.submit(compute, run_cell, cell)
                    pending[future] = cell
                    future.add_done_callback(done.put)
        except BrokenExecutor:
            lost = set(cells) - set(pending.values())
        while pending:
            with suppress(Empty):
                future = done.get(
                    timeout=0.5
                )  # where this cannot be interrupted, as on Windows, Ctrl-C acts at its end
                with _held():
                    settle(future)
    except BaseException:
        with _held():
            finished = [future for future in pending if future.done()]
            stop(pending.keys() - finished)
            for future in finished:
                settle(future)
        raise
    return [cell for cell in cells if cell in lost]


def _cancel(futures: Iterable[Future]) -> None:
    """Cancel the futures that have not started."""
    for future in futures:
        future.cancel()


def _outcome(future: Future) -> dict:
    """Return what `compute` returned, or why it could not: a cell that cannot be pickled, an error of the cluster."""
    error = future.exception()
    return {"failed": f"{type(error).__name__}: {error}"} if error else future.result()


def _in_pools(cells: list, workers: int, run_cell: Callable[..., dict], take: Callable) -> None:
    """Run the cells in a pool of processes; when a worker dies, run the lost cells in a new pool.

    Nothing says which cell killed its worker. But a pool starts its cells in order, so it is one of the first lost
    cells: one per worker and one that was waiting. These move to the end; a cell suspected too often runs alone.
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
    """Run the cells in one pool of processes; return the cells that were lost because a worker died."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    # To stop the pool is to break it. Cancelled futures would not do: a pool that breaks chokes on them (Python 3.11).
    with (
        _environment(ONE_THREAD),
        reader,
        writer,
        ProcessPoolExecutor(workers, context, _start_worker, (reader,)) as executor,
    ):
        return _gather(executor, cells, run_cell, take, stop=lambda futures: writer.close())


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables, which processes started in the block inherit."""
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
    """Prepare a worker: it leaves Ctrl-C to the parent, and ends when the parent stops or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # by which a pool ends its workers
    threading.Thread(target=_leave_with_parent, args=(reader,), daemon=True).start()


def _leave_with_parent(reader: Connection) -> None:
    """End this process when the other end of the pipe is closed; killing the parent closes it, too.

    Otherwise a worker of a killed parent would wait for its next cell for ever.
    """
    multiprocessing.connection.wait([reader])
    os._exit(1)


@contextmanager
def _held() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the end of the block; on Windows this does nothing.

    A process started in the block inherits the delay. So a worker never reacts to Ctrl-C in a terminal, which reaches
    every process; the parent handles it.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
