"""Many nets at once, forward and backward: what training needs (notebooks 10 and 11).

S nets of one shape read S batches of their own. Vectors are columns, as in the equations, and the columns of a batch
stand side by side: a state is (S, n, B), an input (T, S, m, B). So a step is one matrix product for each net and then
arithmetic on rows that lie together in memory, which is why this is faster than the same net in `rnn`, `lstm` and
`gru` (there a batch of rows); these, and `memory`, `diagonal` and `attention`, are the oracle of its tests. The
arrays of a run are made once and used again.

The parameters of a net are one row of ``theta`` (S, P), so that an optimiser sees a vector; `parameters` names the
parts.
"""

from typing import NamedTuple

import numpy as np

from helpers.maths._check import float_type, generator, one_of, real_array, real_number, shown, whole_number
from helpers.maths.attention import causal_weights, positions
from helpers.maths.diagonal import ring_eigenvalues
from helpers.maths.gru import GRU, random_gru
from helpers.maths.lstm import LSTM, random_lstm
from helpers.maths.rnn import RNN


class Shape(NamedTuple):
    """The shape of a net: its model, a name from MODELS, n states, m inputs and p outputs."""

    model: str
    n: int
    m: int
    p: int


class Parameters(NamedTuple):
    """Of S nets: U (S, G n, m), b (S, G n, 1), G gates; V (S, p, n), c (S, p, 1): outputs V h + c; and W.

    W (S, G n, n) reads the state. In a "min_gru" nothing does, and it is (S, 2 n, 0). In a diagonal recurrence it holds
    ν and θ, (S, 2 n, 1), and in attention W_q, W_k and W_v, (S, 3 n, n).
    """

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
    sizes = _sizes(shape)
    ends = np.cumsum([i * j for i, j in sizes])
    if np.ndim(theta) != 2 or theta.shape[1] != ends[-1]:
        raise ValueError(f"theta must be (S, {ends[-1]}), got {np.shape(theta)}")
    parts = np.split(theta, ends[:-1], axis=1)
    return Parameters(*(part.reshape(len(theta), *size) for part, size in zip(parts, sizes, strict=True)))


def random_theta(shape, rng, gain=1.0, forget_bias=0.0, input_bias=0.0):
    """Return the parameters (P,) of one net: W N(0, gain^2 / n), U N(0, 1 / m), V N(0, 1 / n), biases 0.

    "irnn" starts with W = gain I and U N(0, 0.001^2); a diagonal recurrence with eigenvalues from the ring .9 to .999,
    angles up to π/10. forget_bias : of f in "lstm", of z in "gru", of 1 - z in "min_gru"; others have none.
    input_bias : of i in "lstm"; others have none. -forget_bias ties the gates: i = 1 - f where the bias alone counts.
    shape : a Shape. rng : a numpy Generator. gain : at least 0. Raises ValueError for other values.
    Source: Le, Jaitly & Hinton 2015 ("irnn"); Gers, Schmidhuber & Cummins 2000 (the forget bias); Tallec & Ollivier
    2018 (the tied input bias); Orvieto et al. 2023, sections 3.2 to 3.4 (the ring).

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
        size, (rows, _) = _sizes(shape)[:2]
        W = gain / np.sqrt(n) * rng.standard_normal(size)
        if issubclass(MODELS[model], DiagonalNets):
            radius, angle = ring_eigenvalues(n, 0.9, 0.999, rng)
            W = np.stack([np.log(-np.log(radius)), angle / 20.0])
        net = RNN(W, rng.standard_normal((rows, m)) / np.sqrt(m), np.zeros(rows))
        if model == "min_gru":
            net.b[:n] = -forget_bias
    V = rng.standard_normal((p, n)) / np.sqrt(n)
    return np.concatenate([part.ravel() for part in (net.W, net.U, net.b, V, np.zeros(p))])


def single_net(theta, shape, s):
    """Return net s of theta (S, P) as an RNN, LSTM or GRU, with copies of its parameters.

    shape : a Shape, of such a net. s : from 0 to S - 1. Raises ValueError for other values.

    >>> single_net(np.zeros((1, 11)), Shape("tanh", n=2, m=1, p=1), 0).b.tolist()
    [0.0, 0.0]
    """
    theta = real_array("theta", theta)
    one_of("model", _checked(shape).model, ("tanh", "irnn", "lstm", "gru"))
    parts = parameters(theta, shape)[:3]
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

    n_gates = 1  # rows of U and of b for each state
    W_rows = W_columns = None  # of W: as many for each state, and how many; None for as those of U, and for n

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
        self.to_W(P.W, gradient.W)
        np.sum(self.dZ @ X.mT, axis=0, out=gradient.U)
        np.sum(self.dZ.sum(axis=0), axis=-1, keepdims=True, out=gradient.b)

    def to_W(self, W, out):
        """Write dDiv/dW, after the way back."""
        np.sum(self.dZ @ self.H[:-1].mT, axis=0, out=out)

    def outputs(self, P):
        """Return the outputs after each step of the run just made, (T, S, p, B)."""
        return P.V @ self.H[1:] + P.c

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

    def to_W(self, W, out):
        """Write dDiv/dW; W_q reads r h and not h."""
        super().to_W(W, out)
        n = self.H.shape[2]
        np.sum(self.dZ[:, :, 2 * n :] @ self.RH.mT, axis=0, out=out[:, 2 * n :])


class CarouselNets(Nets):
    """c_{k+1} = keep c_k + write, neither of which reads a state: nothing comes back but by `keep`. H is the real c."""

    def forward(self, W):
        """Fill C."""
        self.keep, write = self.gates(W)
        for k, c in enumerate(self.C[1:]):
            np.multiply(self.keep[k], self.C[k], out=c)
            c += write[k]

    def backward(self, W):
        """Fill dC and dZ."""
        for k in reversed(range(len(self.keep))):
            np.multiply(self.keep[k].conj(), self.dC[k + 1], out=self.dC[k])
        self.to_gates(W)


class MinGRUNets(CarouselNets):
    """h_{k+1} = (1 - z) h_k + z q, the gates in the order z, q as in `memory`; W is empty."""

    n_gates, W_columns = 2, 0

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once."""
        super().__init__(n_steps, n_nets, n, batch, dtype)
        self.C, self.dC = self.H, self.dH

    def gates(self, W):
        """Return what is kept and what is written, and put z in place of its argument."""
        Z, Q = np.split(self.Z, 2, axis=2)
        _sigmoid_in_place(Z)
        return 1.0 - Z, Z * Q

    def to_gates(self, W):
        """Fill dZ."""
        (Z, Q), (dZ, dQ) = (np.split(gates, 2, axis=2) for gates in (self.Z, self.dZ))
        np.multiply(self.dH[1:], Z, out=dQ)
        np.subtract(Q, self.H[:-1], out=dZ)
        dZ *= dQ
        dZ *= self.keep

    def to_W(self, W, out):
        """There is none."""


class DiagonalNets(CarouselNets):
    """c_{k+1} = λ c_k + γ x',  λ = exp(-e^ν + iθ),  γ = √(1 - |λ|^2),  x' = U x_k + b; h is the real part of c.

    C, dC : (T + 1, S, n, B), complex, with dDiv/dRe + i dDiv/dIm; H and dH are their real parts.
    """

    W_rows, W_columns = 2, 1

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once."""
        super().__init__(n_steps, n_nets, n, batch, dtype)
        self.C, self.dC = np.zeros((2, *self.H.shape), np.result_type(dtype, np.complex64))
        self.H, self.dH = self.C.real, self.dC.real

    def gates(self, W):
        """Return λ at every step, and what is written."""
        nu, angle = np.split(W, 2, axis=1)
        self.rate = np.exp(nu)
        self.gamma = np.sqrt(-np.expm1(-2.0 * self.rate))
        lam = np.exp(-self.rate + 1j * angle)
        return np.broadcast_to(lam, (len(self.Z), *lam.shape)), self.gamma * self.Z

    def to_gates(self, W):
        """Fill dZ, the gradient of x'."""
        np.multiply(self.gamma, self.dH[1:], out=self.dZ)

    def to_W(self, W, out):
        """Write dDiv/dν and dDiv/dθ: λ stands in every step, and γ moves with it."""
        turned = self.keep[0] * np.sum(self.C[:-1] * self.dC[1:].conj(), axis=(0, 3))[..., None]
        written = np.sum(self.Z * self.dH[1:], axis=(0, 3))[..., None]
        slope = np.exp(-2.0 * self.rate) / np.maximum(self.gamma, np.finfo(self.gamma.dtype).tiny)
        out[:] = np.concatenate([self.rate * (slope * written - turned.real), -turned.imag], axis=1)

    def rows(self):
        """Return dDiv/d(Re c, Im c) of every step, (T + 1, S, 2 n, B)."""
        return np.concatenate([self.dC.real, self.dC.imag], axis=2)


class ReLUDiagonalNets(DiagonalNets):
    """The same with x' = max(0, U x_k + b): products of inputs, which no linear recurrence has, can be expressed."""

    def gates(self, W):
        """As without, of what the ReLU lets through."""
        np.maximum(self.Z, 0.0, out=self.Z)
        return super().gates(W)

    def to_gates(self, W):
        """Fill dZ."""
        super().to_gates(W)
        self.dZ *= self.Z > 0


class AttentionNets(Nets):
    """y = W_v sum a_k e_k, a = softmax of (W_q e_T) . (W_k e_k) / √n over all k, e_k = U x_k + b + position k.

    The last token asks. A training needs no other answer, so a run costs what T steps cost; H[-1] is y, Z the tokens.
    What stands in place of a state is the token: dH[k + 1] is dDiv/de_k, and before the first there is nothing.
    """

    W_rows = 3
    has_positions = True

    def __init__(self, n_steps, n_nets, n, batch, dtype):
        """Make the arrays, once."""
        super().__init__(n_steps, n_nets, n, batch, dtype)
        self.places = positions(n_steps, n).astype(dtype)[:, None, :, None] if self.has_positions else 0.0
        self.dZ = self.dH[1:]

    def forward(self, W):
        """Put the tokens into Z and y into H[-1]."""
        W_q, W_k, W_v = np.split(W, 3, axis=1)
        E = self.Z
        E += self.places
        self.q = W_q @ E[-1] / E.shape[2] ** 0.5
        self.u = W_k.mT @ self.q
        logits = np.einsum("tsnb,snb->tsb", E, self.u)
        a = np.exp(logits - logits.max(axis=0))
        self.a = a / a.sum(axis=0)
        self.mean = np.einsum("tsb,tsnb->snb", self.a, E)
        np.matmul(W_v, self.mean, out=self.H[-1])

    def backward(self, W):
        """Fill dZ, which is dH from 1 on."""
        W_q, W_k, W_v = np.split(W, 3, axis=1)
        E, self.dy = self.Z, self.dH[-1].copy()
        d_mean = W_v.mT @ self.dy
        d_logits = self.a * (np.einsum("tsnb,snb->tsb", E, d_mean) - (self.mean * d_mean).sum(axis=1))
        np.multiply(self.a[:, :, None], d_mean, out=self.dZ)
        self.dZ += d_logits[:, :, None] * self.u
        self.du = np.einsum("tsb,tsnb->snb", d_logits, E)
        self.dq = W_k @ self.du / E.shape[2] ** 0.5
        self.dZ[-1] += W_q.mT @ self.dq

    def to_W(self, W, out):
        """Write dDiv/dW."""
        pairs = (self.dq, self.Z[-1]), (self.q, self.du), (self.dy, self.mean)
        np.concatenate([back @ read.mT for back, read in pairs], axis=1, out=out)

    def outputs(self, P):
        """As for all: here each token asks, those after it left out."""
        W_q, W_k, W_v = (part[:, None] for part in np.split(P.W, 3, axis=1))
        E = np.moveaxis(self.Z, (1, 3), (0, 1))
        A = causal_weights(E @ W_q.mT @ W_k @ E.mT / E.shape[-1] ** 0.5)
        self.H[1:] = np.moveaxis(A @ E @ W_v.mT, (0, 1), (1, 3))
        return super().outputs(P)


class SetAttentionNets(AttentionNets):
    """The same without positions: of all but the last token it knows which there are, and not their order."""

    has_positions = False


MODELS = {
    "tanh": TanhNets,
    "irnn": ReLUNets,
    "lstm": LSTMNets,
    "gru": GRUNets,
    "min_gru": MinGRUNets,
    "diagonal": DiagonalNets,
    "relu_diagonal": ReLUDiagonalNets,
    "attention": AttentionNets,
    "set_attention": SetAttentionNets,
}


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


def _sizes(shape):
    """The sizes of W, U, b, V and c of one net."""
    n, m, p, kind = shape.n, shape.m, shape.p, MODELS[one_of("model", shape.model, MODELS)]
    rows = kind.n_gates * n
    of_W = (rows if kind.W_rows is None else kind.W_rows * n, n if kind.W_columns is None else kind.W_columns)
    return [of_W, (rows, m), (rows, 1), (p, n), (p, 1)]


def _g_and_o_exchanged(rows):
    """The rows of i, f, g and o in the order i, f, o, g, or back."""
    i, f, third, fourth = np.split(rows, 4)
    return np.concatenate([i, f, fourth, third])


def _sigmoid_in_place(z):
    z *= 0.5
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
