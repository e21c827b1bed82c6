"""Nets that learned to hold a bit over a few steps."""

from collections import Counter

import numpy as np
import pytest

from helpers.explorers.training import bits_explorer
from helpers.maths.rnn import run_rnn, state_transition, step_jacobians
from helpers.maths.tasks import draw
from helpers.maths.training import (
    KINDS,
    LATE,
    LONGEST,
    N_NETS,
    Recipe,
    Training,
    holders,
    is_trained,
    kind,
    late_shares,
    train_holders,
)

LENGTHS = [5, 6, 8]


def kinds_of(length, first_seed=0):
    return [kind(holders(length, first_seed).right[:, s]) for s in range(N_NETS)]


def largest_eigenvalue(net):
    spectrum = np.linalg.eigvals(net.W)
    return spectrum[np.abs(spectrum).argmax()]


@pytest.mark.parametrize("length", LENGTHS)
def test_all_nets_are_right_at_the_length_at_which_they_learned(length):
    # 99 % of 1000 sequences ended their training; of another 200 a few more may be wrong.
    assert holders(length).right[length - 1].min() > 0.95


@pytest.mark.draws
@pytest.mark.claim("C75", "C5")
@pytest.mark.parametrize("length", LENGTHS)
def test_holding_for_ever_alternating_and_forgetting_are_each_learned_by_some_of_thirty_seeds(length, draws):
    counts = Counter(kinds_of(length, draws()[0]))
    assert set(counts) == set(KINDS)  # seen: 4 to 10 hold, 4 to 8 alternate, in twelve times thirty
    assert counts["holds"] + counts["alternates"] >= 5


@pytest.mark.draws
@pytest.mark.claim("C75", "C3", "C5")
@pytest.mark.parametrize("length", LENGTHS)
def test_the_real_part_of_a_holder_s_largest_eigenvalue_is_above_one_of_an_alternator_s_below_minus_one(length, draws):
    training = holders(length, draws()[0]).training
    tops = {name: [] for name in KINDS}
    for s, name in enumerate(kinds_of(length, draws()[0])):
        tops[name].append(largest_eigenvalue(training.net(s)))
    assert all(top.real > 1 for top in tops["holds"])
    assert all(top.real < -1 for top in tops["alternates"])
    forgets = np.real(tops["forgets"])
    assert forgets.min() < 0 < forgets.max()


@pytest.mark.draws
@pytest.mark.claim("C75")
def test_those_who_know_the_bit_after_sixty_steps_have_next_to_no_gradient_left_of_it(draws):
    training, X = holders(6, draws()[0]).training, draw("latch", np.random.default_rng(5), LONGEST, 1)[0][..., 0]
    left = []
    for s, name in enumerate(kinds_of(6, draws()[0])):
        if name != "forgets":
            net = training.net(s)
            J = step_jacobians(net, run_rnn(net, np.zeros(8), X))
            left.append(np.linalg.norm(state_transition(J, LONGEST, 1), 2))
    assert np.mean(np.array(left) < 1e-3) > 0.8
    assert np.median(left) < 1e-6


@pytest.mark.draws
@pytest.mark.claim("C75")
def test_most_of_those_who_neither_hold_nor_turn_the_bit_know_little_or_nothing_later(draws):
    right = holders(6, draws()[0]).right
    lost = [s for s, name in enumerate(kinds_of(6, draws()[0])) if name == "forgets"]
    assert np.mean(np.abs(right[LATE:, lost].mean(axis=0) - 0.5) < 0.15) > 0.7  # seen: all but none to two


@pytest.mark.draws
def test_who_alternates_and_learned_at_6_is_wrong_at_7_and_right_at_8(draws):
    right = holders(6, draws()[0]).right
    turners = [s for s, name in enumerate(kinds_of(6, draws()[0])) if name == "alternates"]
    assert right[6, turners].max() < 0.2
    assert right[7, turners].min() > 0.8


@pytest.mark.draws
@pytest.mark.claim("C75")
def test_hardly_any_of_the_same_nets_can_be_taught_at_the_length_at_which_they_could_hold(draws):
    training = Training(Recipe("latch", 40, "tanh", gain=0.5, hidden=8, n_updates=100, seeds=tuple(draws())))
    for _ in training.updates():
        pass
    assert (training.state.solved_at > 0).sum() <= 3


def test_training_says_how_far_it_is_and_its_end_is_kept():
    shares = list(train_holders(4))
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    assert is_trained(4)
    assert holders(4) is holders(4)


def test_the_shares_of_a_net_are_those_of_an_independent_run():
    training, right = holders(6)
    X, D = draw("latch", np.random.default_rng(0), LONGEST, 200)
    net, theta = training.net(4), training.state.theta[4]
    V, c = theta[-18:-2].reshape(2, 8), theta[-2:]
    H = run_rnn(net, np.zeros((200, 8)), np.moveaxis(X, 1, -1)).H[1:]
    says = (H @ V.T + c).argmax(axis=-1)
    np.testing.assert_allclose((says == D.argmax(axis=0)).mean(axis=1), right[:, 4], atol=1e-12)


@pytest.mark.parametrize(
    ("odd", "even", "wanted"),
    [(1, 1, "holds"), (0.96, 0.97, "holds"), (1, 0, "alternates"), (0.02, 0.99, "alternates"), (1, 0.5, "forgets")],
)
def test_the_kind_is_told_by_the_late_lengths_alone(odd, even, wanted):
    right = np.where(np.arange(1, 61) % 2 == 1, odd, even).astype(float)
    right[:LATE] = 0.5
    assert late_shares(right) == pytest.approx((odd, even))
    assert kind(right) == wanted


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kind(np.ones(21)), r"right must be \(n,\) with n at least 22, got \(21,\)"),
        (lambda: kind(np.ones((30, 2))), "right must be"),
        (lambda: kind([np.nan] * 30), "must not hold NaN"),
        (lambda: holders(0), "length must be at least 1, got 0"),
        (lambda: holders(2.5), "length must be a whole number, got 2.5"),
    ],
)
def test_a_bad_argument_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_explorer_says_the_counts_the_shares_and_the_eigenvalue_of_its_net():
    explorer = bits_explorer()
    for net in (3, 4, 9):
        explorer.update(net=net)
        odd, even = late_shares(holders(6).right[:, net - 1])
        top = largest_eigenvalue(holders(6).training.net(net - 1))
        assert f"in {odd:.0%} of the odd and {even:.0%} of the even ones" in explorer.sentence
        assert f"largest eigenvalue of W {top.real:.2f}" in explorer.sentence
    kinds = kinds_of(6)
    assert f"{kinds.count('holds')} hold the bit, {kinds.count('alternates')} turn it round" in explorer.sentence
