"""What notebook 10 says: of the shipped table, of its trainings, and of the lecture's last statements."""

import json
import re
from collections import Counter
from math import log
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.experiments.cells import AFTER, ALL, GRIDS, ROWS, reported, run_cell, starts
from helpers.experiments.table import CHOOSE, REPORT, choosing, key, reporting, shipped
from helpers.explorers.training import (
    LABELS,
    LENGTHS,
    SNAPSHOT,
    gap_explorer,
    gap_state,
    smoothed,
    survey_explorer,
    survey_state,
    watched,
)
from helpers.maths.gru import gru_run, random_gru
from helpers.maths.lstm import LSTM, lstm_run, random_lstm
from helpers.maths.tasks import TASKS, draw, is_wrong, wilson_interval
from helpers.maths.training import Recipe, Training
from tests.sweeping import close


def solved(task, length, *names):
    """Return of how many of the twenty reporting seeds each row solved a task."""
    return [reported(task, length, name).n_solved for name in names]


# The table


def test_the_table_holds_every_cell_that_chooses_and_every_chosen_one_that_reports_once_and_no_other():
    cells = [cell for grid in GRIDS.values() for cell in grid]
    cells = {*choosing(cells), *reporting(cells, shipped())}
    assert Counter(key(record["cell"]) for record in shipped()) == Counter(key(cell._asdict()) for cell in cells)


def test_every_row_is_reported_by_twenty_seeds_that_did_not_choose_its_setting():
    solved_at = {key(record["cell"]): record["result"]["solved_at"] for record in shipped()}
    for task, rows in ALL:
        for (name, length), cells in rows.items():
            report = reported(task, length, name)
            assert report.n_tried == len(cells)
            assert len(report.solved_at) == len(report.cell["seeds"]) == 20
            assert not set(report.cell["seeds"]) & set(range(10))
            assert report.cell | {"seeds": tuple(range(10))} in [cell._asdict() for cell in cells]
            assert report.chosen_by == solved_at.get(key(report.cell | {"seeds": [*range(10)]}))
            assert (report.chosen_by is None) == (len(cells) == 1)


def test_the_settings_tried_are_as_many_for_every_row_of_a_length_but_for_two_that_are_tried_without_clipping_too():
    for task, rows in ALL:
        for (name, length), cells in rows.items():
            unclipped = task != "latch" and name in ("tanh 1", "ReLU from I")
            assert len(set(cells)) == (1 if length == 200 else 4 if unclipped else 2)
            assert {cell.seeds for cell in cells} == {tuple(range(10))}


def test_what_is_quick_is_a_part_of_the_order_s_rows():
    assert set(GRIDS["quick"]) < set(GRIDS["order"])
    assert {cell.length for cell in GRIDS["quick"]} == {10, 50}


def test_a_row_that_nobody_trained_is_refused_by_name():
    with pytest.raises(ValueError, match="the table has no row 'LSTM 7' of 'order' at length 50"):
        reported("order", 50, "LSTM 7")
    with pytest.raises(ValueError, match="the table has no row 'GRU' of 'nim' at length 50"):
        reported("nim", 50, "GRU")


def test_the_name_of_a_gated_net_says_its_biases():
    for task, rows in ALL:
        for name, length in rows:
            start = starts(task, length)[name]
            if start["model"] == "lstm":
                bias, _, tied = name.removeprefix("LSTM ").partition(" ")
                wanted = round(log(length - 1), 3) if bias == "ln(T-1)" else float(bias)
                assert (start["forget_bias"], start.get("input_bias", 0)) == (wanted, -wanted if tied else 0)
            elif start["model"] == "tanh":
                assert start["gain"] == float(name.removeprefix("tanh "))
            elif start["model"] == "min_gru":
                assert start.get("forget_bias", 0) == float(name.removeprefix("minGRU "))


def test_every_record_says_with_what_it_was_made_and_every_seed_has_one_fate():
    for record in shipped():
        assert {"python", "numpy", "helpers"} <= record["versions"].keys()
        result, n = record["result"], len(record["cell"]["seeds"])
        for solved_at, diverged_at, wrong in zip(
            *(result[k] for k in ("solved_at", "diverged_at", "wrong")), strict=True
        ):
            assert solved_at is None or diverged_at is None
            assert (wrong is None) == (diverged_at is not None)
            assert solved_at is None or (wrong < 0.01 and 1 <= solved_at <= record["cell"]["n_updates"])
        assert len(result["wrong"]) == n
        assert tuple(record["cell"]["seeds"]) in (CHOOSE, REPORT)


def test_a_cell_of_the_table_computed_again_comes_out_the_same():
    cell = next(c for c in GRIDS["latch"] if c.model == "tanh" and c.gain == 1.5 and c.length == 40)
    shipped_result = next(r["result"] for r in shipped() if key(r["cell"]) == key(cell._asdict()))
    counts = [sum(k is not None for k in result["solved_at"]) for result in (run_cell(cell), shipped_result)]
    assert abs(counts[0] - counts[1]) <= 1  # another processor may round otherwise


def test_a_seed_that_diverges_is_recorded_with_its_update_and_the_record_is_json():
    # 9^50 is beyond single precision, so the first run already is.
    result = run_cell(Recipe("latch", 50, "irnn", gain=9.0, max_norm=None, n_updates=30))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["diverged_at"] == [1] * 5
    assert result["wrong"] == result["loss"] == result["solved_at"] == [None] * 5


@pytest.mark.claim("C75")
def test_temporal_order_is_solved_by_tanh_nets_at_10_and_not_at_50_whatever_their_gain():
    tanh = ("tanh 0.8", "tanh 1", "tanh 1.5")
    assert solved("order", 10, *tanh) == [20, 20, 20]
    assert max(solved("order", 50, *tanh)) <= 1
    assert sum(len(ROWS["order"][name, 50]) for name in tanh) == 8  # settings


def test_temporal_order_at_50_is_solved_by_nearly_all_lstms_with_forget_bias_3_and_by_none_with_0():
    assert solved("order", 50, "LSTM 3")[0] >= 18
    assert solved("order", 50, "LSTM 0")[0] <= 1


def test_to_hear_the_first_symbol_before_training_is_neither_enough_nor_needed_to_learn_the_order():
    heard = {}
    for name in ("tanh 1.5", "GRU", "LSTM 0", "LSTM 3"):
        flow = Training(Recipe("order", 50, **starts("order", 50)[name], seeds=REPORT)).flow()
        heard[name] = np.median(flow[42] - flow[0])
    assert min(heard["tanh 1.5"], heard["LSTM 3"]) > -2
    assert max(heard["GRU"], heard["LSTM 0"]) < -5
    assert max(solved("order", 50, "tanh 1.5", "LSTM 0")) <= 1
    assert solved("order", 50, "GRU")[0] > 10
    assert solved("order", 50, "LSTM 3")[0] >= 18


def test_at_adding_plain_nets_fail_at_50_and_gated_ones_do_not():
    plain = "tanh 0.8", "tanh 1", "tanh 1.5", "ReLU from I"
    assert max(solved("adding", 50, *plain)) <= 1
    assert 0 < sum(solved("adding", 20, *plain)) < 40
    assert min(solved("adding", 50, "GRU", "LSTM 0", "LSTM 1", "LSTM 3")) >= 18
    others = "LSTM ln(T-1)", "LSTM 3 tied", "LSTM ln(T-1) tied"
    assert min(solved("adding", 50, *others)) >= 15


@pytest.mark.draws
def test_most_lstms_with_forget_bias_0_hear_less_than_a_thousandth_of_the_first_number_before_training(draws):
    flow = Training(Recipe("adding", 50, "lstm", forget_bias=0.0, seeds=tuple(draws()))).flow()
    assert np.mean(flow[-2] - flow[0] < -3) > 0.8  # seen: in all but one or two of thirty


def test_all_that_report_learn_the_sum_over_50_steps_with_forget_bias_0():
    assert solved("adding", 50, "LSTM 0") == [20]


@pytest.mark.claim("C75")
def test_one_bit_over_160_steps_is_held_by_tanh_nets_of_gain_1_5_and_not_by_lstms_with_forget_bias_0():
    assert solved("latch", 160, "tanh 1.5")[0] >= 11
    assert solved("latch", 160, "LSTM 0")[0] <= 1


def test_lstms_with_forget_bias_0_hold_one_bit_over_10_steps_and_not_over_40_or_more():
    assert [solved("latch", length, "LSTM 0")[0] for length in (10, 40, 80, 160)] == [20, 0, 0, 0]


def test_over_200_steps_the_order_is_learned_by_tied_lstms_and_not_by_those_that_only_forget_slowly():
    tied, alone = reported("order", 200, "LSTM ln(T-1) tied"), reported("order", 200, "LSTM ln(T-1)")
    assert tied.n_solved >= 18
    assert max(alone.n_solved, reported("order", 200, "LSTM 3").n_solved) <= 4
    (low, _), (_, high) = (wilson_interval(r.n_solved, len(r.solved_at)) for r in (tied, alone))
    assert low > high


def test_over_200_steps_the_sum_too_is_learned_by_tied_lstms_and_by_few_with_the_same_forget_bias_alone():
    tied, alone = (reported("adding", 200, name) for name in ("LSTM ln(T-1) tied", "LSTM ln(T-1)"))
    assert tied.cell["forget_bias"] == alone.cell["forget_bias"]
    assert (tied.n_solved, alone.n_solved) == (20, 3)
    (low, _), (_, high) = (wilson_interval(r.n_solved, len(r.solved_at)) for r in (tied, alone))
    assert low > high


def test_a_tied_lstm_with_forget_bias_3_learns_the_order_over_200_steps_where_the_untied_does_not():
    tied, alone = solved("order", 200, "LSTM 3 tied", "LSTM 3")
    assert tied > 10 > alone == 0


@pytest.mark.draws
@pytest.mark.parametrize("task", ["order", "adding"])
def test_a_cell_that_forgets_slowly_fills_up_and_falls_silent_unless_it_is_written_to_as_slowly(task, draws):
    size, hears = cells_before_training(task, 200, draws())
    alone, tied = "LSTM ln(T-1)", "LSTM ln(T-1) tied"
    assert np.median(size[alone]) > 10
    assert max(size[tied]) < 1
    assert np.median(hears[alone]) < 1e-6  # what a cell that is full lets out
    assert min(hears[tied]) > 0.3


def cells_before_training(task, length, seeds):
    """Return of each seed, by row, the rms of c at the end and the median of dh/dc = o (1 - tanh(c)^2)."""
    size, hears = {}, {}
    for name in ("LSTM 3", "LSTM ln(T-1)", "LSTM 3 tied", "LSTM ln(T-1) tied"):
        training = Training(Recipe(task, length, **starts(task, length)[name], seeds=tuple(seeds)))
        size[name], hears[name] = [], []
        for s, seed in enumerate(seeds):
            X, _ = draw(task, np.random.default_rng([seed, 1]), length, 1)
            run = lstm_run(training.net(s), X[..., 0])
            size[name].append(np.sqrt(np.mean(run.C[-1] ** 2)))
            hears[name].append(np.median(run.O[-1] / np.cosh(run.C[-1]) ** 2))
    return size, hears


def two_linear_cells(X, leak):
    """Return the outputs of a linear recurrence of two cells with a linear readout, for inputs X (T, 6, B)."""
    W, U = (
        np.diag([1.0, leak]),
        np.array([[1, -1, 0, 0, 0, 0]] * 2),
    )  # both read A as 1 and B as -1; one keeps, one leaks
    V = np.array(
        [[1, 0], [1, -2], [-1, 2], [-1, 0]]
    )  # of AA, AB, BA, BB: the first is kept - leaking, the second leaking
    h = np.zeros((2, X.shape[-1]))
    for x in X:
        h = W @ h + U @ x
    return V @ h


@pytest.mark.parametrize("length", [10, 23, 50, 200, 1000])
@pytest.mark.parametrize("leak", [0.5, 1.0])
def test_temporal_order_needs_no_gate_two_linear_cells_answer_it_at_every_length(length, leak):
    """What leaks has the sign of the later symbol, which lost less; the loss that of the earlier, which lost more."""
    X, D = draw("order", np.random.default_rng(length), length, 2000)
    assert not is_wrong("order", two_linear_cells(X, 1 - leak / length), D).any()


@pytest.mark.claim("D21: false of adding")
def test_adding_is_not_solved_by_any_linear_function_of_the_sequence_so_by_no_linear_recurrence():
    """Least squares over all that was read, on more sequences than it has weights; a constant answer has 64 % wrong."""
    (X, D), (fresh, wanted) = (draw("adding", np.random.default_rng(seed), 20, 5000) for seed in (0, 1))
    features, others = (np.vstack([A.reshape(-1, A.shape[-1]), np.ones(A.shape[-1])]) for A in (X, fresh))
    weights = np.linalg.lstsq(features.T, D.T, rcond=None)[0]
    assert is_wrong("adding", weights.T @ others, wanted).mean() > 0.5


# What came after the LSTM (notebook 11)


@pytest.mark.parametrize("task", AFTER)
def test_each_net_that_came_after_is_reported_at_50_100_and_200_steps(task):
    assert {length for _, length in AFTER[task]} == {50, 100, 200}
    for name in {name for name, _ in AFTER[task]}:
        for length in (50, 100, 200):
            row = reported(task, length, name)
            solvers = [update for update in row.solved_at if update is not None]
            assert row.n_solved == len(solvers)
            assert row.median_update == (np.median(solvers) if solvers else None)


def test_the_parameters_of_a_net_are_those_of_its_equations():
    """Temporal order: 16 states, 6 inputs, 4 classes; the readout has 4 (16 + 1)."""
    wanted = {"minGRU 3": 32 * 6 + 32, "diagonal": 16 * 6 + 16 + 32, "attention": 16 * 6 + 16 + 3 * 16 * 16}
    wanted |= {"LSTM ln(T-1) tied": 64 * (6 + 16 + 1), "attention, no positions": wanted["attention"]}
    for name, n in wanted.items():
        assert reported("order", 50, name).n_parameters == n + 4 * 17


@pytest.mark.claim("D21")
def test_a_diagonal_recurrence_learns_the_order_and_never_the_sum_which_most_learn_with_a_relu_before_it():
    for length in (50, 100, 200):
        assert solved("adding", length, "diagonal") == [0]
        assert solved("adding", length, "ReLU, diagonal")[0] > 10
    assert min(solved("order", length, "diagonal")[0] for length in (50, 100)) >= 18
    assert 18 > solved("order", 200, "diagonal")[0] > solved("order", 200, "ReLU, diagonal")[0] > 0


@pytest.mark.claim("D22")
def test_without_positions_attention_has_a_quarter_of_the_order_wrong_and_learns_the_sum():
    cells = [r for r in shipped() if (r["cell"]["task"], r["cell"]["model"]) == ("order", "set_attention")]
    assert len(cells) > 4
    for cell in cells:
        assert min(cell["result"]["wrong"]) > 0.25 - 4 * (0.25 * 0.75 / 10_000) ** 0.5  # four standard deviations
    for length in (50, 100, 200):
        assert solved("order", length, "attention, no positions") == [0]
        assert solved("order", length, "attention")[0] >= 18
        assert solved("adding", length, "attention, no positions")[0] >= 18
        sooner, later = (reported("adding", length, name) for name in ("attention, no positions", "attention"))
        assert sooner.median_update < later.median_update


def test_a_min_gru_that_begins_by_forgetting_finds_the_order_in_few_seeds_and_later_the_sum_in_most():
    for length in (50, 100, 200):
        forgets, keeps = (reported("order", length, name) for name in ("minGRU 0", "minGRU 3"))
        assert forgets.n_solved < 10 < 18 <= keeps.n_solved
        forgets, keeps = (reported("adding", length, name) for name in ("minGRU 0", "minGRU 3"))
        assert forgets.n_solved > 10
        assert forgets.median_update > keeps.median_update
    assert solved("order", 200, "minGRU 0") == [0]


# The explorers


@pytest.mark.parametrize("task", LABELS.values())
def test_the_survey_shows_every_row_of_the_table_with_the_interval_of_its_reporting_seeds(task):
    state = survey_state(task, 50)
    shown = {
        (row.label, length): (report, low, high)
        for row in state["rows"]
        for length, report, low, high in zip(state["lengths"], row.reports, row.low, row.high, strict=True)
        if report
    }
    assert shown.keys() == {(name.replace("-", "−"), length) for name, length in ROWS[task]}
    for (name, length), (report, low, high) in shown.items():
        assert report == reported(task, length, name.replace("−", "-"))
        assert (low, high) == wilson_interval(report.n_solved, 20)


@pytest.mark.parametrize("task", LABELS.values())
def test_the_survey_reads_off_the_length_that_is_nearest(task):
    lengths = sorted({length for _, length in ROWS[task]})
    for length in LENGTHS:
        state = survey_state(task, length)
        nearest = min(lengths, key=lambda one: round(abs(log(one / length)), 9))
        assert state["lengths"][state["place"]] == nearest
        assert nearest == length or length not in lengths


def test_the_survey_s_sentence_says_each_count_of_the_length_and_who_chose_and_who_reports():
    sentence = survey_explorer("order", length=50).sentence
    assert sentence.startswith(
        "Temporal order, length 50, at most 1000 updates. Chosen by seeds 0 to 9, reported by 20 "
    )
    counts = {name.replace("-", "−"): reported("order", 50, name).n_solved for name, T in ROWS["order"] if T == 50}
    by_count = {n: ", ".join(label for label, count in counts.items() if count == n) for n in (0, 20)}
    others = ", ".join(f"{count} with {label}" for label, count in counts.items() if count not in (0, 20))
    assert f"All 20 solve it with {by_count[20]}. No seed solves it with {by_count[0]}. Some do: {others}." in sentence
    assert "tried: 2 of each, 4 of tanh 1, 4 of ReLU from I. A constant answer is right in 25%. " in sentence


@pytest.mark.parametrize(
    ("settings", "label", "name"),
    [
        ({"task": "order", "length": 50, "row": 5}, "GRU", "GRU"),
        ({"task": "latch", "length": 50, "row": 11}, "LSTM 5", "LSTM 5"),  # one of seven: the last
        ({"task": "adding", "length": 20, "row": 8}, "LSTM 3", "LSTM 3"),
    ],
)
def test_of_the_marked_row_the_curves_say_how_many_seeds_had_solved_it_when(settings, label, name):
    explorer = survey_explorer(**settings)
    state, last = explorer._state, None
    for k, (length, curve) in enumerate(zip(state.lengths, state.solved_by, strict=False)):
        if k > state.place or (name, length) not in ROWS[settings["task"]]:
            assert curve is None  # no longer length is given away
            continue
        last = [u for u in reported(settings["task"], length, name).solved_at if u is not None]
        for check, n in zip(state.checks, curve, strict=True):
            assert n == sum(update <= check for update in last)
    said = re.search(
        rf"Marked is {label}: the first of (\d+) seeds? solves it after (\d+) .* by (\d+), the last after (\d+)\.$",
        explorer.sentence,
    )
    n, first, half, end = map(int, said.groups())
    assert (n, first, end) == (len(last), min(last), max(last))
    assert sum(update <= half for update in last) >= n / 2 > sum(update < half for update in last)


def test_of_a_marked_row_that_nobody_solves_or_trained_the_survey_says_so():
    assert survey_explorer("order", length=50, row=1).sentence.endswith(
        "Marked is tanh 0.8: none of its seeds solves it."
    )
    untrained = survey_explorer("order", length=200, row=1).sentence
    assert untrained.endswith("Marked is tanh 0.8, which was not trained at this length.")


@pytest.fixture(scope="module", params=LABELS.values())
def survey(request):
    """A task and its survey, as the test before has left it."""
    explorer = survey_explorer(request.param)
    yield request.param, explorer
    close(explorer)


def test_the_columns_of_the_survey_stand_side_by_side_and_leave_no_more_than_a_fifth_of_it_blank(survey):
    task, explorer = survey
    explorer.update(length=200)
    boxes = [axes.get_position() for axes in explorer._scene.columns if axes.get_visible()]
    assert len(boxes) == len(survey_state(task, 200)["lengths"])
    names = explorer._scene.names.get_position()
    assert [box.x0 for box in boxes] == pytest.approx([names.x1, *(box.x1 for box in boxes[:-1])])
    assert (0.79 if len(boxes) < 4 else 0.99) < boxes[-1].x1 < 1


def test_the_survey_draws_a_full_dot_for_each_seed_that_solved_and_an_empty_one_for_each_that_did_not(survey):
    task, explorer = survey
    scene = explorer._scene
    for length in (10, 20, 200):
        explorer.update(length=length)
        shown = explorer._state.lengths[: explorer._state.place + 1]
        counts = [text for axes in scene.columns for text in axes.texts if text.get_text().isdigit()]
        assert len(counts) == sum(one in shown for _, one in ROWS[task])  # no longer one is given away
    dots = [axes.collections for axes in scene.columns if axes.collections]
    full, empty = ([place for pair in dots for place in pair[which].get_offsets()] for which in (0, 1))
    reports = [reported(task, length, name) for name, length in ROWS[task]]
    assert len(full) == sum(report.n_solved for report in reports)
    assert len(empty) == sum(20 - report.n_solved for report in reports)
    texts = [text.get_text() for axes in scene.columns for text in axes.texts]
    assert Counter(text for text in texts if text.isdigit()) == Counter(str(report.n_solved) for report in reports)


def ran(**settings):
    """Return as attributes what the explorer finds."""
    generator = gap_state(
        **({"updates": 0, "gap": 8, "model": "tanh", "forget_bias": 0.0, "gain": 1.0, "max_norm": 1.0} | settings)
    )
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return SimpleNamespace(**end.value)


def test_the_gap_explorer_shows_the_training_that_anyone_can_run():
    state = ran(updates=SNAPSHOT, model="lstm", forget_bias=1.0)
    training = Training(Recipe("jane", 10, "lstm", 1.0, n_updates=200, seeds=(0, 1, 2)), n_test=1000)
    before = training.flow()
    for _ in range(SNAPSHOT):
        training.update()
    wrong = np.array([row[1] for row in training.history])
    np.testing.assert_array_equal(1 - state.right[-1], wrong[-10:].mean(axis=0))
    np.testing.assert_allclose(state.log10_before, before - before[0], atol=1e-12)
    now = training.flow()
    np.testing.assert_allclose(state.log10_now, now - now[0], atol=1e-12)
    np.testing.assert_array_equal(
        np.sort(state.solved_at), np.sort(training.state.solved_at[training.state.solved_at > 0])
    )


def test_going_back_shows_what_was_seen_on_the_way():
    first = ran(updates=SNAPSHOT, gap=30)
    ran(updates=4 * SNAPSHOT, gap=30)
    again = ran(updates=SNAPSHOT, gap=30)
    np.testing.assert_array_equal(first.right, again.right)
    np.testing.assert_array_equal(first.log10_now, again.log10_now)
    assert first.answers == again.answers


@pytest.mark.claim("C76: a definition")
def test_the_explorer_s_first_point_is_chance_and_a_solver_answers_the_sentence_rightly():
    state = ran(updates=100, model="lstm", forget_bias=3.0)
    assert state.example.startswith("John had a quick lunch in the bistro")
    assert len(state.solved_at) == 3
    assert state.answers == ["he"] * 3
    assert np.abs(state.right[0] - 0.5).max() < 0.25


@pytest.mark.claim("C75", "C77: true")
def test_the_three_seeds_of_the_explorer_do_over_forty_words_what_the_notebook_says_of_them():
    assert len(ran(updates=200, gap=8, model="tanh").solved_at) == 3  # "let the tanh nets learn over a gap of 8"
    for model, bias, count in (("lstm", 3.0, 3), ("lstm", 0.0, 0), ("tanh", 0.0, 0)):
        state = ran(updates=200, gap=40, model=model, forget_bias=bias)
        assert len(state.solved_at) == count
        assert not count or set(state.solved_at) == {25}
        reached = np.median(state.log10_before[-2])
        assert (reached > -1) if count else (reached < -2)
        assert np.median(state.log10_now[-2]) < reached - 1


def test_the_bias_is_turned_off_for_a_net_without_gates_and_does_nothing_there():
    explorer = gap_explorer(gap=8, model="tanh", updates=0)
    assert explorer.controls["forget_bias"].disabled
    assert explorer.controls["forget_bias"].description == "no gate, so no bias"
    told, picture = explorer.sentence, explorer.picture
    explorer.update(forget_bias=6)
    assert explorer.sentence == told
    np.testing.assert_array_equal(explorer.picture, picture)
    for model in ("lstm", "gru"):
        explorer.update(model=model, forget_bias=0)
        assert not explorer.controls["forget_bias"].disabled
        told = explorer.sentence
        explorer.update(forget_bias=6)
        assert explorer.sentence != told


@pytest.mark.claim("C75")
def test_the_table_says_the_same_of_jane_at_50():
    assert solved("jane", 50, "tanh 1.5")[0] > 10 > solved("jane", 50, "tanh 0.8")[0]
    assert solved("jane", 50, "LSTM 3")[0] >= 18
    assert solved("jane", 50, "GRU", "LSTM 0") == [0, 0]


def test_the_sentence_says_what_the_curves_show():
    explorer = gap_explorer(gap=8, model="gru", updates=50)
    state = ran(updates=50, model="gru", forget_bias=3.0)
    assert f"Solved: {len(state.solved_at)} of 3 seeds" in explorer.sentence
    assert "bias of the update gate 3" in explorer.sentence
    assert re.search(r"the seeds answer (she|he), (she|he), (she|he)\.", explorer.sentence)


def test_a_smoothed_row_is_the_mean_of_it_and_those_before_it():
    rows = np.random.default_rng(0).random((7, 2))
    wanted = [rows[max(0, k - 2) : k + 1].mean(axis=0) for k in range(7)]
    np.testing.assert_allclose(smoothed(rows, 3), wanted, atol=1e-15)


# The last statement


@pytest.mark.claim("C94")
def test_without_a_forget_gate_a_cell_changes_by_less_than_the_largest_cell_input_a_step():
    rng = np.random.default_rng(0)
    for squash, most in (("tanh", 1.0), ("1997", 2.0)):
        net = random_lstm(8, 3, 3.0, rng, forget_gate=False, squash=squash)
        C = lstm_run(net, 10 * rng.standard_normal((200, 3))).C
        assert np.abs(np.diff(C, axis=0)).max() <= most * (1 + 1e-12)  # the last digit of a large c is lost
    # So 10 is forgotten in no fewer than 10 steps, whatever the weights; these are the best that there are.
    best = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[40.0, 0.0, -20.0, 0.0], forget_gate=False)
    C = lstm_run(best, np.zeros((10, 1)), c0=[10.0], h0=[0.0]).C[:, 0]
    assert C[9] > 0.99
    assert abs(C[10]) < 1e-6


@pytest.mark.claim("C94")
def test_with_a_forget_gate_one_step_is_enough():
    net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, log(0.01 / 0.99), 0.0, 0.0])
    assert lstm_run(net, np.zeros((1, 1)), c0=[10.0], h0=[0.0]).C[1, 0] == pytest.approx(0.1, rel=1e-12)


@pytest.mark.claim("C94")
def test_a_gru_cannot_count_and_an_lstm_can():
    counter = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[40.0, 40.0, 20.0, 0.0])
    assert lstm_run(counter, np.zeros((50, 1))).C[-1, 0] == pytest.approx(50, rel=1e-6)
    rng = np.random.default_rng(1)
    for _ in range(10):
        net = random_gru(6, 2, 4.0, rng)
        assert np.abs(gru_run(net, np.zeros(6), 5 * rng.standard_normal((100, 2))).H).max() <= 1


# What the cells of the notebook rest on


def test_the_first_gradients_of_adding_are_ordered_by_the_forget_bias():
    left = []
    for bias in (0.0, 1.0, 3.0):
        flow = Training(Recipe("adding", 100, "lstm", bias)).flow()
        left.append(np.median(flow[-2] - flow[0]))
    assert left[0] < -15 < left[1] < -5 < left[2]


def test_the_nets_of_the_explorer_are_trained_once():
    assert watched(Recipe("jane", 10, "tanh")) is watched(Recipe("jane", 10, "tanh"))


def test_the_best_constant_answer_to_adding_is_1_which_is_right_outside_two_corners_of_the_unit_square():
    x = (np.arange(400) + 0.5) / 400
    D = np.add.outer(x, x).reshape(1, -1)
    right = [1 - is_wrong("adding", np.full(D.shape, answer), D).mean() for answer in np.linspace(0, 2, 41)]
    assert np.argmax(right) == 20
    assert right[20] == pytest.approx(1 - 0.8**2, abs=2e-3) == 1 - TASKS["adding"].chance


def test_a_constant_answer_is_as_often_right_as_the_notebook_prints():
    _, D = draw("order", np.random.default_rng(0), 20, 4000)
    wrong = is_wrong("order", np.tile([[1.0], [0.0], [0.0], [0.0]], (1, 4000)), D).mean()
    assert wrong == pytest.approx(TASKS["order"].chance, abs=0.03)
