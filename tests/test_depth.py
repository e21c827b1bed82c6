"""What depth does to the gradient of every neuron: theory, and the lecture's lost figure over several seeds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data import digits
from helpers.maths.depth import HALF_SPACING_SINGLE, SMALLEST_SINGLE, log10_rms, lost_updates, train
from helpers.maths.linear import initial_weights
from helpers.maths.mlp import Layer, forward, neuron_gradient_log10_norms, random_net, weight_gradients
from helpers.maths.vector_activations import softmax_cross_entropy
from tests.at_random import PROPERTY


def digit_columns():
    images, labels = digits()
    return ((images - images.mean()) / images.std()).T, np.eye(10)[:, labels]


# The oracle, in plain numpy: many nets without a vector activation side by side, arrays (net, neuron, digit)

ACTIVATE = {  # f, and its slope where f is h
    "relu": (lambda z: np.maximum(z, 0), lambda h: h > 0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h)),
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda h: np.where(h > 0, 1, 1 + h)),
}


def states(activation, W, b, x):
    """The states of every layer; the last has no activation."""
    H = [x]
    for one, bias in zip(W[:-1], b[:-1], strict=True):
        H.append(ACTIVATE[activation][0](one @ H[-1] + bias))
    return [*H, W[-1] @ H[-1] + b[-1]]


def gradients(activation, W, H, targets):
    """Of the mean cross-entropy the gradients (dW, db) of every layer."""
    p = np.exp(H[-1] - H[-1].max(axis=1, keepdims=True))
    back, found = (p / p.sum(axis=1, keepdims=True) - targets) / targets.shape[-1], []
    for k in reversed(range(len(W))):
        found.append((back @ H[k].swapaxes(1, 2), back.sum(axis=2, keepdims=True)))
        back = (W[k].swapaxes(1, 2) @ back) * ACTIVATE[activation][1](H[k]) if k else None
    return found[::-1]


def levels(activation, n_layers, seeds, scheme="glorot", gain=1.0, n_digits=16):
    """log10 of the gradient of a neuron by net and layer, (net, layer), root mean square over the layer."""
    X, targets = (values[:, :n_digits] for values in digit_columns())
    nets = [initial_weights([64] * n_layers + [10], scheme, np.random.default_rng(seed), gain) for seed in seeds]
    W = [np.stack(some) for some in zip(*nets, strict=True)]
    H = states(activation, W, [0.0] * n_layers, np.tile(X, (len(nets), 1, 1)))
    found = gradients(activation, W, H, targets)
    return np.stack([0.5 * np.log10((dW**2).sum(axis=2).mean(axis=1)) for dW, _ in found], axis=1)


@pytest.mark.parametrize("activation", ACTIVATE)
def test_the_levels_of_nets_side_by_side_are_those_of_each_alone(activation):
    X, targets = (values[:, :16] for values in digit_columns())
    seen = levels(activation, 19, (3, 1))
    for seed, one in zip((3, 1), seen, strict=True):
        names = [*[activation] * 18, "identity"]
        layers = random_net([64] * 19 + [10], names, np.random.default_rng(seed), "glorot")
        run = forward(layers, X)
        rows = softmax_cross_entropy(run.H[-1], targets).gradient / 16
        theirs = [log10_rms(norms) for norms in neuron_gradient_log10_norms(layers, run, rows)]
        np.testing.assert_allclose(one, theirs, atol=1e-9)


# The figure on the digits, over several seeds


@pytest.mark.draws
@pytest.mark.claim("C9", "C45: true")
def test_in_a_sigmoid_net_of_19_layers_the_first_layer_has_a_gradient_near_ten_to_the_minus_twelve(draws):
    """No layer can keep more than |W|/4, about 1/2; near z = 0 it keeps about 1/4."""
    for seen in levels("sigmoid", 19, draws()):
        assert -12.5 < seen[0] < -11.2
        per_layer = 10 ** ((seen[0] - seen[-2]) / 17)
        assert 0.2 < per_layer < 0.3


@pytest.mark.draws
@pytest.mark.claim("C9", "C45")
@pytest.mark.parametrize("activation", ["tanh", "elu"])
def test_with_weights_of_variance_1_over_n_tanh_and_elu_keep_the_gradient(activation, draws):
    for seen in levels(activation, 19, draws()):
        assert -2.0 < seen[0] < 0.0
        assert abs(seen[0] - seen[-2]) < 0.7


@pytest.mark.draws
@pytest.mark.claim("C45")
def test_the_gradient_of_relu_with_glorots_weights_is_nearly_the_same_in_all_layers_and_small_in_a_deep_net(draws):
    for seen in levels("relu", 19, draws()):
        assert -0.4 < seen[0] - seen[-2] < 1.4  # seen: 0 to 0.9 powers of ten
        assert -4.5 < seen[0] < -2


@pytest.mark.draws
@pytest.mark.claim("C47: true")
def test_twice_the_depth_doubles_the_exponent_of_a_sigmoid_net(draws):
    deep, shallow = (levels("sigmoid", n_layers, draws())[:, 0] for n_layers in (38, 19))
    assert deep / shallow == pytest.approx(2.0, abs=0.15)


@pytest.mark.draws
@pytest.mark.claim("C45", "C47")
@pytest.mark.parametrize("activation", ["relu", "elu"])
def test_large_weights_make_relu_and_elu_explode(activation, draws):
    """A ReLU layer of variance 9/n multiplies by 3/sqrt 2 on the way up: 17 times log10 is 5.6, 36 times 11.8."""
    for n_layers, spread in ((19, 1.0), (38, 1.5)):
        wanted = (n_layers - 2) * np.log10(3 / np.sqrt(2))
        assert levels(activation, n_layers, draws(), "gaussian", 3.0)[:, 0] == pytest.approx(wanted, abs=spread)


@pytest.mark.draws
@pytest.mark.claim("C9: imprecise")
def test_of_the_first_weights_offered_only_those_of_he_keep_relu_through_50_layers(draws):
    """Exercise 04.4. Variance 2/n keeps mean squares (He et al. 2015); 1/n loses 2^-24 in 48 layers."""

    def first(*weights):
        return levels("relu", 50, draws(), *weights, n_digits=32)[:, 0]

    he = first("he")
    assert -2.3 < he.min() < he.max() < 1.5
    for scheme in ("glorot", "gaussian", "orthogonal"):
        assert first(scheme) == pytest.approx(-48 * np.log10(np.sqrt(2)) - 0.7, abs=2)
    assert first("small").max() < -45  # below the smallest number of single precision
    assert first("gaussian", 3.0).min() > 10


@pytest.mark.draws
@pytest.mark.claim("C46: true")
def test_in_the_lower_layers_of_a_sigmoid_net_single_precision_loses_the_update(draws):
    """The rule of `lost_updates` against arithmetic in float32; at its border about half of the weights still move."""
    for seed in draws():
        the_update_is_lost_where_the_rule_says(seed)


def the_update_is_lost_where_the_rule_says(seed):
    X, targets = (values[:, :16] for values in digit_columns())
    names = [*["sigmoid"] * 18, "identity"]
    layers = random_net([64] * 19 + [10], names, np.random.default_rng(seed), "glorot")
    run = forward(layers, X)
    rows = softmax_cross_entropy(run.H[-1], targets).gradient / 16
    norms = neuron_gradient_log10_norms(layers, run, rows)
    above = np.array([log10_rms(one) for one in norms]) - lost_updates(norms, layers, 0.1)
    moved = []
    for layer, dW in zip(layers, weight_gradients(layers, run, rows).W, strict=True):
        before = layer.W.astype(np.float32)
        moved.append((before != before - (0.1 * dW).astype(np.float32)).mean())
    moved = np.array(moved)
    assert 5 <= (above < 0).sum() <= 12
    assert (moved[above < -1] < 0.2).all()
    assert (moved[above > 1] > 0.8).all()
    assert moved[0] < 0.01


def test_for_relu_without_biases_the_sum_of_weight_times_gradient_is_the_same_in_all_layers():
    """Scaling W_k up and another W down by one factor leaves the net as it is (Du, Hu and Lee 2018)."""
    X, targets = (values[:, :3] for values in digit_columns())
    layers = random_net([64, 20, 30, 40, 10], [*["relu"] * 3, "identity"], np.random.default_rng(0), "he")
    run = forward(layers, X)
    gradients = weight_gradients(layers, run, softmax_cross_entropy(run.H[-1], targets).gradient)
    sums = [np.sum(layer.W * dW) for layer, dW in zip(layers, gradients.W, strict=True)]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-10)


# The parts


@PROPERTY
@given(st.lists(st.floats(-300, 300), min_size=1, max_size=9), st.floats(-1e4, 1e4))
def test_the_level_of_a_layer_is_the_root_mean_square_wherever_the_logs_lie(logs, shift):
    logs = np.array(logs)
    assert log10_rms(logs + shift) == pytest.approx(log10_rms(logs) + shift, abs=1e-9)
    assert logs.max() - 0.5 * np.log10(len(logs)) - 1e-9 <= log10_rms(logs) <= logs.max() + 1e-9
    moderate = logs / 10
    assert log10_rms(moderate) == pytest.approx(0.5 * np.log10(np.mean(100**moderate)), abs=1e-9)


def test_a_layer_that_is_dead_has_the_level_minus_infinity():
    assert log10_rms([-np.inf, -np.inf]) == -np.inf
    assert log10_rms([0.0, -np.inf]) == pytest.approx(-0.5 * np.log10(2))


@pytest.mark.parametrize("logs", [[np.nan], [np.inf], ["a"]])
def test_a_level_of_what_is_no_log_is_refused(logs):
    with pytest.raises(ValueError, match="logs must"):
        log10_rms(logs)


def test_the_limits_of_single_precision_are_those_of_numpy():
    assert np.isclose(10**SMALLEST_SINGLE, float(np.finfo(np.float32).smallest_subnormal), rtol=1e-9, atol=0)
    assert np.isclose(10**HALF_SPACING_SINGLE, float(np.finfo(np.float32).epsneg), rtol=1e-9, atol=0)


def test_an_update_is_lost_where_a_step_does_not_move_a_weight_of_one_in_single_precision():
    threshold = 10 ** lost_updates([np.zeros(1)], [Layer([[1.0]], "tanh")], 0.1)[0]
    one, rate = np.float32(1.0), 0.1
    assert one - np.float32(rate * threshold * 0.49) == one
    assert one - np.float32(rate * threshold * 1.01) != one


def test_training_is_descent_along_the_gradient_shortened_to_the_largest_norm():
    X, targets = digit_columns()
    layers = random_net([64, 8, 10], ["tanh", "identity"], np.random.default_rng(0))
    [(stepped, loss)] = train(layers, X, targets, 0.5, 1, 32, np.random.default_rng(1), max_norm=0.25)
    batch = np.random.default_rng(1).integers(0, X.shape[1], 32)
    run = forward(layers, X[:, batch])
    rows = softmax_cross_entropy(run.H[-1], targets[:, batch])
    assert loss == pytest.approx(rows.value.mean())
    moves = [before.W - after.W for before, after in zip(layers, stepped, strict=True)]
    biases = [after.b for after in stepped]
    length = np.sqrt(sum((move**2).sum() for move in moves) + sum((b**2).sum() for b in biases))
    assert length == pytest.approx(0.5 * 0.25)
    gradients = weight_gradients(layers, run, rows.gradient / 32)
    for move, dW in zip(moves, gradients.W, strict=True):
        assert np.vdot(move, dW) == pytest.approx(np.linalg.norm(move) * np.linalg.norm(dW))


# What a hundred updates make of it, in single precision


def losses_after_training(activation, weights, seeds, n_updates=100):
    """Return the loss over all digits of each seed's net after clipped gradient descent, as the explorer makes it."""
    if len(seeds) > 5:  # a few nets at a time, for the arrays of five stay near the processor
        groups = (seeds[k : k + 5] for k in range(0, len(seeds), 5))
        found = [losses_after_training(activation, weights, some, n_updates) for some in groups]
        return np.concatenate(found)
    X, targets = (values.astype(np.float32) for values in digit_columns())
    rngs, widths = [np.random.default_rng(seed) for seed in seeds], [64] * 19 + [10]
    W = [np.stack([weights(rng, *pair) for rng in rngs]).astype(np.float32) for pair in pairwise(widths)]
    b = [np.zeros((*one.shape[:2], 1), np.float32) for one in W]
    for _ in range(n_updates):
        some = np.stack([rng.integers(0, X.shape[1], 128) for rng in rngs])
        H = states(activation, W, b, np.moveaxis(X[:, some], 0, 1))
        found = gradients(activation, W, H, np.moveaxis(targets[:, some], 0, 1))
        norm = np.sqrt(sum((part**2).sum(axis=(1, 2), keepdims=True) for pair in found for part in pair))
        for one, bias, (dW, db) in zip(W, b, found, strict=True):
            one -= 0.1 / np.maximum(norm, 1) * dW
            bias -= 0.1 / np.maximum(norm, 1) * db
    z = states(activation, W, b, X[None])[-1]
    return (np.log(np.exp(z).sum(axis=1)) - (z * targets).sum(axis=1)).mean(axis=1)


@pytest.mark.draws
@pytest.mark.claim("C46")
def test_a_hundred_updates_train_relu_with_he(draws):
    losses = losses_after_training("relu", lambda rng, n, m: rng.standard_normal((m, n)) * np.sqrt(2 / n), draws())
    assert losses.max() < 0.7 * np.log(10)  # seen: 0.65 to 1.14, in 90 draws


@pytest.mark.draws
@pytest.mark.claim("C46")
def test_a_hundred_updates_leave_sigmoid_with_glorot_at_the_loss_of_a_guess(draws):
    losses = losses_after_training(
        "sigmoid", lambda rng, n, m: rng.uniform(-1, 1, (m, n)) * np.sqrt(6 / (n + m)), draws()
    )
    np.testing.assert_allclose(losses, np.log(10), rtol=0.02)


def test_nets_side_by_side_are_trained_as_one_alone():
    (X, targets), rng = digit_columns(), np.random.default_rng(2)
    layers = random_net([64] * 19 + [10], [*["relu"] * 18, "identity"], rng, "he")
    for trained, _ in train(layers, X, targets, 0.1, 5, 128, rng):
        layers = trained
    alone = softmax_cross_entropy(forward(layers, X).H[-1], targets).value.mean()
    he = losses_after_training(
        "relu", lambda rng, n, m: rng.standard_normal((m, n)) * np.sqrt(2 / n), range(1, 4), n_updates=5
    )
    assert he[1] == pytest.approx(alone, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_updates": -1}, "n_updates must be at least 0"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"max_norm": 0}, "max_norm must be above 0"),
        ({"rng": 3}, "rng must be a numpy Generator"),
        ({"X": [[np.nan]]}, "X must not hold NaN"),
        ({"targets": [[1.0, 0.5], [0.0, 0.6]]}, "each column of targets must sum to 1"),
    ],
)
def test_training_refuses_what_it_cannot_use(change, message):
    given = {"X": np.eye(2), "targets": np.eye(2), "learning_rate": 0.1, "n_updates": 1, "batch_size": 1}
    given |= {"rng": np.random.default_rng(0), "max_norm": 1.0} | change
    with pytest.raises(ValueError, match=message):
        list(train([Layer(np.eye(2), "identity")], **given))


def test_lost_updates_wants_norms_of_each_layer():
    with pytest.raises(ValueError, match=r"a norm for each of \[1\] neurons, got shapes \[\(1,\), \(1,\)\]"):
        lost_updates([np.zeros(1)] * 2, [Layer([[1.0]], "tanh")], 0.1)
