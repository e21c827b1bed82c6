"""The table of the experiments loses nothing and counts nothing twice, whatever is killed; a run does what lacks."""

import io
import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout

import pytest

from helpers.experiments import ONE_THREAD, table
from helpers.experiments.__main__ import main
from helpers.experiments.run import cluster, cost, n_cores, run
from helpers.experiments.table import CHOOSE, REPORT, best, choosing, reporting, row, summary
from tests import fake_cells
from tests.fake_cells import GRIDS, Cell

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results.jsonl"


def record(length, task="made", seeds=(0, 1, 2), **more):
    """Return a record as a run writes it, of a cell of its own."""
    return fake_cells.record(Cell(task, length, seeds=seeds)) | more


def lengths(path):
    """Return the lengths of the cells in the table, sorted."""
    return sorted(record["cell"]["length"] for record in table.read(path))


def lines(path):
    """Return how many lines the file has."""
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def without_times(path):
    """Return the records without what differs from run to run."""
    return [{k: v for k, v in record.items() if k not in ("seconds", "finished")} for record in table.read(path)]


def quiet(cells, path, *arguments, **settings):
    """Run without a bar."""
    return run(cells, path, *arguments, progress=False, **settings)


def start(function, *arguments, **settings):
    """Start the command line with one of the fake functions in a process of its own, with a group of its own."""
    command = [sys.executable, fake_cells.__file__, function, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **settings
    )


def command(function, *arguments):
    """Return exit code, output and complaints of the command line when it has ended."""
    with start(function, *arguments) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def command_here(function, *arguments):
    """Return the same of the command line in this process, which has imported all that it needs."""
    before, out, err = signal.getsignal(signal.SIGTERM), io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(list(map(str, arguments)), GRIDS, getattr(fake_cells, function))
    except SystemExit as end:
        code = end.code
    finally:
        signal.signal(signal.SIGTERM, before)
    return code, out.getvalue(), err.getvalue()


def wait_for_lines(path, n, process):
    """Wait until the table has n lines."""
    until = time.monotonic() + 30
    while lines(path) < n:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)


# The table


def test_what_was_appended_is_read_and_a_table_that_is_not_there_is_empty(path):
    assert table.read(path) == []
    assert [table.append(path, record(n)) for n in (3, 1, 2)] == [True, True, True]
    assert table.read(path) == [json.loads(json.dumps(record(n))) for n in (3, 1, 2)]


def test_a_file_cut_at_any_byte_is_readable_and_the_next_line_goes_where_the_torn_one_stood(path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda fd: None)  # 300 lines on the disk take seconds
    for n in (1, 2):
        table.append(path, record(n))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in [0, 1, *range(first - 2, len(whole))]:
        path.write_bytes(whole[:end])
        # A line is whole with its last brace: who loses the newline alone loses nothing.
        there = [n for n, last in ((1, first - 1), (2, len(whole) - 1)) if end >= last]
        assert lengths(path) == there
        assert table.append(path, record(3))
        assert lengths(path) == [*there, 3]
        assert lines(path) == len(there) + 1


def test_a_tail_of_zero_bytes_as_a_power_cut_leaves_it_is_torn(path):
    table.append(path, record(1))
    with path.open("ab") as file:
        file.write(bytes(300))
    assert lengths(path) == [1]
    table.append(path, record(2))
    assert lengths(path) == [1, 2]


@pytest.mark.parametrize("bad", ["{", "[]", "7", '{"cell": 1}', '{"no": {}}', "", '{"cell": {"length": NaN}}'])
def test_a_broken_line_before_the_last_is_named_and_not_passed_over(path, bad):
    table.append(path, record(1))
    path.write_text(path.read_text("utf-8") + bad + "\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(ValueError, match="line 2: wanted a record"):
        table.read(path)


def test_a_cell_that_stands_there_twice_counts_once(path):
    for n in (1, 2):
        table.append(path, record(n))
    path.write_bytes(path.read_bytes() * 2)
    assert (lengths(path), lines(path)) == ([1, 2], 4)
    table.tidy(path)
    assert (lengths(path), lines(path)) == ([1, 2], 2)


def test_a_cell_is_appended_once(path):
    assert table.append(path, record(1, seconds=1.0))
    assert not table.append(path, record(1, seconds=2.0))
    assert [r["seconds"] for r in table.read(path)] == [1.0]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_never_written(path, number):
    table.append(path, record(1))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not JSON compliant"):
        table.append(path, record(2) | {"result": {"error": [number]}})
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_table_as_it_was(path, monkeypatch):
    table.append(path, record(1))
    before, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:20]))
    with pytest.raises(OSError, match="a part of a line"):
        table.append(path, record(2))
    assert path.read_bytes() == before


def test_two_processes_that_write_at_once_lose_nothing_and_write_nothing_twice(path):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=fake_cells.append_all, args=(path, range(first, first + 60))) for first in (0, 30)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert lengths(path) == list(range(90))
    assert lines(path) == 90


def test_tidy_sorts_by_task_model_and_length_and_a_second_time_changes_nothing(path):
    for task, n in (("b", 2), ("b", 10), ("a", 3), ("b", 1)):
        table.append(path, record(n, task))
    table.tidy(path)
    assert [(r["cell"]["task"], r["cell"]["length"]) for r in table.read(path)] == [
        ("a", 3),
        ("b", 1),
        ("b", 2),
        ("b", 10),
    ]
    stamp = path.stat().st_mtime_ns, path.stat().st_ino
    table.tidy(path)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == stamp


def test_a_kill_in_the_middle_of_tidy_leaves_the_old_table(path, monkeypatch):
    for n in (2, 1):
        table.append(path, record(n))
    before = path.read_bytes()

    def killed(*_):
        raise KeyboardInterrupt

    replace = os.replace
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        table.tidy(path)
    assert path.read_bytes() == before
    monkeypatch.setattr(os, "replace", replace)
    table.tidy(path)
    assert [r["cell"]["length"] for r in table.read(path)] == [1, 2]


def test_a_record_from_before_a_setting_was_there_is_that_of_its_default(path):
    old = record(1)
    del old["cell"]["input_bias"]
    path.write_text(json.dumps(old) + "\n", "utf-8")
    assert table.missing([Cell("made", 1), Cell("made", 1, input_bias=-3.0)], path) == [
        Cell("made", 1, input_bias=-3.0)
    ]
    assert not table.append(path, record(1))
    assert [made["cell"]["input_bias"] for made in table.read(path)] == [0.0]


def test_missing_keeps_the_order_and_counts_every_setting(path):
    table.append(path, record(2))
    cells = [Cell("made", 3), Cell("made", 2), Cell("made", 2, seeds=(0, 1)), Cell("made", 3)]
    assert table.missing(cells, path) == [cells[0], cells[2]]
    table.forget(path, cells)
    assert table.read(path) == []


# The choice


def result(*solved_at):
    """Return a result in which seeds solved the task after these updates."""
    return {"solved_at": list(solved_at)}


def chooser(**settings):
    """Return a cell with the seeds that choose."""
    return Cell("made", **{"length": 3, "seeds": CHOOSE} | settings)


def test_the_seeds_that_report_are_twenty_or_more_and_none_of_those_that_choose():
    assert len(CHOOSE) == 10
    assert len(set(REPORT)) == len(REPORT) >= 20
    assert not set(CHOOSE) & set(REPORT)


@pytest.mark.parametrize(
    ("results", "chosen"),
    [
        ([result(25, 50, None), result(900, 925, 950), result(25, None, None)], 1),  # most solved, however late
        ([result(25, 800, 900), result(700, 300, 350), result(50, 375, 50)], 2),  # of equals the smaller median
        ([result(25, None, 800), result(None, 400, 400), result(None, None, 25)], 1),  # of the solvers alone
        ([result(None, 50, 75), result(75, None, 50), result(50, 75, None)], 0),  # of equals the first
        ([result(None, None, None)] * 3, 0),
    ],
)
def test_chosen_is_what_most_seeds_solve_then_what_its_solvers_solve_sooner_then_the_first(results, chosen):
    rates = (0.1, 0.2, 0.3)
    cells = [chooser(learning_rate=rate) for rate in rates]
    records = [{"cell": cell._asdict(), "result": one} for cell, one in zip(cells, results, strict=True)]
    assert best(records) is records[chosen]
    # The order that counts is that of the cells, not that in which the table holds them.
    assert reporting(cells, records[::-1]) == [chooser(learning_rate=rates[chosen], seeds=REPORT)]


def test_a_row_is_reported_when_all_that_is_tried_of_it_is_there_and_never_by_another_row():
    one = [chooser(learning_rate=rate, max_norm=norm) for rate in (0.1, 0.2) for norm in (1.0, None)]
    others = [chooser(forget_bias=3.0), chooser(length=4), chooser(model="gru"), chooser(input_bias=-1.0)]
    records = [{"cell": cell._asdict(), "result": fake_cells.swift(cell)} for cell in [*one, *others]]
    assert reporting([*one, *others], records[1:]) == [cell._replace(seeds=REPORT) for cell in others]
    assert reporting([*others, *one] * 2, records) == [cell._replace(seeds=REPORT) for cell in [*others, one[0]]]
    assert len({row(cell._asdict()) for cell in one}) == 1
    assert len({row(cell._asdict()) for cell in [*one, *others]}) == 5


def test_where_one_setting_is_tried_nothing_is_chosen_and_it_is_reported_at_once():
    several, alone = [chooser(learning_rate=rate) for rate in (0.1, 0.2)], chooser(model="gru")
    assert choosing([several[0], alone, several[1], alone]) == several
    assert reporting([several[0], alone, several[1], alone], []) == [alone._replace(seeds=REPORT)]


def test_what_the_reporting_seeds_did_never_changes_the_choice():
    cells = [chooser(learning_rate=rate) for rate in (0.1, 0.2)]
    records = [{"cell": cell._asdict(), "result": result(*[k] * 10)} for cell, k in zip(cells, (75, 50), strict=True)]
    report = {"cell": cells[1]._replace(seeds=REPORT)._asdict(), "result": result(*[None] * 20)}
    assert reporting(cells, records) == reporting(cells, [report, *records]) == [cells[1]._replace(seeds=REPORT)]


def test_the_summary_counts_the_reporting_seeds_alone_and_says_how_many_settings_were_tried():
    rates = [chooser(learning_rate=rate) for rate in (0.1, 0.2, 0.3)]
    other, unreported = chooser(forget_bias=3.0), chooser(length=10)
    cells = [*rates, other, unreported, rates[1]._replace(seeds=REPORT), other._replace(seeds=REPORT)]
    elsewhere = row(other._replace(task="other")._asdict())  # where the names stand the other way round
    names = (
        {elsewhere: "LSTM 0"}
        | {row(other._asdict()): "LSTM 3"}
        | {row(cell._asdict()): "LSTM 0" for cell in (rates[0], unreported)}
    )
    text = summary([{"cell": cell._asdict(), "result": fake_cells.swift(cell)} for cell in cells], names)
    head, *lines = text.splitlines()
    assert head == "made: solved by how many of the seeds that report (settings tried), by length"
    assert [line.split() for line in lines] == [
        ["3", "10"],
        ["LSTM", "3", "6/20", "(1)", "-"],
        ["LSTM", "0", "6/20", "(3)", "-"],
    ]


def test_the_shipped_table_is_that_of_the_package_s_data(tmp_path, monkeypatch):
    table.append(tmp_path / "long_lags.jsonl", record(4))
    monkeypatch.setattr(table, "files", {"helpers.data": tmp_path}.get)
    assert table.shipped() == table.read(tmp_path / "long_lags.jsonl") != []


# The run


def test_only_what_the_table_lacks_is_computed_and_the_costly_cells_come_first(path):
    computed = []

    def watched(cell):
        computed.append(cell)
        return fake_cells.swift(cell)

    cells = [Cell("made", 2), Cell("made", 1, n_updates=900), Cell("made", 3), Cell("made", 1, seeds=tuple(range(15)))]
    assert quiet(cells[:1], path, run_cell=watched, workers=1) == {}
    assert quiet(cells * 2, path, run_cell=watched, workers=1) == {}
    assert computed == [cells[0], cells[1], cells[3], cells[2]]
    assert [cost(cell) for cell in computed] == [2 * 100 * 3, 900 * 3, 100 * 15, 3 * 100 * 3]


def test_the_records_are_the_same_from_one_process_a_pool_and_threads(tmp_path):
    cells = GRIDS["few"] + [Cell("other", 5, "tanh", 2.5)]
    paths = [tmp_path / name for name in ("one", "pool", "threads")]
    with ThreadPoolExecutor(2) as threads:
        for path, how in zip(paths, ({"workers": 1}, {"workers": 2}, {"executor": threads}), strict=True):
            assert quiet(cells, path, run_cell=fake_cells.swift, **how) == {}
    one, pool, threads = map(without_times, paths)
    assert one == pool == threads
    assert [r["result"] for r in one] == [json.loads(json.dumps(fake_cells.swift(cell))) for cell in cells]


@pytest.mark.parametrize("how", ["one", "pool", "threads"])
def test_a_cell_that_raises_is_named_and_stops_no_other(path, how):
    cells = [Cell("made", n) for n in range(1, 6)]
    with ThreadPoolExecutor(2) as threads:
        settings = {"one": {"workers": 1}, "pool": {"workers": 2}, "threads": {"executor": threads}}[how]
        failed = quiet(cells, path, run_cell=fake_cells.raises_at_two, **settings)
    assert set(failed) == {cells[1], cells[2]}
    assert failed[cells[1]].startswith("TwoArguments: two is too short (fake_cells.py, line ")
    assert failed[cells[2]].startswith("ValueError: Out of range float values are not JSON compliant")
    assert lengths(path) == [1, 4, 5]


@POSIX
@pytest.mark.thorough  # the test below loses cells with a killed worker, too
def test_what_was_lost_with_a_killed_worker_is_run_again(path, tmp_path):
    mark = tmp_path / "kill me"
    mark.touch()
    cells = [Cell(str(mark), n) for n in range(1, 11)]
    assert quiet(cells, path, run_cell=fake_cells.dies_once, workers=2) == {}
    assert not mark.exists()
    assert (lengths(path), lines(path)) == (list(range(1, 11)), 10)


@POSIX
def test_a_cell_that_kills_every_worker_is_named_and_its_neighbours_finish(path):
    cells = [Cell("made", n) for n in range(1, 9)]
    failed = quiet(cells, path, run_cell=fake_cells.always_dies_at_five, workers=2)
    assert list(failed) == [cells[4]]
    assert "died" in failed[cells[4]]
    assert (lengths(path), lines(path)) == ([1, 2, 3, 4, 6, 7, 8], 7)


def test_a_worker_has_one_thread_for_blas_and_this_process_keeps_its_own_number(path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    quiet([Cell("made", n) for n in range(1, 4)], path, run_cell=fake_cells.threads, workers=2)
    results = [record["result"] for record in table.read(path)]
    assert [result["threads"] for result in results] == [["1"]] * 3
    assert os.getpid() not in {result["pid"] for result in results}
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ
    assert {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"} < set(ONE_THREAD)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_there_are_as_many_workers_as_cores_that_may_be_used(path):
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert n_cores() == 1
        quiet([Cell("made", 1)], path, run_cell=fake_cells.threads)
        assert table.read(path)[0]["result"]["pid"] == os.getpid()
    finally:
        os.sched_setaffinity(0, before)
    assert n_cores() == len(before)


def test_a_record_says_what_made_it(path):
    quiet(GRIDS["few"][:1], path, run_cell=fake_cells.slow, workers=1)
    (made,) = table.read(path)
    assert Cell(**{**made["cell"], "seeds": tuple(made["cell"]["seeds"])}) == GRIDS["few"][0]
    assert 0.05 <= made["seconds"] < 5
    assert made["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert set(made["versions"]) == {"python", "numpy", "helpers", "system"}


def test_a_setting_that_cannot_be_stored_is_refused_before_anything_is_computed(path):
    def never(cell):
        raise AssertionError

    with pytest.raises(ValueError, match="every setting must be one that JSON can hold, got Cell"):
        quiet([GRIDS["few"][0], Cell("made", 1, max_norm=float("inf"))], path, run_cell=never, workers=1)
    with pytest.raises(ValueError, match="workers must be 1 or more, got 0"):
        quiet(GRIDS["few"], path, run_cell=never, workers=0)
    assert not path.exists()


def test_the_bar_is_shown_on_a_terminal_or_where_it_is_asked_for(tmp_path, capsys):
    for progress, shown in ((None, False), (False, False), (True, True)):
        run(GRIDS["few"], tmp_path / str(progress), run_cell=fake_cells.swift, workers=1, progress=progress)
        out, err = capsys.readouterr()
        assert (out, "3/3" in err, "few 1 lstm: 1 of 3 solved" in err) == ("", shown, shown)


# The command line


# What Python itself says in a process whose parent was killed after it had started it and before it told it its work,
# which on a busy machine is some time. There is nothing of ours in it yet, and nobody there to catch it.
ORPHAN = re.compile(
    r"Traceback \(most recent call last\):\n(?:  .*\n)*?.*pickle\.load\(from_parent\)\n(?: .*\n)*"
    r"(?:EOFError: Ran out of input|_pickle\.UnpicklingError: pickle data was truncated)\n"
)


def test_of_what_a_killed_run_says_only_the_words_of_an_orphan_are_passed_over():
    orphan = (
        'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n  File "spawn.py", line 130, in '
        "_main\n    preparation_data = reduction.pickle.load(from_parent)\n                       ^^^^\n"
        "EOFError: Ran out of input\n"
    )
    other = orphan.replace("from_parent", "from_table")
    assert ORPHAN.sub("", f"before\n{orphan}after\n") == "before\nafter\n"
    assert ORPHAN.sub("", other) == other
    assert ORPHAN.sub("", other + orphan) == other


@POSIX
def test_kills_at_random_moments_lose_nothing_that_was_written_and_count_nothing_twice(path, tmp_path, thorough):
    rng, finished, before, n_kills = random.Random(1997), tmp_path / "finished", set(), 10 if thorough else 4
    environment = os.environ | {"FINISHED": str(finished)}
    for kill in range(n_kills):
        process = start("slow", "many", "--table", path, "--workers", 2, env=environment)
        if kill % 2:  # while it works; else perhaps while it starts
            wait_for_lines(path, lines(path) + 1, process)
        time.sleep(rng.uniform(0, 0.1 if kill % 2 else 0.6))
        process.kill()
        # The pipes end with the last process that holds them: the workers have gone as well.
        _, err = process.communicate(timeout=20)
        assert (process.returncode, "Traceback" in ORPHAN.sub("", err)) == (-signal.SIGKILL, False), err
        now = set(lengths(path))
        assert before <= now < set(range(1, 81))
        before = now
    assert len(before) >= n_kills // 2
    assert command("slow", "many", "--table", path, "--workers", 2)[0] == 0
    assert (lengths(path), lines(path)) == (list(range(1, 81)), 80)
    # What a kill wastes is what was done and not yet written: of each worker one cell, or one more that has just begun.
    assert finished.stat().st_size <= 80 + n_kills * 4


@POSIX
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_is_finished_and_ends_at_once(path, sent, workers):
    table.append(path, record(2, "few", seeds=REPORT))
    process = start("endless_but_last", "few", "--table", path, "--workers", workers)
    wait_for_lines(path, 2, process)
    # Ctrl-C in a terminal reaches every process of the group; who stops a job by its number reaches the parent alone.
    (os.killpg if sent == signal.SIGINT else os.kill)(process.pid, sent)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Interrupted: 2 of 3 cells are in ")
    assert "Traceback" not in err
    assert lengths(path) == [2, 3]


@POSIX
def test_an_interrupt_while_the_workers_start_is_the_parent_s_affair_too(path, tmp_path):
    mark = tmp_path / "starting"
    process = start("swift", "many", "--table", path, "--workers", 2, env=os.environ | {"STARTING": str(mark)})
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err.count("\n"), "Traceback" in err) == (130, 1, False)


def test_the_command_prints_the_solved_seeds_and_goes_on_where_it_was(path):
    code, out, err = command("raises_at_two", "few", "--table", path, "--workers", 1)
    assert code == 1
    assert [line.split() for line in out.splitlines()[1:]] == [["1"], ["lstm", "2/20", "(1)"]]
    assert err.count("failed: few, length") == 2
    code, out, err = command_here("swift", "few", "--table", path)
    assert (code, out.splitlines()[-1].split()[1::2], err) == (0, ["2/20", "4/20", "6/20"], "")
    assert lines(path) == 3


def test_the_command_chooses_then_reports_and_of_an_old_table_computes_what_it_lacks(path):
    for cell in GRIDS["rates"][:3]:  # all that chooses at length 1, and a part at 2
        table.append(path, {"cell": cell._asdict(), "result": result(90), "seconds": -1.0})
    code, out, _ = command_here("swift", "rates", "--table", path, "--list")
    assert [line.split()[0] for line in out.splitlines()] == ["rates:"] + ["there"] * 3 + ["missing"] * 2
    assert out.startswith("rates: 3 of 6 cells are in ")  # what length 2 will report is not known yet
    code, out, err = command_here("swift", "rates", "--table", path, "--workers", 1, "--progress")
    assert code == 0
    assert [line.split() for line in out.splitlines()[1:]] == [["1", "2"], ["lstm", "2/20", "(2)", "4/20", "(2)"]]
    assert "choosing: 100%" in err
    assert "reporting: 100%" in err
    made = {
        (r["cell"]["length"], r["cell"]["learning_rate"], len(r["cell"]["seeds"])): r["seconds"]
        for r in table.read(path)
    }
    old, new = [(1, 0.1, 3), (1, 0.2, 3), (2, 0.1, 3)], [(2, 0.2, 3), (1, 0.1, 20), (2, 0.2, 20)]
    assert {one: seconds >= 0 for one, seconds in made.items()} == dict.fromkeys(old, False) | dict.fromkeys(new, True)


def test_the_list_says_which_cells_are_there_and_fresh_takes_them_out(path):
    for n in (1, 3):
        table.append(path, record(n, "few", REPORT, seconds=-1.0))
    table.append(path, record(3, "many", REPORT, seconds=-1.0))
    code, out, err = command_here("swift", "few", "--table", path, "--list")
    assert (code, err) == (0, "")
    assert out.startswith("few: 2 of 3 cells are in ")
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["there", "missing", "there"]
    assert command_here("swift", "few", "--table", path, "--fresh", "--workers", "1")[0] == 0
    made = {(r["cell"]["task"], r["cell"]["length"]): r["seconds"] for r in table.read(path)}
    assert made.pop(("many", 3)) == -1
    assert len(made) == 3
    assert min(made.values()) >= 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fwe"], "no experiment is called 'fwe'; there are 'few', 'many', 'rates'"),
        (["few", "--workers", "0"], "--workers must be 1 or more, got 0"),
        (["few", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "--workers and --scheduler exclude each other"),
        (["few", "--table", os.devnull + "/no/where"], os.devnull + "/no/where"),
    ],
)
def test_a_wrong_command_is_told_what_is_wrong(arguments, message, tmp_path):
    code, out, err = command_here("swift", *arguments)
    assert (code, out, "Traceback" in err) == (2, "", False)
    assert message in err


# A cluster


INSTALL = r"pip install -e '\.\[experiments\]'"


def test_who_lacks_dask_is_told_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=INSTALL), cluster("tcp://127.0.0.1:8786"):
        pass


def test_who_lacks_the_bar_is_told_how_to_install_it(monkeypatch, path):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=INSTALL):
        run([], path)


@POSIX
def test_a_cluster_one_of_whose_workers_is_killed_loses_nothing_and_counts_nothing_twice(path, tmp_path):
    distributed = pytest.importorskip("distributed")
    mark = tmp_path / "kill me"
    mark.touch()
    cells = [Cell(str(mark), n) for n in range(1, 21)]
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        workers = {worker.pid for worker in local.workers.values()}
        with cluster(local.scheduler_address) as executor:
            assert quiet(cells, path, executor, fake_cells.dies_once) == {}
        assert not mark.exists()
        assert workers != {worker.pid for worker in local.workers.values()}
        code, out, err = command_here(
            "swift", "few", "--table", tmp_path / "few", "--scheduler", local.scheduler_address
        )
        assert (code, out.splitlines()[-1].split()[1::2], err) == (0, ["2/20", "4/20", "6/20"], "")
    assert (lengths(path), lines(path)) == (list(range(1, 21)), 20)
    one = tmp_path / "one"
    quiet(cells, one, run_cell=fake_cells.swift, workers=1)
    assert without_times(path) == without_times(one)
