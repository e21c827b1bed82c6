"""Many recurrent nets at once, forward and backward: what training needs (notebook 10).

S nets of one shape read S batches of their own. Vectors are columns, as in the equations, and the columns of a batch
stand side by side: a state is (S, n, B), an input (T, S, m, B). So a step is one matrix product for each net and then
arithmetic on rows that lie together in memory, which is why this is faster than the same net in `rnn`, `lstm` and
`gru` (there a batch of rows); these are the oracle of its tests. The arrays of a run are made once and used again.

The parameters of a net are one row of ``theta`` (S, P), so that an optimiser sees a vector; `parameters` names the
parts.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import float_type, generator, one_of, real_array, real_number, shown, whole_number
from helpers.maths.gru import GRU, random_gru
from helpers.maths.initial import gaussian
from helpers.maths.lstm import LSTM, random_lstm
from helpers.maths.rnn import RNN


class Shape(NamedTuple):
    """The shape of a net: its model, a name from MODELS, n states, m inputs and p outputs."""

    model: str
    n: int
    m: int
    p: int


class Parameters(NamedTuple):
    """Of S nets: W (S, G n, n), U (S, G n, m), b (S, G n, 1), G gates; V (S, p, n), c (S, p, 1): outputs V h + c."""

    W: np.ndarray
    U: np.ndarray
    b: np.ndarray
    V: np.ndarray
    c: np.ndarray


def parameters(theta, shape):
    """Return the Parameters that the rows of theta (S, P) hold, as views: what is written on them is written there.

    Raises ValueError for an unknown model, and where P is not what the shape asks for.

    >>> shape = Shape("tanh", n=2, m=1, p=1)
    >>> parameters(np.arange(11.0)[None], shape).W.tolist()
    [[[0.0, 1.0], [2.0, 3.0]]]
    """
    n, m, p, rows = shape.n, shape.m, shape.p, MODELS[one_of("model", shape.model, MODELS)].n_gates * shape.n
    sizes = [(rows, n), (rows, m), (rows, 1), (p, n), (p, 1)]
    ends = np.cumsum([i * j for i, j in sizes])
    if np.ndim(theta) != 2 or theta.shape[1] != ends[-1]:
        raise ValueError(f"theta must be (S, {ends[-1]}), got {np.shape(theta)}")
    parts = np.split(theta, ends[:-1], axis=1)
    return Parameters(*(part.reshape(len(theta), *size) for part, size in zip(parts, sizes, strict=True)))


def random_theta(shape, rng, gain=1.0, forget_bias=0.0, input_bias=0.0):
    """Return the parameters (P,) of one net: W N(0, gain^2 / n), U N(0, 1 / m), V N(0, 1 / n), biases 0.

    "irnn" starts with W = gain I and U N(0, 0.001^2). forget_bias : of f in "lstm", of z in "gru"; others have none.
    input_bias : of i in "lstm"; others have none. -forget_bias ties the gates: i = 1 - f where the bias alone counts.
    shape : a Shape. rng : a numpy Generator. gain : at least 0. Raises ValueError for other values.
    Source: Le, Jaitly & Hinton 2015 ("irnn"); Gers, Schmidhuber & Cummins 2000 (the forget bias); Tallec & Ollivier
    2018 (the tied input bias).

    >>> theta = random_theta(Shape("irnn", n=2, m=1, p=1), np.random.default_rng(0))
    >>> theta[:4].tolist()
    [1.0, 0.0, 0.0, 1.0]
    """
    model, n, m, p = _checked(shape)
    gain, forget_bias = real_number("gain", gain, at_least=0.0), real_number("forget_bias", forget_bias)
    input_bias = real_number("input_bias", input_bias)
    generator("rng", rng)
    if model == "lstm":
        net = random_lstm(n, m, gain, rng, forget_bias)
        net.b[:n] = input_bias
        net = LSTM(*map(_g_and_o_exchanged, net[:3]))
    elif model == "gru":
        net = random_gru(n, m, gain, rng, forget_bias)
    elif model == "irnn":
        net = RNN(gain * np.eye(n), 0.001 * rng.standard_normal((n, m)), np.zeros(n), "relu")
    else:
        net = RNN(gaussian(n, gain, rng), rng.standard_normal((n, m)) / np.sqrt(m), np.zeros(n))
    V = rng.standard_normal((p, n)) / np.sqrt(n)
    return np.concatenate([part.ravel() for part in (net.W, net.U, net.b, V, np.zeros(p))])


def single_net(theta, shape, s):
    """Return net s of theta (S, P) as an RNN, LSTM or GRU, with copies of its parameters.

    shape : a Shape. s : from 0 to S - 1. Raises ValueError for other values.

    >>> single_net(np.zeros((1, 11)), Shape("tanh", n=2, m=1, p=1), 0).b.tolist()
    [0.0, 0.0]
    """
    theta = real_array("theta", theta)
    parts = parameters(theta, _checked(shape))[:3]
    W, U, b = (part[whole_number("s", s, below=len(theta))].copy() for part in parts)
    b = b[:, 0]
    if shape.model == "lstm":
        return LSTM(*map(_g_and_o_exchanged, (W, U, b)))
    if shape.model == "gru":
        return GRU(W, U, b, np.zeros(shape.n))
    return RNN(W, U, b, "tanh" if shape.model == "tanh" else "relu")


class Nets:
    """S nets of one model on sequences of T steps, and the arrays of a run; `nets` makes them.

    H : (T + 1, S, n, B), the states of the last run. dH : dDiv/dh_k as columns, the same of the last way back.
    Z, dZ : (T, S, G n, B), the gates (or the states themselves) and dDiv/dz.
    """

    n_gates = 1

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once."""
        self.H, self.dH = np.zeros((2, n_steps + 1, n_nets, n, batch), dtype)
        self.Z, self.dZ = np.empty((2, n_steps, n_nets, self.n_gates * n, batch), dtype)

    def run(self, P, X):
        """Return the outputs (S, p, B) of the nets with Parameters P after the inputs X (T, S, m, B), from zeros.

        Raises ValueError for shapes that are not those of the arrays: they would be broadcast.
        """
        n_steps, n_nets, rows, batch = self.Z.shape
        U, wanted = (n_nets, rows, P.U.shape[-1]), (n_steps, n_nets, P.U.shape[-1], batch)
        if P.U.shape != U or X.shape != wanted:
            raise ValueError(f"U must be {U} and X {wanted}, got {P.U.shape} and {X.shape}")
        np.matmul(P.U, X, out=self.Z)
        self.Z += P.b
        self.forward(P.W)
        return P.V @ self.H[-1] + P.c

    def back(self, P, X, dY, gradient):
        """Write dDiv/dP into the Parameters `gradient`, given dDiv/dY (S, p, B) of the run just made."""
        np.matmul(dY, self.H[-1].mT, out=gradient.V)
        np.sum(dY, axis=-1, keepdims=True, out=gradient.c)
        self.dH[-1] = P.V.mT @ dY
        self.backward(P.W)
        np.sum(self.dZ @ self.H[:-1].mT, axis=0, out=gradient.W)
        np.sum(self.dZ @ X.mT, axis=0, out=gradient.U)
        np.sum(self.dZ.sum(axis=0), axis=-1, keepdims=True, out=gradient.b)

    def rows(self):
        """Return dDiv/d(state) of every step of the last way back, (T + 1, S, n, B), or 2 n where c goes with h."""
        return self.dH

    def squashed(self):
        """Return, (T, S, n, B), what tanh made of every step's state, of which its slopes on the way back are made.

        Raises ValueError where the state goes through no tanh.
        """
        raise ValueError(
            f"model must be one whose state goes through tanh, 'tanh' or 'lstm', got {type(self).__name__}"
        )


class TanhNets(Nets):
    """h_{k+1} = tanh(W h_k + U x_k + b)."""

    def squashed(self):
        """Return the states."""
        return self.H[1:]

    def forward(self, W):
        """Fill H."""
        for k, z in enumerate(self.Z):
            z += W @ self.H[k]
            np.tanh(z, out=self.H[k + 1])

    def backward(self, W):
        """Fill dZ and dH."""
        W_T = W.mT.copy()
        np.subtract(1.0, self.H[1:] ** 2, out=self.dZ)
        for k in reversed(range(len(self.dZ))):
            self.dZ[k] *= self.dH[k + 1]
            np.matmul(W_T, self.dZ[k], out=self.dH[k])


class ReLUNets(Nets):
    """h_{k+1} = max(0, W h_k + U x_k + b)."""

    def forward(self, W):
        """Fill H."""
        for k, z in enumerate(self.Z):
            z += W @ self.H[k]
            np.maximum(z, 0.0, out=self.H[k + 1])

    def backward(self, W):
        """Fill dZ and dH."""
        W_T = W.mT.copy()
        for k in reversed(range(len(self.dZ))):
            np.multiply(self.dH[k + 1], self.Z[k] > 0, out=self.dZ[k])
            np.matmul(W_T, self.dZ[k], out=self.dH[k])


class LSTMNets(Nets):
    """c_{k+1} = f c_k + i g, h_{k+1} = o tanh(c_{k+1}), the rows in the order i, f, o, g: one sigmoid fills three.

    `lstm` has the order i, f, g, o. Here it is kept because on the way back it is the order of sums, and so decides the
    last digits of what the experiments found.
    """

    n_gates = 4

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once; R[k] is tanh(c_{k+1})."""
        super().__init__(n_steps, n_nets, n, batch, dtype)
        self.C, self.dC = np.zeros((2, *self.H.shape), dtype)
        self.R = np.empty_like(self.H[1:])

    def forward(self, W):
        """Fill H, C, R and, in place of z, the gates in Z."""
        H, C, R, (I, F, O, Gs) = self.H, self.C, self.R, np.split(self.Z, 4, axis=2)
        for k, z in enumerate(self.Z):
            z += W @ H[k]
            _sigmoid_in_place(z[:, : -H.shape[2]])
            np.tanh(Gs[k], out=Gs[k])
            np.multiply(F[k], C[k], out=C[k + 1])
            C[k + 1] += I[k] * Gs[k]
            np.tanh(C[k + 1], out=R[k])
            np.multiply(O[k], R[k], out=H[k + 1])

    def backward(self, W):
        """Fill dZ, dH and dC."""
        C, R, dH, dC, W_T = self.C, self.R, self.dH, self.dC, W.mT.copy()
        (I, F, O, Gs), (dI, dF, dO, dG) = (np.split(Z, 4, axis=2) for Z in (self.Z, self.dZ))
        gates = self.Z[:, :, : -R.shape[2]]
        np.multiply(gates, 1.0 - gates, out=self.dZ[:, :, : -R.shape[2]])
        np.subtract(1.0, Gs**2, out=dG)
        for k in reversed(range(len(R))):  # so far, dI to dG hold the slopes of the gates
            dc = dC[k + 1] + dH[k + 1] * O[k] * (1.0 - R[k] ** 2)
            dI[k] *= dc * Gs[k]
            dF[k] *= dc * C[k]
            dO[k] *= dH[k + 1] * R[k]
            dG[k] *= dc * I[k]
            np.multiply(dc, F[k], out=dC[k])
            np.matmul(W_T, self.dZ[k], out=dH[k])

    def rows(self):
        """Return dDiv/d(c, h) of every step, (T + 1, S, 2 n, B)."""
        return np.concatenate([self.dC, self.dH], axis=2)

    def squashed(self):
        """Return tanh(c)."""
        return self.R


class GRUNets(Nets):
    """h_{k+1} = z h_k + (1 - z) q, the gates in the order z, r, q as in `gru`, "cho"."""

    n_gates = 3

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once; RH[k] is r h_k, which W_q reads."""
        super().__init__(n_steps, n_nets, n, batch, dtype)
        self.RH = np.empty_like(self.H[1:])

    def forward(self, W):
        """Fill H, RH and, in place of their arguments, the gates in Z."""
        H, RH, (Z, R, Q) = self.H, self.RH, np.split(self.Z, 3, axis=2)
        W_zr, W_q = np.split(W, [2 * H.shape[2]], axis=1)
        for k, gates in enumerate(self.Z[:, :, : 2 * H.shape[2]]):
            gates += W_zr @ H[k]
            _sigmoid_in_place(gates)
            np.multiply(R[k], H[k], out=RH[k])
            Q[k] += W_q @ RH[k]
            np.tanh(Q[k], out=Q[k])
            np.subtract(H[k], Q[k], out=H[k + 1])
            H[k + 1] *= Z[k]
            H[k + 1] += Q[k]

    def backward(self, W):
        """Fill dZ and dH."""
        n, H, dH = self.H.shape[2], self.H, self.dH
        (Z, R, Q), (dZ, dR, dQ) = (np.split(gates, 3, axis=2) for gates in (self.Z, self.dZ))
        W_zr_T, W_q_T = (part.mT.copy() for part in np.split(W, [2 * n], axis=1))
        gates = self.Z[:, :, : 2 * n]
        np.multiply(gates, 1.0 - gates, out=self.dZ[:, :, : 2 * n])
        np.subtract(1.0, Q**2, out=dQ)
        for k in reversed(range(len(Z))):  # so far, dZ, dR and dQ hold the slopes of the gates
            dZ[k] *= dH[k + 1] * (H[k] - Q[k])
            dQ[k] *= dH[k + 1] * (1.0 - Z[k])
            d_rh = W_q_T @ dQ[k]
            dR[k] *= d_rh * H[k]
            np.matmul(W_zr_T, self.dZ[k][:, : 2 * n], out=dH[k])
            dH[k] += dH[k + 1] * Z[k]
            dH[k] += d_rh * R[k]

    def back(self, P, X, dY, gradient):
        """As for all, but for W_q, which reads r h and not h."""
        super().back(P, X, dY, gradient)
        n = self.H.shape[2]
        np.sum(self.dZ[:, :, 2 * n :] @ self.RH.mT, axis=0, out=gradient.W[:, 2 * n :])


MODELS = {"tanh": TanhNets, "irnn": ReLUNets, "lstm": LSTMNets, "gru": GRUNets}


def nets(shape, n_steps, n_nets, batch, dtype=float):
    """Return the Nets of a shape with arrays for n_nets nets, runs of n_steps steps and `batch` columns.

    dtype : float, or np.float32, which is faster. Raises ValueError for sizes below 1.

    >>> shape = Shape("tanh", n=2, m=1, p=1)
    >>> many = nets(shape, n_steps=3, n_nets=1, batch=4)
    >>> many.run(parameters(np.zeros((1, 11)), shape), np.ones((3, 1, 1, 4))).tolist()
    [[[0.0, 0.0, 0.0, 0.0]]]
    """
    shape = _checked(shape)
    sizes = {"n_steps": n_steps, "n_nets": n_nets, "n": shape.n, "batch": batch}
    sizes = (whole_number(name, value, at_least=1) for name, value in sizes.items())
    return MODELS[shape.model](*sizes, float_type("dtype", dtype))


def _checked(shape):
    """The Shape, with its values in their working form."""
    if not isinstance(shape, Shape):
        raise ValueError(f"shape must be a Shape, got {shown(shape)}")
    return Shape(one_of("model", shape.model, MODELS), *(whole_number(k, getattr(shape, k), at_least=1) for k in "nmp"))


def _g_and_o_exchanged(rows):
    """The rows of i, f, g and o in the order i, f, o, g, or back."""
    i, f, third, fourth = np.split(rows, 4)
    return np.concatenate([i, f, fourth, third])


def _sigmoid_in_place(z):
    z *= 0.5
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
