"""What depth does to the gradient of a net: of every neuron, by layer, before and after training (notebook 04)."""

import numpy as np

from helpers.maths._check import generator, logs_within_floats, members, real_array, real_number, shown, whole_number
from helpers.maths.linear import log10_norm
from helpers.maths.mlp import checked_layers, forward, stepped, weight_gradients
from helpers.maths.vector_activations import softmax_cross_entropy

SMALLEST_SINGLE = float(np.log10(2.0) * -149)  # log10 of the smallest number above 0 in single precision
HALF_SPACING_SINGLE = float(np.log10(2.0) * -24)  # log10 of the smallest relative change that single precision keeps


def train(layers, X, targets, learning_rate, n_updates, batch_size, rng, max_norm=1.0):
    """Yield (layers, loss) after each of n_updates steps of clipped gradient descent on random batches.

    layers : a list of Layer with logits at the output. X : (n_0, N) inputs, a column each. targets : (n_N, N), at least
    0, each column summing to 1.
    The loss is the mean softmax cross-entropy of the batch before the step; all gradients together are shortened to
    max_norm where they are longer. rng : a numpy Generator. Raises ValueError for values out of range.
    Source: claim C46; Pascanu, Mikolov & Bengio 2013, Algorithm 1.

    >>> from helpers.maths.mlp import Layer
    >>> X = targets = np.eye(2)
    >>> steps = train([Layer(np.zeros((2, 2)), "identity")], X, targets, 1.0, 20, 2, np.random.default_rng(0))
    >>> losses = [round(loss, 2) for _, loss in steps]
    >>> losses[0], losses[-1] < 0.2
    (0.69, True)
    """
    X, targets, rng = real_array("X", X), real_array("targets", targets, at_least=0.0), generator("rng", rng)
    n_updates, batch_size = whole_number("n_updates", n_updates), whole_number("batch_size", batch_size, at_least=1)
    max_norm = real_number("max_norm", max_norm, above=0.0)
    learning_rate = real_number("learning_rate", learning_rate, at_least=0.0)
    layers = checked_layers(layers)
    n_0, n_N, N = layers[0].W.shape[1], len(layers[-1].W), X.shape[-1] if X.ndim else 0
    if X.shape != (n_0, N) or targets.shape != (n_N, N) or not N:
        raise ValueError(f"X must be ({n_0}, N) and targets ({n_N}, N), N >= 1, got {X.shape} and {targets.shape}")
    if (np.abs(targets.sum(axis=0) - 1.0) > 1e-9).any():
        raise ValueError(f"each column of targets must sum to 1, got {shown(targets)}")
    for _ in range(n_updates):
        batch = rng.integers(0, X.shape[1], batch_size)
        run = forward(layers, X[:, batch])
        loss = softmax_cross_entropy(run.H[-1], targets[:, batch])
        gradients = weight_gradients(layers, run, loss.gradient / batch_size)
        parts = [*gradients.W, *gradients.b]
        # So that no square overflows.
        size = 2.0 ** np.frexp(max(np.abs(part).max() for part in parts))[1].clip(-1000, 1000)
        norm = np.sqrt(sum(((part / size) ** 2).sum() for part in parts))
        layers = stepped(layers, gradients, learning_rate * min(1.0, max_norm / size / norm) if norm else learning_rate)
        yield layers, float(loss.value.mean())


def log10_rms(logs):
    """Return log10 of the root mean square of 10**logs along the last axis; -inf where all are -inf.

    logs : (..., n), -inf allowed, nothing else that is not finite.
    Raises ValueError for NaN and +inf.

    >>> log10_rms([-400.0, -400.0, -np.inf]).round(3).tolist()
    -400.088
    """
    logs = real_array("logs", logs, infinite_allowed=True)
    if np.isposinf(logs).any():
        raise ValueError("logs must not hold +inf")
    top = logs.max(axis=-1, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return 0.5 * np.log10((100.0 ** (logs - shift)).mean(axis=-1)) + shift[..., 0]


@logs_within_floats
def lost_updates(gradient_log10_norms, layers, learning_rate):
    """Return for each layer the log10 gradient norm below which single precision rounds an update of a neuron away.

    learning_rate |dW| < 2^-24 |W|,   |W| the root mean square of the lengths of the layer's rows

    gradient_log10_norms : what `neuron_gradient_log10_norms` returns, for its number of layers
    layers : the list of Layer. learning_rate : above 0. Returns (N,). Raises ValueError where the two do not fit.
    Source: claim C46.

    >>> from helpers.maths.mlp import Layer
    >>> lost_updates([np.zeros(1)], [Layer([[1.0]], "tanh")], 1.0).round(2).tolist()
    [-7.22]
    """
    rate, layers = real_number("learning_rate", learning_rate, above=0.0), checked_layers(layers)
    norms = [
        real_array("each of gradient_log10_norms", logs, infinite_allowed=True)
        for logs in members("gradient_log10_norms", gradient_log10_norms)
    ]
    if [logs.shape for logs in norms] != [layer.b.shape for layer in layers]:
        raise ValueError(
            f"gradient_log10_norms must hold a norm for each of {[len(layer.b) for layer in layers]} neurons, "
            f"got shapes {[logs.shape for logs in norms]}"
        )
    rows = [log10_norm(layer.W.ravel()) - 0.5 * np.log10(len(layer.W)) for layer in layers]
    return HALF_SPACING_SINGLE + np.array(rows) - np.log10(rate)
