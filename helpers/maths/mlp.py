"""A net of any depth and widths, Y = f_N(W_{N-1} f_{N-1}(... f_1(W_0 x))), its Jacobians and gradients (notebook 03).

Layer k maps h_k to h_{k+1}: ``layers[k]`` holds W_k, b_k and f_{k+1}, ``H[k]`` is h_k with ``H[0]`` the input, and
``Z[k]`` = W_k h_k + b_k is the argument of f_{k+1}. One input is a vector (n_0,); a batch is (n_0, B), a column each.
A gradient is a row: (1, n) for one input and (B, n) for a batch, a row each, so that g_k = g_{k+1} (df_{k+1}/dz) W_k
reads the same for both. In a batch the gradients of weights are summed: divide the rows by B to have the mean.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from helpers.maths._check import (
    is_finite_array,
    logs_within_floats,
    members,
    one_of,
    real_array,
    real_number,
    shown,
    vector,
    whole_number,
    within_floats,
)
from helpers.maths.linear import initial_weights, log10_norm
from helpers.maths.vector_activations import ACTIVATE, ROWS_TIMES_JACOBIAN, activation_jacobian, known_activation


class Layer(NamedTuple):
    """One layer: W of shape (n_out, n_in), the name of its activation, and b of shape (n_out,) (None for zeros)."""

    W: np.ndarray
    activation: str
    b: np.ndarray | None = None


class Forward(NamedTuple):
    """What a forward pass leaves behind: H = [h_0, ..., h_N] and Z = [z_1, ..., z_N], so that h_{k+1} = f(Z[k])."""

    H: list
    Z: list


class Factor(NamedTuple):
    """One factor of the chain product: its label, such as "∇f_3", and its matrix."""

    label: str
    matrix: np.ndarray


class WeightGradients(NamedTuple):
    """For each layer k, dLoss/dW_k and dLoss/db_k, of the shapes of W_k and b_k."""

    W: list
    b: list


def forward(layers, x):
    """Return the Forward of the net: every h_k and every argument z_{k+1}.

    z_{k+1} = W_k h_k + b_k,   h_{k+1} = f_{k+1}(z_{k+1})

    layers : a list of Layer, at least one; a vector activation acts on the units of its layer
    x : the input h_0, (n_0,), or (n_0, B) for a batch
    Raises ValueError for layers that do not fit together, an x that does not fit, and a layer that overflows.
    Source: claims C10, C11, C21.

    >>> forward([Layer([[3.0, 0.0], [0.0, -1.0]], "relu")], [1.0, 1.0]).H[1].tolist()
    [3.0, 0.0]
    """
    layers, h = checked_layers(layers), real_array("x", x)
    if h.ndim not in (1, 2) or len(h) != layers[0].W.shape[1] or h.size == 0:
        raise ValueError(f"x must have {layers[0].W.shape[1]} rows, as W_0 has columns, got shape {h.shape}")
    H, Z = [h], []
    for k, (W, f, b) in enumerate(layers):
        with np.errstate(over="ignore", invalid="ignore"):
            Z.append(_in_floats(f"z_{k + 1}", W @ H[k] + (b if h.ndim == 1 else b[:, None])))
        H.append(_in_floats(f"h_{k + 1}", ACTIVATE[f](Z[k])))
    return Forward(H, Z)


def factors(layers, run, dD_dy, k=0):
    """Return the Factors of the gradient at h_k, output first: ∇D, ∇f_N, W_{N-1}, ..., ∇f_{k+1}, W_k.

    layers : a list of Layer. run : their Forward at one x of shape (n_0,).
    dD_dy : the row (1, n_N). k : from 0 (the input) to N (the output, where only ∇D is left).
    Raises ValueError where these do not fit together, and for a batch.
    Source: claims C16, C19, C22.

    >>> layers = [Layer(np.ones((3, 2)), "tanh"), Layer(np.ones((1, 3)), "identity")]
    >>> [(f.label, f.matrix.shape) for f in factors(layers, forward(layers, [0.0, 0.0]), [[1.0]])]
    [('∇D', (1, 1)), ('∇f_2', (1, 1)), ('W_1', (1, 3)), ('∇f_1', (3, 3)), ('W_0', (3, 2))]
    """
    layers, g = _ready(layers, run, dD_dy)
    if run.H[0].ndim != 1:
        raise ValueError(f"factors are matrices for one x of shape (n_0,), got a batch {run.H[0].shape}")
    k = whole_number("k", k, below=len(layers) + 1)
    result = [Factor("∇D", g)]
    for i in range(len(layers) - 1, k - 1, -1):
        result.append(Factor(f"∇f_{i + 1}", activation_jacobian(layers[i].activation, run.Z[i])))
        result.append(Factor(f"W_{i}", layers[i].W))
    return result


@within_floats
def chain_product(layers, run, dD_dy, k):
    """Return g_k = dD/dh_k, shape (1, n_k), as the product of its factors, multiplied out from the input side.

    g_k = ∇D ∇f_N W_{N-1} ∇f_{N-1} W_{N-2} ... ∇f_{k+1} W_k

    Arguments and errors as for `factors`. Every step but the last multiplies two matrices: which costs most.
    Source: claim C16.

    >>> layers = [Layer([[2.0]], "identity"), Layer([[5.0]], "identity")]
    >>> chain_product(layers, forward(layers, [1.0]), [[1.0]], k=0).tolist()
    [[10.0]]
    """
    matrices = [factor.matrix for factor in factors(layers, run, dD_dy, k)]
    return reduce(lambda right, left: left @ right, reversed(matrices))


def reverse_accumulation(layers, run, dD_dy):
    """Return the rows [g_0, ..., g_N], g_k = dD/dh_k of shape (1, n_k) or (B, n_k), a row times a matrix at a time.

    g_k = g_{k+1} ∇f_{k+1} W_k   from g_N = ∇D

    layers : a list of Layer. run : their Forward. dD_dy : the row (1, n_N), or (B, n_N) for a batch.
    Raises ValueError where these do not fit together, and for a row that overflows.
    Source: claims C16, C17.

    >>> layers = [Layer([[2.0]], "identity"), Layer([[5.0]], "identity")]
    >>> [g.tolist() for g in reverse_accumulation(layers, forward(layers, [1.0]), [[1.0]])]
    [[[10.0]], [[5.0]], [[1.0]]]
    """
    return _backward(*_ready(layers, run, dD_dy), run)[0]


@within_floats
def weight_gradients(layers, run, dD_dy):
    """Return the WeightGradients, summed over a batch.

    dD/dW_k = (g_{k+1} ∇f_{k+1})^T h_k^T,   dD/db_k = (g_{k+1} ∇f_{k+1})^T

    Arguments and errors as for `reverse_accumulation`; also where a gradient overflows. Source: claim C18.

    >>> layers = [Layer([[2.0]], "identity"), Layer([[5.0]], "identity")]
    >>> weight_gradients(layers, forward(layers, [3.0]), [[1.0]]).W[0].tolist()
    [[15.0]]
    """
    layers, g = _ready(layers, run, dD_dy)
    _, D = _backward(layers, g, run)
    H = [h.reshape(len(h), -1) for h in run.H]
    return WeightGradients([D[k].T @ H[k].T for k in range(len(D))], [d.sum(axis=0) for d in D])


@logs_within_floats
def log10_gradient_norms(layers, run, dD_dy):
    """Return log10 |g_k| for k = 0, ..., N, shape (N + 1,), or (N + 1, B) for a batch; -inf is an exact 0.

    A row that comes near the ends of the floats is scaled, so that 200 layers of sigmoid give a number and not -inf.
    Arguments as for `reverse_accumulation`. Raises ValueError where these do not fit together.
    Source: claims C9, C45 to C47.

    >>> layers = [Layer([[1.0]], "sigmoid")] * 1000
    >>> bool(log10_gradient_norms(layers, forward(layers, [0.5]), [[1.0]])[0] < -600)
    True
    """
    G, _ = _backward_in_logs(*_ready(layers, run, dD_dy), run)
    norms = np.array([0.5 * np.log10((g * g).sum(axis=1)) + log10_scale for g, log10_scale in G])
    return norms if run.H[0].ndim == 2 else norms[:, 0]


@logs_within_floats
def neuron_gradient_log10_norms(layers, run, dD_dy):
    """Return for each layer k an array (n_{k+1},): log10 |dD/dW_k[i, :]|, the gradient of the weights into neuron i.

    dD/dW_k[i, :] = sum over the batch of (g_{k+1} ∇f_{k+1})_i h_k^T

    In logs as `log10_gradient_norms`; -inf is an exact 0 (a dead ReLU, or an h_k below 5e-324).
    Arguments and errors as for `log10_gradient_norms`. Source: claims C18, C45 to C47.

    >>> layers = [Layer([[1.0]], "identity"), Layer([[0.01]], "identity")]
    >>> [n.round(3).tolist() for n in neuron_gradient_log10_norms(layers, forward(layers, [10.0]), [[1.0]])]
    [[-1.0], [1.0]]
    """
    result = []
    _, D = _backward_in_logs(*_ready(layers, run, dD_dy), run)
    for (d, log10_scale), h in zip(D, run.H[:-1], strict=True):
        top = log10_scale.max()
        largest_h = np.abs(h).max() or 1.0
        dW = (d * 10.0 ** (log10_scale - top)[:, None]).T @ (h.reshape(len(h), -1) / largest_h).T
        result.append(log10_norm(dW, axis=1) + top + np.log10(largest_h))
    return result


def random_net(widths, activations, rng, scheme="gaussian", gain=1.0):
    """Return a list of Layer without biases, its weights from `initial_weights`.

    widths : [n_0, ..., n_N]. activations : one name for all N layers, or a list of N names.
    rng, scheme, gain : as for `initial_weights`. Raises ValueError as it does, and for a wrong number of names.
    Source: claim C10.

    >>> [layer.activation for layer in random_net([2, 3, 4], "tanh", np.random.default_rng(0))]
    ['tanh', 'tanh']
    """
    weights = initial_weights(widths, scheme, rng, gain)
    names = [activations] * len(weights) if isinstance(activations, str) else members("activations", activations)
    if len(names) != len(weights):
        wanted = f"one name or {len(weights)}, one for each layer"
        raise ValueError(f"activations must be {wanted}, got {shown(activations)}")
    names = [one_of("each of activations", f, list(ACTIVATE)) for f in names]
    return [Layer(W, f, np.zeros(len(W))) for W, f in zip(weights, names, strict=True)]


@within_floats
def stepped(layers, gradients, learning_rate):
    """Return the layers after one step of gradient descent.

    W_k <- W_k - learning_rate dD/dW_k,   b_k <- b_k - learning_rate dD/db_k

    layers : a list of Layer. gradients : their WeightGradients. learning_rate : at least 0.
    Raises ValueError where these do not fit together.
    Source: claim C46.

    >>> stepped([Layer([[2.0]], "identity")], WeightGradients([np.ones((1, 1))], [np.ones(1)]), 0.5)[0].W.tolist()
    [[1.5]]
    """
    layers, rate = checked_layers(layers), real_number("learning_rate", learning_rate, at_least=0.0)
    if not isinstance(gradients, WeightGradients):
        raise ValueError(f"gradients must be WeightGradients, got {shown(gradients)}")
    for field, arrays in zip(WeightGradients._fields, gradients, strict=True):
        shapes = [array.shape for array in _finite_arrays(f"{field} of gradients", arrays)]
        if shapes != [getattr(layer, field).shape for layer in layers]:
            raise ValueError(f"{field} of gradients must have the shapes of the layers' {field}, got {shown(shapes)}")
    return [Layer(W - rate * dW, f, b - rate * db) for (W, f, b), dW, db in zip(layers, *gradients, strict=True)]


def checked_layers(layers):
    """Return the layers with float arrays and biases; raise ValueError where one does not fit the one before."""
    result, before = [], None
    for k, layer in enumerate(members("layers", layers)):
        if result and layer is before and len(result[-1].W) == result[-1].W.shape[1]:  # tied weights are checked once
            result.append(result[-1])
            continue
        before = layer
        if not isinstance(layer, Layer):
            raise ValueError(f"layers must be a list of Layer, got {shown(layer)}")
        W = real_array(f"W_{k}", layer.W)
        if W.ndim != 2 or W.size == 0 or (result and W.shape[1] != len(result[-1].W)):
            wanted = f"(n, {len(result[-1].W)})" if result else "(n_1, n_0)"
            raise ValueError(f"W_{k} must be of shape {wanted}, got {W.shape}")
        b = np.zeros(len(W)) if layer.b is None else vector(f"b_{k}", layer.b)
        if len(b) != len(W):
            raise ValueError(f"b_{k} must be of shape ({len(W)},), got {b.shape}")
        result.append(Layer(W, known_activation(layer.activation), b))
    if not result:
        raise ValueError("layers must hold at least one Layer, got none")
    return result


def _ready(layers, run, dD_dy):
    """The checked layers and the rows at the output, for a Forward that is theirs."""
    layers, g = checked_layers(layers), real_array("dD_dy", dD_dy)
    widths = [layers[0].W.shape[1]] + [len(layer.W) for layer in layers]
    if not isinstance(run, Forward):
        raise ValueError(f"run must be the Forward of these layers, got {shown(run)}")
    for field, arrays in zip(Forward._fields, run, strict=True):
        _finite_arrays(f"{field} of run", arrays)
    batch = run.H[0].shape[1:] if run.H else ()
    shapes = [(n, *batch) for n in widths]
    if [h.shape for h in run.H] != shapes or [z.shape for z in run.Z] != shapes[1:] or len(batch) > 1:
        raise ValueError(f"run must be the Forward of these layers, of widths {widths}, got {shown(run)}")
    B = batch[0] if batch else 1
    if g.shape != (B, widths[-1]):
        raise ValueError(f"dD_dy must be of shape {(B, widths[-1])}, a row for each input, got {g.shape}")
    return layers, g


def _finite_arrays(name, arrays):
    """The list of arrays; raise ValueError where one is not an array of finite numbers."""
    for array in members(name, arrays):
        if not is_finite_array(array):
            raise ValueError(f"{name} must hold arrays of finite numbers, got {shown(array)}")
    return arrays


def _backward(layers, g, run):
    """The rows G = [g_0, ..., g_N] and D with D[k] = g_{k+1} ∇f_{k+1}, so that g_k = D[k] W_k."""
    G, D = [g], []
    for (W, f, _), z in zip(reversed(layers), reversed(run.Z), strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            D.append(_in_floats("a gradient", ROWS_TIMES_JACOBIAN[f](G[-1], z.reshape(len(z), -1))))
            G.append(_in_floats("a gradient", D[-1] @ W))
    return G[::-1], D[::-1]


def _backward_in_logs(layers, g, run):
    """As `_backward`, but each entry is a pair: rows that can be squared, and log10 of their scales (B,)."""
    G, D = [_scaled(g, np.zeros(len(g)))], []
    for (W, f, _), z in zip(reversed(layers), reversed(run.Z), strict=True):
        g, log10_scale = G[-1]
        D.append(_scaled(ROWS_TIMES_JACOBIAN[f](g, z.reshape(len(z), -1)), log10_scale))
        d, log10_scale = D[-1]
        size = np.abs(W).max() or 1.0
        G.append(_scaled(d @ (W / size), log10_scale + np.log10(size)))
    return G[::-1], D[::-1]


def _scaled(rows, log10_scale):
    """Rows with a largest entry beyond 1e-6 or 1e60 divided by it, for their products have to be floats too."""
    largest = _in_floats("one step of a gradient", np.abs(rows).max(axis=1))
    far = (largest > 1e60) | ((largest < 1e-6) & (largest > 0))
    if not far.any():
        return rows, log10_scale
    scale = np.where(far, largest, 1.0)
    return rows / scale[:, None], log10_scale + np.log10(scale)


def _in_floats(name, array):
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must not overflow, got {shown(array)}")
    return array
