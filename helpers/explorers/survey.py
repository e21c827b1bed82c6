"""The explorer of the shipped table: which seeds solved a task, by model and length, and when (notebook 10)."""

from typing import NamedTuple

import numpy as np

from helpers.experiments.cells import ROWS, Reported, reported
from helpers.experiments.table import CHOOSE, REPORT
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import counted
from helpers.figures import survey as figures
from helpers.maths.tasks import TASKS, wilson_interval
from helpers.maths.training import CHECK_EVERY

LABELS = {"temporal order": "order", "adding": "adding", "Jane and she": "jane", "one bit": "latch"}
LENGTHS = (10, 20, 50, 100, 200)


class SurveyRow(NamedTuple):
    """One model with its start: by length what the table reports of it, None where it was not trained.

    low, high : by length the 95 % interval of the share of seeds that solve it; NaN where it was not trained.
    """

    label: str
    reports: list[Reported | None]
    low: np.ndarray
    high: np.ndarray


def survey_state(task: str, length: int, row: int = 1) -> dict:
    """Read from the shipped table what the survey shows, with the place of the length that is nearest by ratio.

    Of two that are as near it is the shorter one. Of the row that is marked, counted from the top, it says for each
    length up to that one how many seeds had solved the task when they were tested.
    """
    lengths = sorted({one for _, one in ROWS[task]})
    rows = []
    for name in dict.fromkeys(name for name, _ in ROWS[task]):
        reports = [reported(task, one, name) if (name, one) in ROWS[task] else None for one in lengths]
        interval = [wilson_interval(r.n_solved, len(r.solved_at)) if r else (np.nan, np.nan) for r in reports]
        rows.append(SurveyRow(name.replace("-", "−"), reports, *np.transpose(interval)))
    line, place = min(row, len(rows)) - 1, int(np.abs(np.log(lengths) - np.log(length)).round(9).argmin())
    n_updates = next(iter(ROWS[task].values()))[0].n_updates
    checks, solved_by = np.arange(0, n_updates + 1, CHECK_EVERY), [None] * figures.MOST_COLUMNS
    for k, report in enumerate(rows[line].reports[: place + 1]):
        if report:
            solved_by[k] = np.searchsorted(report.updates, checks, side="right")
    return {
        "lengths": lengths,
        "place": place,
        "line": line,
        "checks": checks,
        "solved_by": solved_by,
        "n_tried": [min(row.reports[k].n_tried for row in rows if row.reports[k]) for k in range(len(lengths))],
        "n_updates": n_updates,
        "chance": 1.0 - TASKS[task].chance,
        "rows": rows,
    }


def describe_survey(state) -> str:
    """Say how many of the reporting seeds of each row solved the task at one length, and what was tried."""
    there = [(row.label, row.reports[state.place]) for row in state.rows if row.reports[state.place]]
    n = len(REPORT)
    all_of_them = [label for label, report in there if report.n_solved == n]
    none = [label for label, report in there if not report.n_solved]
    some = [f"{report.n_solved} with {label}" for label, report in there if 0 < report.n_solved < n]
    told = [f"All {n} solve it with {', '.join(all_of_them)}."] if all_of_them else []
    told += [f"No seed solves it with {', '.join(none)}."] if none else []
    told += [f"Some do: {', '.join(some)}."] if some else []
    usual = state.n_tried[state.place]
    more = "".join(f", {report.n_tried} of {label}" for label, report in there if report.n_tried > usual)
    chosen = f"Chosen by seeds {CHOOSE[0]} to {CHOOSE[-1]}, reported" if usual > 1 else "Nothing chosen; reported"
    return (
        f"{state.task_label[0].upper()}{state.task_label[1:]}, length {state.lengths[state.place]}, at most "
        f"{state.n_updates} updates. {chosen} by {n} {'others' if usual > 1 else 'seeds'}. "
        f"{' '.join(told)} Settings tried: {usual} of each{more}. A constant answer is right in {state.chance:.0%}. "
        f"Marked is {_when(state.rows[state.line], state.place)}"
    )


def _when(row: SurveyRow, place: int) -> str:
    """Say after how many updates the seeds of a row solve the task."""
    report = row.reports[place]
    if report is None:
        return f"{row.label}, which was not trained at this length."
    updates = report.updates
    if not updates:
        return f"{row.label}: none of its seeds solves it."
    half = updates[(len(updates) - 1) // 2]
    when = f"after {updates[0]} updates, half of them by {half}, the last after {updates[-1]}"
    return f"{row.label}: the first of {counted(len(updates), 'seed')} solves it {when}."


def survey_explorer(task: str = "order", length: int = 50, row: int = 1) -> Explorer:
    """Return the explorer of the shipped table: which seeds solved a task, by model and length, and when."""
    controls = [
        Choice("task", "task", LABELS, task),
        Choice("length", "length nearest to", LENGTHS, length),
        Slider("row", "row that is marked", 1, figures.MOST_ROWS, row, 1),
    ]
    return Explorer(controls, survey_state, figures.Survey(), describe_survey)
