"""What notebook 10 says: of the shipped table, of its trainings, and of the lecture's last statements."""

import json
import re
from collections import Counter
from math import log
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.experiments.cells import GRIDS, run_cell
from helpers.experiments.table import key, shipped
from helpers.explorers.survey import LABELS, records, survey_explorer, survey_state
from helpers.explorers.training import SNAPSHOT, gap_explorer, gap_state, smoothed, watched
from helpers.maths.gru import gru_run, random_gru
from helpers.maths.lstm import LSTM, lstm_run, random_lstm
from helpers.maths.tasks import TASKS, draw, is_wrong, wilson_interval
from helpers.maths.training import Recipe, Training


def solved(task, length, model, **settings):
    """Return the numbers of seeds that solved a task, one for each setting of the table that fits."""
    asked = {"task": task, "length": length, "model": model} | settings
    rows = [record for record in shipped() if asked.items() <= record["cell"].items()]
    return [sum(k is not None for k in record["result"]["solved_at"]) for record in rows]


# The table


def test_the_table_holds_every_cell_of_every_experiment_once_and_no_other():
    cells = [cell for grid in GRIDS.values() for cell in grid]
    assert Counter(key(record["cell"]) for record in shipped()) == Counter({key(cell._asdict()) for cell in cells})


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
        assert len(result["wrong"]) == n == 10


def test_a_cell_of_the_table_computed_again_comes_out_the_same():
    cell = next(c for c in GRIDS["latch"] if c.model == "tanh" and c.gain == 1.5 and c.length == 10)
    shipped_result = next(r["result"] for r in shipped() if key(r["cell"]) == key(cell._asdict()))
    counts = [sum(k is not None for k in result["solved_at"]) for result in (run_cell(cell), shipped_result)]
    assert abs(counts[0] - counts[1]) <= 1  # another processor may round otherwise


def test_a_seed_that_diverges_is_recorded_with_its_update_and_the_record_is_json():
    # 9^100 is beyond the floats, so the first run already is.
    result = run_cell(Recipe("latch", 100, "irnn", gain=9.0, max_norm=None, n_updates=30))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["diverged_at"] == [1] * 5
    assert result["wrong"] == result["loss"] == result["solved_at"] == [None] * 5


@pytest.mark.claim("C75")
def test_temporal_order_is_solved_by_tanh_nets_at_10_and_not_at_50_whatever_their_settings():
    assert len(solved("order", 50, "tanh")) == 8
    assert max(solved("order", 10, "tanh")) == 10
    assert max(solved("order", 50, "tanh")) <= 1
    assert max(solved("order", 100, "tanh")) == 0


def test_temporal_order_at_50_is_solved_by_nearly_all_lstms_with_forget_bias_3_and_by_none_with_0():
    assert min(solved("order", 50, "lstm", forget_bias=3.0)) >= 8
    assert max(solved("order", 50, "lstm", forget_bias=0.0)) <= 1


def test_to_hear_the_first_symbol_before_training_is_neither_enough_nor_needed_to_learn_the_order():
    heard, best = {}, {}
    for model, bias, gain in (("tanh", 0.0, 1.5), ("gru", 0.0, 1.0), ("lstm", 0.0, 1.0), ("lstm", 3.0, 1.0)):
        flow = Training(Recipe("order", 50, model, bias, gain, seeds=tuple(range(10)))).flow()
        heard[model, bias] = np.median(flow[42] - flow[0])
        best[model, bias] = max(solved("order", 50, model, forget_bias=bias, gain=gain))
    assert min(heard["tanh", 0.0], heard["lstm", 3.0]) > -2
    assert max(heard["gru", 0.0], heard["lstm", 0.0]) < -5
    assert best["tanh", 0.0] == best["lstm", 0.0] == 0
    assert best["gru", 0.0] > 5
    assert best["lstm", 3.0] == 10


def test_the_tanh_nets_that_hold_a_bit_do_not_learn_adding_at_20():
    assert solved("adding", 20, "tanh", gain=1.5) == [0, 0]


def test_at_adding_plain_nets_fail_at_50_and_gated_ones_do_not():
    assert max(solved("adding", 50, "tanh") + solved("adding", 50, "irnn")) <= 1
    for bias in (0.0, 1.0, 3.0):
        assert max(solved("adding", 50, "lstm", forget_bias=bias)) >= 8


@pytest.mark.claim("C75")
def test_one_bit_over_160_steps_is_held_by_tanh_nets_of_gain_1_5_and_not_by_lstms_with_forget_bias_0():
    assert max(solved("latch", 160, "tanh", gain=1.5)) >= 7
    assert max(solved("latch", 160, "lstm", forget_bias=0.0)) == 0


# The explorers


@pytest.mark.parametrize("task", LABELS.values())
@pytest.mark.parametrize("rate", [0.0, 0.01, 0.003])
def test_the_survey_counts_what_the_table_holds(task, rate):
    state = survey_state(50, task, rate)
    assert state.lengths == sorted({record["cell"]["length"] for record in records(task)})
    rates = {"learning_rate": rate} if rate else {}
    for place, length in enumerate(state.lengths):
        for row in state.rows:
            model, _, rest = row.key.partition(" ")
            settings = {}
            if model == "lstm":
                settings["forget_bias"] = round(log(length - 1), 3) if rest == "ln" else float(rest)
            elif task == "latch":
                settings["gain"] = float(rest or 1)
            count = max(solved(task, length, model, **settings, **rates))
            assert len(row.solved_at[place]) == count
            low, high = wilson_interval(count, 10)
            assert row.low[place] == low <= row.share[place] == count / 10 <= row.high[place] == high


def test_the_survey_says_the_length_nearest_to_the_one_asked_for():
    explorer = survey_explorer("order", length=50)
    assert "length 50," in explorer.sentence
    explorer.update(length=160)
    assert "length 100," in explorer.sentence
    assert "LSTM 3" in explorer.sentence
    assert "right in 25%" in explorer.sentence


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
    np.testing.assert_allclose(state.flow_before, before - before[0], atol=1e-12)
    now = training.flow()
    np.testing.assert_allclose(state.flow_now, now - now[0], atol=1e-12)
    np.testing.assert_array_equal(
        np.sort(state.solved_at), np.sort(training.state.solved_at[training.state.solved_at > 0])
    )


def test_going_back_shows_what_was_seen_on_the_way():
    first = ran(updates=SNAPSHOT, gap=30)
    ran(updates=4 * SNAPSHOT, gap=30)
    again = ran(updates=SNAPSHOT, gap=30)
    np.testing.assert_array_equal(first.right, again.right)
    np.testing.assert_array_equal(first.flow_now, again.flow_now)
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
    for model, bias, count in (("lstm", 3.0, 3), ("lstm", 0.0, 0), ("tanh", 0.0, 0)):
        state = ran(updates=200, gap=40, model=model, forget_bias=bias)
        assert len(state.solved_at) == count
        assert not count or set(state.solved_at) == {25}
        reached = np.median(state.flow_before[-2])
        assert (reached > -1) if count else (reached < -2)
        assert np.median(state.flow_now[-2]) < reached - 1


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
    assert max(solved("jane", 50, "tanh", gain=1.5)) >= 8
    assert max(solved("jane", 50, "tanh", gain=0.8)) <= 2
    assert min(solved("jane", 50, "lstm", forget_bias=3.0)) >= 8
    assert max(solved("jane", 50, "lstm", forget_bias=0.0)) <= 2


def test_the_sentence_says_what_the_curves_show():
    explorer = gap_explorer(gap=8, model="gru", updates=50)
    state = ran(updates=50, model="gru")
    assert f"Solved: {len(state.solved_at)} of 3 seeds" in explorer.sentence
    assert "bias of the update gate 0" in explorer.sentence
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
    best = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[40.0, 0.0, 0.0, -20.0], forget_gate=False)
    C = lstm_run(best, np.zeros((10, 1)), c0=[10.0], h0=[0.0]).C[:, 0]
    assert C[9] > 0.99
    assert abs(C[10]) < 1e-6


@pytest.mark.claim("C94")
def test_with_a_forget_gate_one_step_is_enough():
    net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, log(0.01 / 0.99), 0.0, 0.0])
    assert lstm_run(net, np.zeros((1, 1)), c0=[10.0], h0=[0.0]).C[1, 0] == pytest.approx(0.1, rel=1e-12)


@pytest.mark.claim("C94")
def test_a_gru_cannot_count_and_an_lstm_can():
    counter = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[40.0, 40.0, 0.0, 20.0])
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


def test_a_constant_answer_is_as_often_right_as_the_notebook_prints():
    _, D = draw("order", np.random.default_rng(0), 20, 4000)
    wrong = is_wrong("order", np.tile([[1.0], [0.0], [0.0], [0.0]], (1, 4000)), D).mean()
    assert wrong == pytest.approx(TASKS["order"].chance, abs=0.03)
