"""The explorers of memories (notebook 08), and the control that takes a text."""

import re

import numpy as np
import pytest

from helpers.explorers.controls import Typed
from helpers.explorers.memory import by_hand_explorer, residual_explorer, taps_explorer, three_memories_explorer
from helpers.maths.linear import gaussian
from helpers.maths.memory import gated_gradient, multi_tap_gradient
from helpers.maths.rnn import RNN, run_rnn, state_transition, step_jacobians


def test_what_happened_to_a_memory_by_hand_is_marked_at_the_state_that_it_made():
    explorer = by_hand_explorer()
    explorer.update(program="+.-0")
    state = explorer._state
    assert (state.written.tolist(), state.M_written.tolist()) == ([1, 3], [1, 0])
    assert (state.resets.tolist(), state.M_reset.tolist()) == ([4], [0])


@pytest.mark.claim("C84", "C85")
def test_a_memory_by_hand_holds_what_was_written_since_its_reset():
    explorer = by_hand_explorer()
    explorer.update(program="++.-0.+..")
    assert "written 4 times, reset 1 time: at the end it holds 1, and exactly 0 is left" in explorer.sentence
    explorer.update(program="+....", gate=0.5)
    assert f"it holds {0.5**4:g}, and {0.5**5:.3g} is left of a change at step 0" in explorer.sentence


def test_a_letter_that_means_nothing_is_told_and_shown_in_place_of_the_picture():
    explorer = by_hand_explorer()
    with pytest.raises(ValueError, match=r"the memory knows .* not w"):
        explorer.update(program="+..w")
    assert "not w" in explorer.sentence
    with pytest.raises(RuntimeError, match="No picture for"):
        _ = explorer.picture
    explorer.update(program="+..")
    assert "it holds 1" in explorer.sentence


def test_a_text_that_is_too_long_or_empty_is_refused():
    with pytest.raises(ValueError, match="wanted a text of 1 to 60 characters"):
        by_hand_explorer().update(program="." * 61)
    with pytest.raises(ValueError, match="wanted a text of 1 to 3 characters"):
        Typed("text", "a text", "a", 3).checked("")


@pytest.mark.claim("C87: a definition", "C90")
def test_of_the_three_memories_only_the_identity_keeps_all_of_the_start():
    explorer = three_memories_explorer()
    kept = re.findall(r"keeps (.+?) of the start", explorer.sentence)
    assert kept == ["1", f"10^{100 * np.log10(0.9):.1f}", "exactly 0"]
    explorer.update(inputs="constant")
    assert "identity holds 20 and" in explorer.sentence  # 100 times 0.2


@pytest.mark.claim("C78: true, and the question is the answer")
def test_the_taps_tell_their_hops_and_what_they_leave():
    explorer = taps_explorer()
    explorer.update(K=10)
    assert f"takes 10 hops, and 0.9^10 = {0.9**10:.3g} is left" in explorer.sentence


@pytest.mark.claim("C78")
def test_taps_that_no_hop_brings_to_lag_100_say_so_and_name_where_they_land():
    explorer = taps_explorer()
    explorer.update(K=30)
    assert "No hop lands on lag 100: there exactly 0 is left. Lag 120 takes 4 hops" in explorer.sentence
    assert multi_tap_gradient(np.append(np.zeros(29), 0.9), 100)[100] == -np.inf
    explorer.update(K=20)
    assert "No hop" not in explorer.sentence


@pytest.mark.claim("C88: true, because F does not see h")
@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_residual_steps_of_no_size_keep_a_gradient_and_small_ones_keep_to_their_bound(scale):
    explorer = residual_explorer()
    explorer.update(eps=0, scale=scale)
    assert "after 100 residual steps is 1 (at most" in explorer.sentence
    explorer.update(eps=0.01)
    found = re.search(r"residual steps is (\S+) \(at most \(1 \+ ε ‖W‖\)\^100 = (\S+)\)", explorer.sentence)
    assert 1 / float(found[2]) <= float(found[1]) <= float(found[2])


@pytest.mark.claim("C88")
def test_plain_steps_of_small_weights_lose_what_residual_ones_keep():
    explorer = residual_explorer()
    explorer.update(eps=0.01, scale=0.5)
    assert re.search(r"100 plain steps 10\^-\d", explorer.sentence)


# What the lecture wishes for, and what the memories do about it


@pytest.mark.claim("C79: true")
def test_the_taps_that_keep_a_half_grow_in_proportion_to_the_lag():
    """So another way than taps is needed: K hops of weight 0.9 keep a half only where K is about a sixth of the lag."""
    needed = []
    for lag in (60, 120, 240):
        kept = [10 ** multi_tap_gradient(np.append(np.zeros(K - 1), 0.9), lag)[lag] for K in divisors(lag)]
        needed.append(next(K for K, left in zip(divisors(lag), kept, strict=True) if left >= 0.5))
    assert needed == [10, 20, 40]


def divisors(number):
    return [K for K in range(1, number + 1) if number % K == 0]


def retention(W, activation, X):
    """The norm of dh_T/dh_0 of a net that reads X."""
    net = RNN(W, np.eye(len(W)), np.zeros(len(W)), activation)
    J = step_jacobians(net, run_rnn(net, np.zeros(len(W)), X))
    return np.linalg.norm(state_transition(J, len(J), 0), 2)


@pytest.mark.claim("C80: true")
def test_retention_is_decided_by_the_factors_slope_times_weight():
    rng = np.random.default_rng(0)
    W, X = gaussian(5, 1.0, rng), np.zeros((20, 5))
    assert retention(0.5 * W, "identity", X) == pytest.approx(0.5**20 * retention(W, "identity", X), rel=1e-9)


@pytest.mark.claim("C81: imprecise")
def test_in_a_linear_net_retention_depends_on_the_weights_alone_and_in_others_on_the_input_too():
    rng = np.random.default_rng(0)
    W, X = gaussian(5, 1.2, rng), 2 * rng.standard_normal((20, 5))
    assert retention(W, "identity", X) == pytest.approx(retention(W, "identity", 0 * X), rel=1e-12)
    assert retention(W, "tanh", X) < 1e-3 * retention(W, "tanh", 0 * X)


@pytest.mark.claim("C82: a wish")
def test_with_gates_that_read_the_input_the_same_parameters_keep_one_input_and_forget_another():
    def gates(x):
        return 1 / (1 + np.exp(-20 * x))

    keep, forget = np.full(50, 1.0), np.where(np.arange(50) == 25, -1.0, 1.0)
    assert gated_gradient(gates(keep))[-1] > -1e-6
    assert gated_gradient(gates(forget))[-1] < -8


@pytest.mark.claim("C83: a wish")
@pytest.mark.parametrize("seed", range(5))
def test_a_gated_memory_never_blows_up_and_with_open_gates_never_fades(seed):
    gates = np.random.default_rng(seed).uniform(0, 1, 200)
    assert (gated_gradient(gates) <= 0).all()
    assert gated_gradient(np.ones(200))[-1] == 0
