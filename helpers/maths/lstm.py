"""The LSTM of 1997, of 2000 and of today: forward, backward, and the Jacobian of its state, path by path (09, 10).

        forward, downwards                                  backward, upwards; d. is dDiv/d., summed over later steps
(1)     z = W h_k + U x_k + b                               dh_k = W^T dz
(2)     i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)  dz_i = di i(1 - i),   the same for f and for o
(3)     g = squash(z_g)                                     dz_g = dg squash'(z_g)
(4)     c_{k+1} = f c_k + i g                               di = dc g,   df = dc c_k,   dg = dc i,   dc_k = dc f
(5)     h_{k+1} = o read(c_{k+1})                           dc = dc_{k+1} + dh o read'(c_{k+1}),   do = dh read(c_{k+1})

Time is the first axis and the state the last; a batch stands between them. ``C[k]``, ``H[k]`` are the state with
``C[0]``, ``H[0]`` given, and ``I[k]``, ``F[k]``, ``Gs[k]``, ``O[k]`` belong to step k, which makes ``C[k + 1]``. The
rows of z, W, U and b are those of i, f, g and o, in this order, as in PyTorch and Keras. (PyTorch has two bias vectors,
of which only the sum counts.)
"""

from typing import NamedTuple

import numpy as np

from helpers.maths import rnn
from helpers.maths._check import (
    logs_within_floats,
    members,
    of_shape,
    one_of,
    real_array,
    real_number,
    shown,
    whole_number,
    within_floats,
)
from helpers.maths.activations import sigmoid
from helpers.maths.linear import random_rows
from helpers.maths.scalar import log10_transition

PATHS = ("carousel", "input gate", "forget gate", "cell input", "output gate")
SCALES = {"tanh": (1.0, 1.0, 1.0), "1997": (2.0, 0.5, 0.5)}  # g = a tanh(s z), read(c) = tanh(r c)


class LSTM(NamedTuple):
    """An LSTM of n cells: W (4n, n), U (4n, m) and b (4n,), the rows of i, f, g and o in this order.

    forget_gate : False for the cell of 1997, where f is 1 and its rows of W, U and b are not used
    squash : "tanh" for g = tanh(z_g), read(c) = tanh(c); "1997" for 4 sigmoid(z_g) - 2 and 2 sigmoid(c) - 1
    Hochreiter & Schmidhuber 1997: False, "1997". Gers, Schmidhuber & Cummins 2000: True, "1997". Today: True, "tanh".
    """

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    forget_gate: bool = True
    squash: str = "tanh"


class LSTMRun(NamedTuple):
    """T steps: C and H (T + 1, n), I, F, Gs, O (T, n), the inputs X (T, m); a batch after time."""

    C: np.ndarray
    H: np.ndarray
    I: np.ndarray
    F: np.ndarray
    Gs: np.ndarray
    O: np.ndarray
    X: np.ndarray


class LSTMGradients(NamedTuple):
    """dDiv/dW, dDiv/dU, dDiv/db, summed over time and batch, and dDiv/dc_0, dDiv/dh_0."""

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    c0: np.ndarray
    h0: np.ndarray


class LSTMTerms(NamedTuple):
    """Of each step: what dh_k does to c_{k+1} by way of i, f and g and to h_{k+1} by way of o, (T, n, n); and E (T, n).

    readout : E, what a change of c_{k+1} does to h_{k+1}, the diagonal of a matrix
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    cell_input: np.ndarray
    output_gate: np.ndarray
    readout: np.ndarray


def lstm_run(net, X, c0=None, h0=None):
    """Return the LSTMRun of the net with the inputs X.

    net : an LSTM. X : (T, m), or (T, B, m). c0, h0 : (n,), or (B, n); zeros where they are None.
    Raises ValueError for shapes that do not fit, for values that are not finite and for states that overflow.
    Source: Hochreiter & Schmidhuber 1997, equation (9); Gers, Schmidhuber & Cummins 2000.

    >>> net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, 0.0, 1.0, 0.0])
    >>> lstm_run(net, np.zeros((2, 1))).C[:, 0].round(4).tolist()
    [0.0, 0.3808, 0.5712]
    """
    W, U, b = _checked(net)
    a, s, r = SCALES[net.squash]
    n = W.shape[1]
    X, state = rnn.checked_inputs(X, U.shape[1], n)
    T = len(X)
    C, H = np.empty((T + 1, *state)), np.empty((T + 1, *state))
    for states, name, start in ((C, "c0", c0), (H, "h0", h0)):
        states[0] = 0.0 if start is None else of_shape(name, start, state, "W and X ask for")
    I, F, Gs, O = np.empty((4, T, *state))
    with np.errstate(over="ignore", invalid="ignore"):
        read = X @ U.T + b
        if not net.forget_gate:
            W = np.concatenate([W[:n], np.zeros((n, n)), W[2 * n :]])
            read[..., n : 2 * n] = np.inf  # whose sigmoid is exactly 1
        c, h, W_T = C[0], H[0], W.T
        for k in range(T):
            z = h @ W_T + read[k]  # (1)
            i, f, _, o = _parts(sigmoid(z), n)  # (2), at once: what it makes of z_g is not used
            g = a * np.tanh(s * z[..., 2 * n : 3 * n])  # (3)
            c = f * c + i * g  # (4)
            h = o * np.tanh(r * c)  # (5)
            I[k], F[k], Gs[k], O[k], C[k + 1], H[k + 1] = i, f, g, o, c, h
    if not (np.isfinite(C).all() and np.isfinite(H).all()):
        raise ValueError(f"the state must not overflow, got c {shown(C[-1])} and h {shown(H[-1])} at the end")
    return LSTMRun(C, H, I, F, Gs, O, X)


def lstm_backward(net, run, G, G_c=None):
    """Return the LSTMGradients, one pass back through the run.

    G : (T + 1, n), a batch after the time; G[t] = dDiv_t/dh_t. G_c : the same for c_t; None for zeros.
    Raises ValueError where the shapes do not fit, and for gradients that overflow.
    Source: the equations of the module, from (5) up to (1).

    >>> net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=np.zeros(4))
    >>> run = lstm_run(net, np.zeros((3, 1)), c0=[1.0])
    >>> lstm_backward(net, run, np.zeros((4, 1)), [[0.0], [0.0], [0.0], [1.0]]).c0.tolist()  # the gates are 1/2
    [0.125]
    """
    W = _checked_run(net, run)
    a, s, r = SCALES[net.squash]
    G = of_shape("G", G, run.H.shape, "H is")
    G_c = np.zeros(run.C.shape) if G_c is None else of_shape("G_c", G_c, run.H.shape, "H is")
    dZ = np.empty((*run.I.shape[:-1], len(W)))
    dc, dh = G_c[-1], G[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(len(run.I) - 1, -1, -1):
            i, f, g, o, read = run.I[k], run.F[k], run.Gs[k], run.O[k], np.tanh(r * run.C[k + 1])
            dc, do = dc + dh * o * r * (1.0 - read**2), dh * read  # (5)
            di, df, dg, dc = dc * g, dc * run.C[k], dc * i, dc * f + G_c[k]  # (4)
            dz_g = dg * a * s * (1.0 - (g / a) ** 2)  # (3)
            dz_i, dz_f, dz_o = di * i * (1.0 - i), df * f * (1.0 - f), do * o * (1.0 - o)  # (2); dz_f is 0 where f is 1
            dZ[k] = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=-1)  # (1)
            dh = dZ[k] @ W + G[k]  # (1)
    *of_parameters, (dc, dh) = rnn.parameter_gradients(dZ, run, np.stack([dc, dh]))
    return LSTMGradients(*of_parameters, dc, dh)


@within_floats
def lstm_terms(net, run):
    """Return the LSTMTerms of every step, the parts of which `lstm_jacobians` is put together.

    Arguments and errors as for `lstm_jacobians`. Source: claim C91.

    >>> net = LSTM(W=[[0.0], [0.0], [4.0], [0.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> lstm_terms(net, lstm_run(net, np.zeros((1, 1)))).cell_input.tolist()
    [[[2.0]]]
    """
    *factors, readout = lstm_factors(net, run)
    matrices = (v[..., None] * rows for v, rows in zip(factors, np.split(np.asarray(net.W, float), 4), strict=True))
    return LSTMTerms(*matrices, readout)


@within_floats
def lstm_factors(net, run):
    """Return what stands before W_i, W_f, W_g and W_o in the LSTMTerms, each (T, n), and their readout.

    g i(1 - i),   c_k f(1 - f),   i squash'(z_g),   read(c_{k+1}) o(1 - o),   o read'(c_{k+1})

    Arguments and errors as for `lstm_jacobians`. Source: claim C91.

    >>> net = LSTM(W=[[0.0], [0.0], [4.0], [0.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> lstm_factors(net, lstm_run(net, np.zeros((1, 1)))).cell_input.tolist()
    [[0.5]]
    """
    _checked_run(net, run)
    a, s, r = SCALES[net.squash]
    read = np.tanh(r * run.C[1:])
    return LSTMTerms(
        input_gate=run.Gs * run.I * (1.0 - run.I),
        forget_gate=run.C[:-1] * run.F * (1.0 - run.F),
        cell_input=run.I * a * s * (1.0 - (run.Gs / a) ** 2),
        output_gate=read * run.O * (1.0 - run.O),
        readout=run.O * r * (1.0 - read**2),
    )


@within_floats
def lstm_jacobians(net, run, paths=PATHS):
    """Return the Jacobians of the state (c, h), d(c, h)_{k+1} / d(c, h)_k, shape (T, 2n, 2n), a batch after the time.

    A = diag(c_k f(1 - f)) W_f + diag(g i(1 - i)) W_i + diag(i squash'(z_g)) W_g,   E = diag(o read'(c_{k+1}))
    J = [[diag(f),   A                                  ],
         [E diag(f), E A + diag(read(c) o(1 - o)) W_o   ]]

    paths : which of PATHS to keep: "carousel" is diag(f), the others are the terms of W_i, W_f, W_g and W_o. With the
        carousel alone dc_T/dc_0 is the product of the forget gates, what truncation leaves.
    Raises ValueError where net and run do not fit, and for an unknown path.
    Source: claims C91, C92; Hochreiter & Schmidhuber 1997, equations (30) and (35) for the truncated one.

    >>> net = LSTM(W=[[0.0], [0.0], [4.0], [0.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> lstm_jacobians(net, lstm_run(net, np.zeros((1, 1))))[0].tolist()
    [[0.5, 2.0], [0.25, 1.0]]
    """
    kept = [one_of("each of paths", path, PATHS) for path in members("paths", paths)]
    carousel, i, f, g, o = (float(path in kept) for path in PATHS)
    terms = lstm_terms(net, run)
    A = i * terms.input_gate + f * terms.forget_gate + g * terms.cell_input
    E, F = terms.readout[..., None], carousel * run.F[..., None] * np.eye(run.F.shape[-1])
    top, bottom = np.concatenate([F, A], axis=-1), np.concatenate([E * F, E * A + o * terms.output_gate], axis=-1)
    return np.concatenate([top, bottom], axis=-2)


@within_floats
def rest_eigenvalue(w_g, forget_bias=0.0, input_bias=0.0, output_bias=0.0):
    """Return the eigenvalue of the Jacobian of one tanh cell at rest that is not 0: f + i o w_g.

    Above 1 and below -1 the gradient explodes. With the squash of 1997, whose readout has the slope 1/2 at rest, it is
    f + i o w_g / 2.

    w_g : the weight from h to the cell input. The biases set f, i and o; a forget_bias of inf is no forget gate.
    Numbers, or arrays that broadcast together. Raises ValueError for NaN, and for inf elsewhere.
    Source: claim C91.

    >>> float(rest_eigenvalue(-1.0, forget_bias=np.inf)), float(rest_eigenvalue(2.0))
    (0.75, 1.0)
    """
    f = sigmoid(real_array("forget_bias", forget_bias, infinite_allowed=True))
    i, o = sigmoid(real_array("input_bias", input_bias)), sigmoid(real_array("output_bias", output_bias))
    return (f + i * o * real_array("w_g", w_g))[()]


@within_floats
def explosion_borders(forget_bias=0.0, input_bias=0.0, output_bias=0.0):
    """Return the two w_g at which one tanh cell at rest begins to explode: below the first, and above the second.

    (-1 - f)/(i o)  and  (1 - f)/(i o),   where f + i o w_g is -1 and 1

    Arguments and errors as for `rest_eigenvalue`. Source: claim C91.

    >>> [float(border) for border in explosion_borders()]
    [-6.0, 2.0]
    """
    b = real_array("forget_bias", forget_bias, infinite_allowed=True)
    i, o = sigmoid(real_array("input_bias", input_bias)), sigmoid(real_array("output_bias", output_bias))
    return (-1.0 - sigmoid(b)) / (i * o), sigmoid(-b) / (i * o)  # 1 - f = sigmoid(-b), with its digits


def random_lstm(n, m, scale, rng, forget_bias=0.0, forget_gate=True, squash="tanh"):
    """Return an LSTM with weights N(0, scale^2 / n) from the state, N(0, 1 / m) from the input, and b 0 but for f.

    n, m : at least 1. scale : at least 0. rng : a numpy Generator. forget_bias : of every forget gate.
    forget_gate, squash : as in `LSTM`.
    Raises ValueError for other values.
    Source: Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015.

    >>> random_lstm(2, 1, 0.0, np.random.default_rng(0), forget_bias=1.0).b.tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    # Drawn in the order i, f, o, g: what a seed gives is in many pictures.
    drawn = random_rows(4, n, m, scale, rng)
    W, U = (rows.reshape(4, n, -1)[[0, 1, 3, 2]].reshape(4 * n, -1) for rows in drawn)
    b = np.repeat([0.0, real_number("forget_bias", forget_bias), 0.0, 0.0], n)
    net = LSTM(W, U, b, forget_gate, squash)
    _checked(net)
    return net


def _parts(v, n):
    """The views of the parts of i, f, g and o."""
    return v[..., :n], v[..., n : 2 * n], v[..., 2 * n : 3 * n], v[..., 3 * n :]


def _checked(net):
    """W, U, b as arrays that fit together."""
    arrays = rnn.checked_net(net, LSTM, n_gates=4)
    one_of("squash", net.squash, SCALES)
    if not isinstance(net.forget_gate, bool | np.bool_):
        raise ValueError(f"forget_gate must be True or False, got {shown(net.forget_gate)}")
    return arrays


def _checked_run(net, run):
    """W; the run must be one of this net, for a net of one cell would broadcast over any."""
    W, U, _ = _checked(net)
    rnn.checked_run(run, LSTMRun, W.shape[1], U.shape[1])
    return W


# The gradient of c, path by path in logarithms, and the mystery nets


VARIANTS = ("whole", *PATHS)  # the last four: the carousel and this gate's path


@logs_within_floats
def path_log10_norms(net, run, variants=VARIANTS):
    """Return log10 of the spectral norm of dc_t/dc_0, t = 0, ..., T, along each variant, shape (v, T + 1).

    dc_{k+1} = f dc_k + A dh_k,   dh_{k+1} = E dc_{k+1} + R dh_k,   dc_0 = I, dh_0 = 0
    with A the sum of the terms of the input gate, the forget gate and the cell input, R that of the output gate, and E
    the readout (see `lstm_jacobians`); a variant keeps the terms of its paths.

    net : an LSTM. run : its LSTMRun, without a batch. variants : some of VARIANTS. -inf is an exact 0.
    Raises ValueError where net and run do not fit, for a batch, and for an unknown variant.
    Source: claim C91.

    >>> from helpers.maths.lstm import LSTM, lstm_run
    >>> net = LSTM(W=[[0.0], [0.0], [2.0], [0.0]], U=np.zeros((4, 1)), b=np.zeros(4))
    >>> logs = path_log10_norms(net, lstm_run(net, np.zeros((50, 1))))
    >>> [round(float(10 ** logs[row, 50]), 3) for row in (0, 5)], round(float(logs[1, 50]), 3)
    ([0.5, 0.0], -15.051)
    """
    factors = lstm_factors(net, run)
    variants = [one_of("each of variants", name, VARIANTS) for name in members("variants", variants)]
    if not variants:
        raise ValueError("variants must hold at least one name, got none")
    if run.C.ndim != 2:
        raise ValueError(f"run must be one run, got a batch: C {run.C.shape}")
    n, n_steps = run.C.shape[1], len(run.I)
    *W, W_o = np.split(np.asarray(net.W, dtype=float), 4)
    by_gate, through_o, E, F = (rows[..., None] for rows in (np.stack(factors[:3], 1), *factors[3:], run.F))
    # The carousel alone needs no matrix, and with the output gate's path alone a change of h never comes back to c. A
    # over R is made anew at each step: all steps fill no cache.
    by_matrix = [name for name in variants if name not in ("carousel", "output gate")]
    v, whole = len(by_matrix), [name == "whole" for name in by_matrix]
    keeps = np.array([[name in ("whole", path) for path in PATHS[1:4]] for name in by_matrix], float).reshape(v, 3)
    dc, dh, A_and_R = np.tile(np.eye(n), (v, 1, 1)), np.zeros((v, n, n)), np.zeros((v, 2 * n, n))
    products, scales, scale = np.tile(np.eye(n), (n_steps + 1, v, 1, 1)), np.zeros((n_steps + 1, v)), np.zeros(v)
    for k in range(n_steps):
        A_and_R[:, :n] = np.tensordot(keeps, by_gate[k] * W, 1)
        A_and_R[whole, n:] = through_o[k] * W_o
        moved = A_and_R @ dh
        dc = F[k] * dc + moved[:, :n]
        dh = E[k] * dc + moved[:, n:]
        products[k + 1], scales[k + 1] = dc, scale
        largest = np.abs(dc).max(axis=(1, 2))
        if ((largest > rnn.FAR) | (largest < 1 / rnn.FAR)).any():
            size = np.where(largest > 0, largest, 1.0)
            dc, dh = dc / size[:, None, None], dh / size[:, None, None]
            scale = scale + np.log10(size)
    logs = np.log10(np.linalg.norm(products, 2, axis=(-2, -1))) + scales
    told = dict(zip(by_matrix, logs.T, strict=True))
    carousel = log10_transition(run.F).max(axis=1)
    return np.stack([told.get(name, carousel) for name in variants])


@logs_within_floats
def readout_log10(net, run):
    """Return log10 of dh_{k+1}/dc_{k+1}, the readout E, shape (T, n), also where 1 - tanh^2 has no digit left.

    E = o r / cosh^2(r c_{k+1}),   r = 1, and 1/2 with the squash of 1997

    net : an LSTM. run : its LSTMRun; a batch after the time. -inf where o is 0.
    Raises ValueError where they do not fit. Source: claim C91.

    >>> from helpers.maths.lstm import LSTM, lstm_run
    >>> net = LSTM(W=np.zeros((4, 1)), U=np.zeros((4, 1)), b=[0.0, np.log(3.0), 0.0, 0.0])
    >>> readout_log10(net, lstm_run(net, np.zeros((1, 1)), c0=[200.0])).round(1).tolist()  # c = 150
    [[-130.0]]
    """
    lstm_factors(net, run)  # raises where they do not fit
    r = SCALES[net.squash][2]
    size = np.abs(r * run.C[1:])
    return np.log10(run.O) + np.log10(r) - 2 * (size + np.log1p(np.exp(-2 * size)) - np.log(2.0)) / np.log(10.0)


N, M, N_STEPS = 16, 4, 100  # cells, inputs, steps
N_MYSTERIES = 5


def secret(number):
    """Return (forget_bias, scale) of mystery `number`, from 1 to N_MYSTERIES; do not look before you have guessed.

    Raises ValueError for another number.

    >>> len(secret(1))
    2
    """
    number = whole_number("number", number, at_least=1, below=N_MYSTERIES + 1)
    rng = np.random.default_rng([2010, number])
    return round(float(rng.uniform(0.5, 4.0)), 1), round(float(rng.uniform(0.5, 5.0)), 1)


def gradients(number, forget_bias, scale):
    """Return log10 of the spectral norm of dc_t/dc_0 along all paths and along the carousel, each (N_STEPS + 1,).

    The net is a random_lstm of N cells with these settings, and reads noise. Its random numbers and the noise are those
    of mystery `number`, so that with its settings the gradients are its own.
    Raises ValueError for another number, and as `random_lstm` does.
    Source: claims C91, C92.

    >>> whole, carousel = gradients(1, forget_bias=0.0, scale=0.0)
    >>> bool(np.allclose(whole, carousel))
    True
    """
    rng = np.random.default_rng([2010, whole_number("number", number, at_least=1, below=N_MYSTERIES + 1)])
    net = random_lstm(N, M, scale, rng, forget_bias)
    return tuple(path_log10_norms(net, lstm_run(net, rng.standard_normal((N_STEPS, M))), ("whole", "carousel")))
