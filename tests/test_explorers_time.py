"""The sentences of the explorers of time (notebooks 06 and 07) say what the maths says."""

import re
from itertools import pairwise

import numpy as np
import pytest

from helpers.explorers.controls import State
from helpers.explorers.rnn import (
    INPUTS,
    KINDS,
    NET_ACTIVATIONS,
    SENTENCE,
    contributions_explorer,
    contributions_state,
    inputs_of,
    ladder_explorer,
    lyapunov_explorer,
    merge_explorer,
    merge_state,
    net_of,
    nilpotent_explorer,
)
from helpers.figures.cells import decades
from helpers.maths.bounds import Ladder
from helpers.maths.rnn import bptt, run_rnn, step_jacobians
from tests.sweeping import said

LADDER = ladder_explorer(0.8)


def numbers(text):
    """Return the amounts in a text, those written as powers of ten too."""
    found = re.findall(r"(10\^)?(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)", text)
    return [10 ** float(value) if power else float(value) for power, value in found]


def slopes_of_the_explorer(gain, activation):
    """The net and the run that the explorer shows, and what its losses send in."""
    net, X = net_of("gaussian", gain, activation, "noise", 40)
    run = run_rnn(net, np.full(16, 0.1), X)
    rng = np.random.default_rng(3)
    V, targets = rng.standard_normal((2, 16)) / 4, rng.standard_normal((40, 2))
    return net, run, np.vstack([np.zeros(16), (run.H[1:] @ V.T - targets) @ V])


@pytest.mark.claim("C55: true")
@pytest.mark.parametrize("activation", NET_ACTIVATIONS.values())
def test_the_whole_gradient_of_all_contributions_is_that_of_backpropagation_through_time(activation):
    explorer = contributions_explorer(0.8)
    explorer.update(activation=activation)
    net, run, G = slopes_of_the_explorer(0.8, activation)
    told = re.search(r"has the length (\S+);", explorer.sentence)[1]
    assert numbers(told)[0] == pytest.approx(np.linalg.norm(bptt(net, run, G).W), rel=0.2)


@pytest.mark.claim("C49", "C58")
def test_long_lags_fade_with_the_gain_and_the_whole_gradient_does_not():
    long, total = [], []
    for gain in (0.3, 0.9, 2.0):
        state = State(**contributions_state(gain, 40, 1, 10, "tanh", "noise"))
        long.append(state.log10_long - state.log10_total)
        total.append(state.log10_total)
    assert long[0] < -12 < -3 < long[2]
    assert max(total) - min(total) < 3


def test_a_window_as_long_as_the_run_leaves_nothing_out_and_a_longer_one_less():
    explorer = contributions_explorer()
    explorer.update(window=40)
    assert "A window of 40 leaves out exactly 0 of it" in explorer.sentence
    state = State(**contributions_state(0.9, 40, 1, 10, "tanh", "noise"))
    assert (np.diff(state.log10_beyond) < 0.3).all()


def test_in_a_linear_orthogonal_like_net_one_step_contributes_by_its_power():
    """With the identity and gain g the contribution at lag j falls about like g^j."""
    state = State(**contributions_state(0.5, 40, 1, 10, "identity", "noise"))
    per_lag = (state.log10_by_lag[35] - state.log10_by_lag[5]) / 30
    assert 10**per_lag == pytest.approx(0.5, rel=0.2)


def test_the_first_loss_reaches_back_to_its_own_step_alone():
    explorer = contributions_explorer()
    explorer.update(step=1)
    assert "the loss at step 1 reaches back to step 1 alone." in explorer.sentence
    explorer.update(step=2, activation="identity", inputs="nothing")
    told = re.search(r"contributes (\S+) times as much at step 1 as at step 2 itself", explorer.sentence)[1]
    net, _ = net_of("gaussian", 0.9, "identity", "nothing", 2)
    start = np.full(16, 0.1)
    rng = np.random.default_rng(3)
    V, targets = rng.standard_normal((2, 16)) / 4, rng.standard_normal((40, 2))
    g = (net.W @ net.W @ start @ V.T - targets[1]) @ V
    lengths = np.linalg.norm(g @ net.W) * np.linalg.norm(start), np.linalg.norm(g) * np.linalg.norm(net.W @ start)
    assert numbers(told)[0] == pytest.approx(lengths[0] / lengths[1], rel=0.01)


@pytest.mark.parametrize(("settings", "seen"), [({}, True), ({"gain": 0.1, "inputs": "nothing"}, False)])
def test_the_explorer_says_when_the_contributions_of_a_step_are_below_its_picture(settings, seen):
    explorer = contributions_explorer()
    explorer.update(**settings)
    scene = explorer._scene
    low, high = scene.log_limits
    drawn = np.concatenate([scene.back.get_ydata(), scene.ahead.get_ydata()])
    assert ((low < drawn) & (drawn < high)).any() == seen
    assert (scene.note.get_text() == "") == seen


@pytest.mark.parametrize("inputs", INPUTS.values())
@pytest.mark.parametrize("gain", [0.1, 1.5, 3.0])
@pytest.mark.parametrize("activation", NET_ACTIVATIONS.values())
def test_the_neuron_that_is_seen_of_two_runs_is_alive(activation, gain, inputs):
    state = State(**merge_state(gain, activation, inputs))
    assert np.ptp(state.one) > 0.05
    assert state.one[20:].any()


@pytest.mark.claim("C50", "C51: true")
def test_two_runs_meet_where_the_gradient_vanishes():
    explorer = merge_explorer(0.3)
    assert "are the same to the last digits" in explorer.sentence
    net, X = net_of("gaussian", 0.3, "tanh", "noise", 40)
    J = step_jacobians(net, run_rnn(net, np.zeros(16), X))
    assert (np.linalg.norm(J, 2, axis=(1, 2)) < 1).all()
    explorer.update(gain=0.8, activation="identity", inputs="nothing")
    pattern = r"after 40 steps are (\S+) times as far apart; the norm of dh_40/dh_0 is (\S+)\. Neither"
    told = re.search(pattern, explorer.sentence)
    for word in told.groups():
        assert 1e-3 < numbers(word)[0] < 100


@pytest.mark.claim("C72", "C73")
@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("activation", NET_ACTIVATIONS.values())
def test_the_four_rungs_of_the_ladder_are_told_in_order(kind, activation):
    sentence = said(LADDER, kind=kind, activation=activation)
    told = re.search(
        r"dh_t/dh_0 is (.+?), the product of the ‖J_i‖ (.+?), of the η_i (.+?), and η\^t (.+)\.$", sentence
    )
    rungs = [0.0 if word == "exactly 0" else numbers(word)[0] for word in told.groups()]
    assert all(low <= high * 1.3 for low, high in pairwise(rungs))
    assert len(rungs) == len(Ladder._fields)


@pytest.mark.claim("C69: false as printed")
def test_the_ladder_says_that_below_one_the_gradient_must_vanish():
    explorer = ladder_explorer(0.4)
    explorer.update(kind="orthogonal")
    assert "γ‖W‖ = 0.4, below 1: the gradient must vanish" in explorer.sentence
    explorer.update(activation="sigmoid", gain=3)
    assert "γ‖W‖ = 0.75, below 1" in explorer.sentence
    explorer.update(kind="nilpotent")
    assert "ρ(W) = 0." in explorer.sentence


@pytest.mark.claim("C74")
def test_a_net_without_eigenvalues_explodes_at_rest():
    assert "eigenvalue a s² = 2: after 20 steps the norm of dh_20/dh_0 is 10^6.9" in nilpotent_explorer().sentence
    explorer = nilpotent_explorer(a=4.0)
    assert "eigenvalue a s² = 1: after 20 steps the norm of dh_20/dh_0 is 7.07" in explorer.sentence


@pytest.mark.claim("C74")
def test_the_border_of_growth_lies_above_the_gain_of_the_bound_and_input_pushes_it_on():
    explorer = lyapunov_explorer()
    alone = float(re.search(r"first grows at a gain near ([\d.]+);", explorer.sentence)[1])
    bound = float(re.search(r"stands at ([\d.]+)\.$", explorer.sentence)[1])
    explorer.update(size=1)
    driven = float(re.search(r"first grows at a gain near ([\d.]+);", explorer.sentence)[1])
    assert 0.4 < bound < 0.6 < 0.9 <= alone < driven


@pytest.mark.claim("C50: true")
def test_two_runs_can_stay_apart_where_the_gradient_fades():
    state = State(**merge_state(1.5, "tanh", "nothing"))
    assert 10 ** state.log10_apart[-1] * state.start > 1
    assert state.log10_gradient[-1] < state.log10_gradient[20] - 1
    np.testing.assert_allclose(state.one[-1], state.other[-2], atol=0.01)  # each swings as the other did a step before


def test_an_exponent_that_a_run_cannot_tell_from_zero_is_not_called_growth():
    explorer = lyapunov_explorer()
    assert "neither grows nor fades" in explorer.sentence
    explorer.update(gain=0.5)
    assert "a gradient fades by the factor 0." in explorer.sentence
    explorer.update(gain=3)
    assert "a gradient grows by the factor 1." in explorer.sentence
    explorer.update(activation="sigmoid")
    assert "it grows at no gain shown" in explorer.sentence


def test_inputs_have_their_steps_and_the_sentence_is_long_enough():
    assert len(SENTENCE) >= 60
    for name in INPUTS.values():
        X = inputs_of(name, 40)
        assert len(X) == 40
        assert np.isfinite(X).all()
    assert not inputs_of("nothing", 40).any()


def test_decades_are_one_shade_each():
    colours = decades(np.array([0.0, -1.0, -2.0, -15.0, -99.0]), "#000000")[:, 0]
    np.testing.assert_allclose(colours, [0, 1 / 15, 2 / 15, 1, 1])
