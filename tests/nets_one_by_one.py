"""What the tests of many nets and of their training share: the same net in its own module, and its loss by hand."""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np

from helpers.maths.attention import attention, attention_jacobians, positions
from helpers.maths.diagonal import diagonal_run
from helpers.maths.gru import gru_jacobians, gru_run
from helpers.maths.lstm import lstm_backward, lstm_jacobians, lstm_run
from helpers.maths.many_nets import parameters, single_net
from helpers.maths.memory import min_gru
from helpers.maths.rnn import bptt, run_rnn, step_jacobians

GRUGradients = namedtuple("GRUGradients", "W U b b_h h0")


def flat(rows):
    return rows.reshape(-1, rows.shape[-1])


def diagonal_backward(eigenvalues, X, G):
    """dDiv/dr and dDiv/dθ, (2, n), and dDiv/dX, (T, n), where the loss reads the real parts: one pass back.

    g_k = conj(λ) g_{k+1} + G_k,   dDiv/dλ = sum of conj(h_k) g_{k+1},   dDiv/dx_k = Re g_{k+1}

    with dDiv/dRe + i dDiv/dIm for a complex number. Arguments as for `diagonal_run`. G : (T + 1, n), dDiv/dRe h_t.
    """
    H, turn = diagonal_run(eigenvalues, X), np.exp(1j * eigenvalues[1])
    lam, g = eigenvalues[0] * turn, G + 0j
    for k in reversed(range(len(X))):
        g[k] += lam.conj() * g[k + 1]
    of_lam = (H[:-1] * g[1:].conj()).sum(axis=0)
    return np.stack([of_lam * turn, of_lam * 1j * lam]).real, g[1:].real


def gru_backward(net, run, G):
    """The GRUGradients, one pass back: the equations of `gru` from the last up to the first. G : as in `bptt`."""
    b_h, cho = net.b_h, net.variant == "cho"
    W_z, W_r, W_q = np.split(net.W, 3)
    dA_z, dA_r, dA_q = np.empty((3, *run.Z.shape))  # at the arguments of z, r and q
    dh = G[-1]
    for k in range(len(run.Z) - 1, -1, -1):
        h, z, r, q = run.H[k], run.Z[k], run.R[k], run.Q[k]
        dA_z[k] = dh * (h - q) * z * (1.0 - z)
        dA_q[k] = dh * (1.0 - z) * (1.0 - q**2)
        if cho:
            d_rh = dA_q[k] @ W_q
            dr, through_q = d_rh * h, d_rh * r
        else:
            dr, through_q = dA_q[k] * (h @ W_q.T + b_h), (dA_q[k] * r) @ W_q
        dA_r[k] = dr * r * (1.0 - r)
        dh = dh * z + dA_z[k] @ W_z + dA_r[k] @ W_r + through_q + G[k]
    # What W_q reads and what comes back to it: r h and dA_q, or h and r dA_q.
    read, back = (run.R * run.H[:-1], dA_q) if cho else (run.H[:-1], run.R * dA_q)
    dA = flat(np.concatenate([dA_z, dA_r, dA_q], axis=-1))
    dW_z, dW_r = (flat(d).T @ flat(run.H[:-1]) for d in (dA_z, dA_r))
    dW_q = flat(back).T @ flat(read)
    db_h = np.zeros(b_h.shape) if cho else flat(back).sum(axis=0)
    return GRUGradients(np.concatenate([dW_z, dW_r, dW_q]), dA.T @ flat(run.X), dA.sum(axis=0), db_h, dh)


MODULES = {
    "tanh": (run_rnn, bptt, step_jacobians),
    "irnn": (run_rnn, bptt, step_jacobians),
    "lstm": (lambda net, h0, X: lstm_run(net, X, h0, h0), lstm_backward, lstm_jacobians),
    "gru": (gru_run, gru_backward, gru_jacobians),
}


def slope_of(kind, Y, D):
    """The derivative of the mean loss of a batch by the columns Y."""
    if kind == "class":
        Y = np.exp(Y - Y.max(axis=-2, keepdims=True))
        Y = Y / Y.sum(axis=-2, keepdims=True)
    return (Y - D) / D.shape[-1]


def losses_of(kind, Y, D):
    """The loss of each column."""
    if kind == "number":
        return 0.5 * ((Y - D) ** 2).sum(axis=-2)
    top = Y.max(axis=-2, keepdims=True)
    return np.log(np.exp(Y - top).sum(axis=-2)) + top[..., 0, :] - (Y * D).sum(axis=-2)


def rows_in_theta(shape, rows):
    """The rows of a net in the order of theta: i, f, o, g where those of `lstm` have i, f, g, o."""
    return np.concatenate([np.split(rows, 4)[k] for k in (0, 1, 3, 2)]) if shape.model == "lstm" else rows


def min_gru_way(W, U, b, X):
    """Of one sequence X (T, m): the states, and from the row G of the last dDiv/d(W, U, b) and all steps' rows."""
    H, keep, Q = min_gru(U, b, X)

    def back(G):
        later = np.cumprod(np.concatenate([np.ones((1, len(G))), keep[::-1]]), axis=0)[::-1]
        rows = later * G
        dA = np.concatenate([rows[1:] * (Q - H[:-1]) * keep * (1 - keep), rows[1:] * (1 - keep)], axis=1)
        return (W, dA.T @ X, dA.sum(axis=0)), rows

    return H, back


def diagonal_way(W, U, b, X, relu=False):
    """The same; the chain from |λ| to ν, and what γ = √(1 - |λ|^2) adds to it, are written out."""
    n = len(W) // 2
    nu, angle, A = W[:n, 0], W[n:, 0], X @ U.T + b
    radius = np.exp(-np.exp(nu))
    gamma, lets = np.sqrt(1 - radius**2), (A > 0) if relu else np.ones(A.shape)
    read = A * lets

    def back(G):
        last = np.zeros((len(X) + 1, n))
        last[-1] = G
        (of_radius, of_angle), of_written = diagonal_backward(np.array([radius, angle]), gamma * read, last)
        of_radius = of_radius - radius / gamma * (of_written * read).sum(axis=0)
        dA = gamma * of_written * lets
        gradient = np.concatenate([of_radius * -np.exp(nu) * radius, of_angle])[:, None], dA.T @ X, dA.sum(axis=0)
        rows = G * (radius * np.exp(-1j * angle)) ** np.arange(len(X), -1, -1)[:, None]
        return gradient, np.concatenate([rows.real, rows.imag], axis=1)

    return diagonal_run([radius, angle], gamma * read).real, back


def attention_way(W, U, b, X, placed=True):
    """The same, with tokens for states: of the last output alone, as its Jacobian by token says."""
    W_q, W_k, W_v = np.split(W, 3)
    E, n = X @ U.T + b, len(W) // 3
    E = E + positions(*E.shape) if placed else E
    A, Y = attention(W_q, W_k, W_v, E)
    nothing = np.zeros((1, n))

    def back(G):
        of_logits = A[-1] * ((E @ W_v.T - Y[-1]) @ G) / np.sqrt(n)
        of_W = np.outer(of_logits @ E @ W_k.T, E[-1]), np.outer(W_q @ E[-1], of_logits @ E), np.outer(G, A[-1] @ E)
        of_E = np.einsum("i,tij->tj", G, attention_jacobians(W_q, W_k, W_v, E))
        return (np.concatenate(of_W), of_E.T @ X, of_E.sum(axis=0)), np.concatenate([nothing, of_E])

    return np.concatenate([nothing, Y]), back


AFTER = {
    "min_gru": min_gru_way,
    "diagonal": diagonal_way,
    "relu_diagonal": lambda *given: diagonal_way(*given, relu=True),
    "attention": attention_way,
    "set_attention": lambda *given: attention_way(*given, placed=False),
}


def after_alone(theta, shape, kind, X, D):
    """As `alone`, of a net that came after, sequence by sequence."""
    W, U, b, V, c = (part[0] for part in parameters(theta[None], shape))
    X = np.moveaxis(X, 2, 0)
    H, back = zip(*(AFTER[shape.model](W, U, b[:, 0], x) for x in X), strict=True)
    last = np.stack([states[-1] for states in H], axis=1)
    Y = V @ last + c
    dY = slope_of(kind, Y, D)

    def way_back():
        return zip(*(of_one(V.T @ d) for of_one, d in zip(back, dY.T, strict=True)), strict=True)

    def gradient():
        parts = [*(sum(some) for some in zip(*next(way_back()), strict=True)), dY @ last.T, dY.sum(axis=1)]
        return np.concatenate([part.ravel() for part in parts])

    return SimpleNamespace(
        net=None,
        run=SimpleNamespace(H=np.stack(H, axis=1)),
        Y=Y,
        gradient=gradient,
        rows=lambda: np.stack(list(way_back())[1], axis=2),
    )


def alone(theta, shape, kind, X, D):
    """One net theta (P,) on X (T, m, B) and D (p, B) in its own module: its run, its outputs and two ways back.

    Y is (p, B), gradient() (P,), and rows() dDiv/d(state) of every step, (T + 1, n, B), products of step Jacobians.
    """
    if shape.model in AFTER:
        return after_alone(theta, shape, kind, X, D)
    n, p, X = shape.n, shape.p, np.swapaxes(X, 1, 2)
    forward, backward, jacobians = MODULES[shape.model]
    net, V, c = single_net(theta[None], shape, 0), theta[-p * (n + 1) : -p].reshape(p, n), theta[-p:]
    run = forward(net, np.zeros((X.shape[1], n)), X)
    Y = V @ run.H[-1].T + c[:, None]
    dY = slope_of(kind, Y, D)
    G = np.zeros(run.H.shape)
    G[-1] = dY.T @ V

    def gradient():
        g = backward(net, run, G)
        parts = [rows_in_theta(shape, part) for part in (g.W, g.U, g.b)]
        return np.concatenate([part.ravel() for part in (*parts, dY @ run.H[-1], dY.sum(axis=1))])

    def rows():
        J, row = jacobians(net, run), G[-1]
        found = [np.concatenate([0.0 * row, row], axis=1) if shape.model == "lstm" else row]
        for step in J[::-1]:
            found.append((found[-1][:, None] @ step)[:, 0])
        return np.swapaxes(found[::-1], 1, 2)

    return SimpleNamespace(net=net, run=run, Y=Y, gradient=gradient, rows=rows)
