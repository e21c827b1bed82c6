"""The numbers of notebooks 04, 06, 08 and 10 are those of plain numpy, in loops that share no code with the helpers."""

import csv
import json
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from helpers.data import digits
from helpers.explorers.depth import depth_explorer, digits_explorer
from helpers.explorers.memory import residual_explorer, taps_explorer, three_memories_explorer
from helpers.explorers.rnn import merge_explorer
from helpers.explorers.training import hearing_explorer
from tests.notebook_text import text_of

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS, DATA = ROOT / "notebooks", ROOT / "helpers" / "data"


def amount(value):
    """Write a number as the explorers' sentences do."""
    return f"{float(f'{value:.3g}'):g}" if 1e-4 < value < 1e4 else f"10^{np.log10(value):.1f}" if value else "exactly 0"


def norm(M):
    return np.linalg.norm(M, 2)


def scaled(M, log10_scale):
    """Return M divided by its largest entry, and log10 of all that was divided by so far."""
    size = np.abs(M).max()
    return M / size, log10_scale + np.log10(size)


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# name: f, and f' by z
PLAIN = {
    "identity": (lambda z: z, np.ones_like),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: np.cosh(z) ** -2.0),
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0))),
}


# --- 04 ---


def from_the_left(f, z, h=1e-7):
    return (f(z) - f(z - h)) / h


ZOO = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(z, 0),
    "ELU": PLAIN["elu"][0],
    "SELU": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0))),
    "SiLU": lambda z: z * sigmoid(z),
    "GELU": lambda z: z * (1 + np.vectorize(math.erf)(z / np.sqrt(2))) / 2,
    "Mish": lambda z: z * np.tanh(np.log1p(np.exp(z))),
    "hard swish": lambda z: z * np.clip(z + 3, 0, 6) / 6,
}


def rms_of_tanh_slope(q):
    """The root mean square of tanh' of N(0, q), by the trapezoid rule."""
    z = np.linspace(-12, 12, 48_001)
    weight = np.exp(-z * z / 2)
    return np.sqrt(np.sum(weight * np.cosh(np.sqrt(q) * z) ** -4.0) / np.sum(weight))


def layernorm_jacobian(z):
    x = (z - z.mean()) / z.std()
    return (np.eye(len(z)) - 1 / len(z) - np.outer(x, x) / len(z)) / z.std()


def through(weights, name, X):
    """Return the states and the arguments of a net; its last layer is linear."""
    H, Z = [X], []
    for k, W in enumerate(weights):
        Z.append(W @ H[-1])
        H.append(PLAIN[name if k < len(weights) - 1 else "identity"][0](Z[-1]))
    return H, Z


def weight_gradients(weights, name, X, targets):
    """Return dDiv/dW of each layer of the mean cross-entropy."""
    H, Z = through(weights, name, X)
    p = np.exp(H[-1] - H[-1].max(axis=0))
    p /= p.sum(axis=0)
    delta, found = (p - targets) / X.shape[1], []
    for k in reversed(range(len(weights))):
        found.append(delta @ H[k].T)
        if k:
            delta = (weights[k].T @ delta) * PLAIN[name][1](Z[k - 1])
    return found[::-1]


def levels(gradients):
    """log10 of the root mean square length of a layer's rows."""
    return np.array([np.log10(np.sqrt(np.mean(np.sum(dW**2, axis=1)))) for dW in gradients])


def drawn(scheme, n_layers, seed):
    """Draw the weights of a net for the digits, layer by layer."""
    rng, widths, weights = np.random.default_rng(seed), [64] * n_layers + [10], []
    for n, m in pairwise(widths):
        if scheme == "Glorot":
            weights.append(rng.uniform(-1, 1, (m, n)) * np.sqrt(6 / (n + m)))
        else:
            weights.append(rng.standard_normal((m, n)) * {"He": np.sqrt(2 / n), "3/√n": 3 / np.sqrt(n)}[scheme])
    return weights


def numbers_of_notebook_04():
    z = np.unique(np.append(np.linspace(-8, 8, 16_001), [0.0, 3.0]))
    for name, f in ZOO.items():
        largest = np.abs(from_the_left(f, z)).max()
        yield f"{name:10} γ = {largest:.6f}   on the grid {largest:.6f}"
        if name in ("SiLU", "Mish"):
            where = np.linspace(1, 3, 200_001)
            yield f"{np.gradient(f(where), where).max():.6f}   z = {where[np.gradient(f(where), where).argmax()]:.4f}"
    sample = normal(0, 200_000)
    for q in (0.01, 0.1, 1.0, 4.0):
        sampled = np.sqrt(np.mean(np.cosh(np.sqrt(q) * sample) ** -4.0))
        yield f"q = {q:4}: root mean square of tanh' {rms_of_tanh_slope(q):.5f}, sampled {sampled:.3f}"
    for spread in (1.0, 0.1, 0.01):
        J = layernorm_jacobian(spread * np.array([1.0, 0.0, -1.0]))
        yield f"arguments up to {spread:g}: norm of the Jacobian {norm(J):.4g}"

    p = np.exp(np.linspace(1, -1, 4))
    p /= p.sum()
    J = np.diag(p) - np.outer(p, p)
    yield f"Its norm is {norm(J):.3g}, the largest entry of its diagonal {np.diag(J).max():.3g}"

    # Layers of slopes: those of the explorer, then the thirty draws.
    left = np.sqrt(np.mean(np.cumprod(np.cosh(normal(0, 60, 300)) ** -2.0, axis=0) ** 2, axis=1))
    rms = rms_of_tanh_slope(1.0)
    yield f"after 10 layers {left[9]:.3g} of a vector of 300 neurons is left."
    yield f"the root mean square {rms:.5f} of the slope, is {rms**10:.3g}"
    yield f"Less than a millionth is left from layer {np.flatnonzero(left >= 1e-6)[-1] + 2} on"
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((30, 10, 1000))
    grid = np.linspace(-12, 12, 48_001)
    for name, q in (("sigmoid", 1.0), ("tanh", 1.0), ("tanh", 0.01)):
        slope = PLAIN[name][1]
        left = np.sqrt(np.mean(np.prod(slope(np.sqrt(q) * Z), axis=1) ** 2, axis=1))
        weight = np.exp(-grid * grid / 2)
        mean = np.sum(weight * slope(np.sqrt(q) * grid) ** 2) / np.sum(weight)
        told = f"measured {left.min():.2g} to {left.max():.2g}, (root mean square)^10 = {mean**5:.2g}"
        yield f"{name:8} q = {q:4}: {told}"
    masks = rng.random((10, 100_000)) < 0.5
    left = np.sqrt(masks[0].mean()), np.sqrt(masks.all(axis=0).mean())
    yield f"the same half active in every layer: {left[0]:.2f}; another half in each: {left[1]:.2f}"
    yield f"0.25^10 = {0.25**10:.4g}"
    lost = np.log(1e6) / -np.log([0.25, 0.9])
    yield f"a factor of a million: [ {lost[0]:.0f}.  {lost[1]:.1f}]"

    # With weights.
    W, x = np.random.default_rng(0), normal(1000, 40)
    W = [W.standard_normal((40, 40)) / np.sqrt(40) for _ in range(50)]
    for name, weights in (("deep", W), ("recurrent", [W[0]] * 50)):
        h, slopes, g = x, [], np.full(40, 40**-0.5)
        for one in weights:
            h = np.tanh(one @ h)
            slopes.append(1 - h * h)
        for one, slope in zip(weights[::-1], slopes[::-1], strict=True):
            g = (g * slope) @ one
        size = np.linalg.norm(g)
        yield f"{name} net {size:.3g} (a factor of {size ** (1 / 50):.3g} per layer)"

    # On the digits.
    images, labels = digits()
    X, targets = ((images - images.mean()) / images.std()).T, np.eye(10)[:, labels]
    weights = drawn("Glorot", 19, 0)
    seen = levels(weight_gradients(weights, "sigmoid", X[:, :1], targets[:, :1]))
    yield f"is {10 ** seen[-2]:.3g} in layer 18 and 10^{seen[0]:.1f} in layer 1"
    yield f"a factor of {10 ** ((seen[0] - seen[-2]) / 17):.3g} per layer"
    border = [np.log10(2.0**-24 / 0.1 * np.linalg.norm(W) / np.sqrt(len(W))) for W in weights]
    rounded = np.flatnonzero(seen < border) + 1
    assert list(rounded) == list(range(1, len(rounded) + 1))
    yield f"rounds most of an update away in layers 1 to {rounded[-1]}"
    for scheme in ("Glorot", "He", "3/√n"):
        for name in ("sigmoid", "tanh", "relu", "elu"):
            told = []
            for n_layers in (19, 38):
                first = [
                    levels(weight_gradients(drawn(scheme, n_layers, seed), name, X[:, :16], targets[:, :16]))[0]
                    for seed in range(30)
                ]
                told.append(f"{n_layers} layers {round(np.mean(first), 1) + 0.0:6.1f} ± {np.std(first):.1f}")
            yield f"{scheme:6} {name:8} log10 of the gradient in layer 1:  {',  '.join(told)}"
    weights = drawn("Glorot", 19, 0)
    sums = [
        np.sum(W * dW)
        for W, dW in zip(weights, weight_gradients(weights, "relu", X[:, :1], targets[:, :1]), strict=True)
    ]
    assert np.ptp(sums) < 1e-12
    yield f"the sum of W · dDiv/dW: {sums[0]:.6g} in layer 1"


# --- 06 ---


def net_run(W, U, h0, X, f="tanh"):
    """Return the states (T + 1, n) and the Jacobian of each step, without a bias."""
    H, J = [h0], []
    for x in X:
        z = W @ H[-1] + U @ x
        H.append(PLAIN[f][0](z))
        J.append(PLAIN[f][1](z)[:, None] * W)
    return np.array(H), np.array(J)


def gradients_of_pairs(W, H, G):
    """Return the contribution to dDiv/dW of each pair, by (t, k): one way back for each loss."""
    found = {}
    for t in range(1, len(H)):
        row = G[t]
        for k in range(t, 0, -1):
            a = row * (1 - H[k] ** 2)
            found[t, k] = a[:, None] * H[k - 1]
            row = a @ W
    return found


def by_lag(W, H, G):
    parts = np.zeros((len(H) - 1, *W.shape))
    for (t, k), part in gradients_of_pairs(W, H, G).items():
        parts[t - k] += part
    return parts


def noisy(seed, n, m, gain, T):
    """Draw a net of that gain, what it reads, and the rows of its losses, as the notebook does."""
    rng = np.random.default_rng(seed)
    W, U = gain * rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal((n, m))
    return rng, W, U


def numbers_of_notebook_06():
    def loss_rows(V, d, H):
        return np.vstack([np.zeros(H.shape[1]), (H[1:] @ V.T - d) @ V])

    off = []
    for seed in range(30):
        rng, W, U = noisy(seed, 8, 2, 1.0, 12)
        V, d, X = rng.standard_normal((1, 8)), rng.standard_normal((12, 1)), rng.standard_normal((12, 2))
        H, _ = net_run(W, U, np.zeros(8), X)
        parts = by_lag(W, H, loss_rows(V, d, H))
        off.append(np.linalg.norm(parts[0]) / np.linalg.norm(parts.sum(axis=0)))
        if seed == 0:
            yield f"the gradient is off by {off[0]:.0%} of its size"
            whole, near = parts.sum(axis=0), parts[:2].sum(axis=0)
            cosine = np.sum(whole * near) / np.sqrt(np.sum(whole**2) * np.sum(near**2))
            yield f"{cosine:.4f} before, {cosine:.4f} after"
    yield f"in thirty nets: by {min(off):.0%} to {max(off):.0%}, half of them by more than {np.median(off):.0%}"

    # The table of the explorer.
    rng = np.random.default_rng(0)
    W, U = rng.standard_normal((16, 16)) / 4, rng.standard_normal((16, 4))
    noise, rng = normal(7, 40, 4) / 2, np.random.default_rng(3)
    V, d = rng.standard_normal((2, 16)) / 4, rng.standard_normal((40, 2))
    H, _ = net_run(0.9 * W, U, np.full(16, 0.1), noise)
    pairs, parts = gradients_of_pairs(0.9 * W, H, loss_rows(V, d, H)), by_lag(0.9 * W, H, loss_rows(V, d, H))
    size = np.linalg.norm(parts.sum(axis=0))
    yield f"contributes {amount(np.linalg.norm(pairs[40, 1]) / np.linalg.norm(pairs[40, 40]))} times as much at step 1"
    yield f"The whole gradient has the length {size:.3g}"
    yield f"all lags from 20 on together have {amount(np.linalg.norm(parts[20:].sum(axis=0)))}."
    yield f"A window of 10 leaves out {amount(np.linalg.norm(parts[10:].sum(axis=0)) / size)} of it"

    # Norms after 40 steps.
    def norm_at_40(W, f, seed=0):
        rng = np.random.default_rng(seed)
        U, X = np.abs(rng.standard_normal((16, 2))), np.abs(rng.standard_normal((40, 2)))
        P = np.eye(16)
        for J in net_run(W, U, np.full(16, 0.5), X, f)[1]:
            P = J @ P
        return norm(P)

    yield f"linear, W = 0.9 Q:  {0.9**40:.6f}"
    yield f"linear, W = 1.1 Q:  {1.1**40:.6f}"
    yield f"ReLU, W = I:        {norm_at_40(np.eye(16), 'relu'):.6f}"
    for label, gain, f in (("tanh, gain 0.5:", 0.5, "tanh"), ("ReLU, gain 3:", 3.0, "relu")):
        norms = [norm_at_40(gain * normal(seed, 16, 16) / 4, f, seed) for seed in range(30)]
        yield f"{label:19} {min(norms):.0e} to {max(norms):.0e} in thirty draws"

    # How large the long lags are, and where the rest points.
    for gain in (0.5, 0.9, 1.5):
        shares, angles = [], []
        for seed in range(30):
            rng, W, U = noisy(seed, 32, 4, gain, 50)
            X, V, d = rng.standard_normal((50, 4)), rng.standard_normal((1, 32)), rng.standard_normal((50, 1))
            H, _ = net_run(W, U, np.zeros(32), X)
            parts = by_lag(W, H, loss_rows(V, d, H))
            whole, near, far = parts.sum(axis=0).ravel(), parts[:5].sum(axis=0).ravel(), parts[20:].sum(axis=0)
            shares.append(np.log10(np.linalg.norm(far) / np.linalg.norm(whole)))
            angles.append(np.degrees(np.arccos(whole @ near / np.linalg.norm(whole) / np.linalg.norm(near))))
        yield f"gain {gain}: lags of 20 and more make up 10^{min(shares):.0f} to 10^{max(shares):.0f} of the gradient"
        yield f"it points within {max(angles):.1f}° of its lags 0 to 4"
    same = []
    for seed in range(30):
        rng, W, U = noisy(seed, 32, 4, 0.5, 50)
        H, _ = net_run(W, U, np.zeros(32), rng.standard_normal((50, 4)))
        parts = by_lag(W, H, np.vstack([np.zeros(32), rng.standard_normal((50, 32))]))
        near, far = (part.sum(axis=0).astype(np.float32) for part in (parts[:20], parts[20:]))
        same.append((np.mean(near + far == near), np.sum(far == 0)))
    unchanged, zeros = zip(*same, strict=True)
    yield f"at least {min(unchanged):.1%} of the entries do not change, though {sum(zeros)} of the numbers added are 0"

    # Two runs.
    starts = np.random.default_rng(5).uniform(-1, 1, (2, 16))
    rng = np.random.default_rng(0)
    W, U = 0.8 * rng.standard_normal((16, 16)) / 4, rng.standard_normal((16, 4))
    (one, J), (other, _) = (net_run(W, U, start, noise) for start in starts)
    apart = np.linalg.norm(one - other, axis=1)
    P = np.eye(16)
    for J_k in J:
        P = J_k @ P
    yield f"begin {apart[0]:.3g} apart and after 40 steps are {amount(apart[-1] / apart[0])} times as far apart"
    yield f"the norm of dh_40/dh_0 is {amount(norm(P))}. Neither can be above η^40, {amount(norm(W) ** 40)}"
    both, grown = 0, 0
    for seed in range(30):
        W, (one, other) = 1.5 * normal(seed, 16, 16) / 4, starts
        P, log10_scale = np.eye(16), 0.0
        for k in range(400):
            one, other = np.tanh(W @ one), np.tanh(W @ other)
            P, log10_scale = scaled((1 - one**2)[:, None] * (W @ P), log10_scale)
            if seed == 0 and k == 39:
                left = norm(P) * 10**log10_scale
                yield f"the norm of dh_40/dh_0 {left:.2g}; after 400"
                yield "a fiftieth is left after 40 steps" if round(1 / left, -1) == 50 else "another share"
        log10_norm = log10_scale + np.log10(norm(P))
        if seed == 0:
            yield f"after 400 steps 10^{log10_norm:.0f}, and {np.linalg.norm(one - other):.2f} apart"
        both += np.linalg.norm(one - other) > 0.1 and log10_norm < -3
        grown += log10_norm > 0
    yield f"less than a thousandth of the gradient left: {both} of 30; the gradient grown: {grown} of 30"
    yield f"40 · 41 / 2 = {sum(t for t in range(1, 41))}"
    yield f"0.9³⁰ = {0.9**30:.3f}"


# --- 08 ---


def numbers_of_notebook_08():
    for K in (1, 2, 5, 10):
        g = [1.0]
        for t in range(1, 101):
            g.append(0.9 * g[t - K] if t >= K else 0.0)
        yield f"K = {K:2}: left at lag 100: {g[100]:.4g} = 0.9^{100 // K}"
        if K == 5:
            yield f"Lag 100 takes 20 hops, and 0.9^20 = {g[100]:.3g} is left"
    yield f"values:      {np.prod(np.full(100, 0.99)):.6f} = 0.99^100"
    yield f"derivatives: 10^{100 * np.log10(0.99 * 0.01):.1f}"
    m = 0.0
    for letter in "+.........+.........0....-..........................":
        m = 0.0 if letter == "0" else m + {"+": 1, "-": -1, ".": 0}[letter]
    yield f"52 steps, written 3 times, reset 1 time: at the end it holds {m:.0f}, and exactly 0"
    held, leaky, gated = 0.0, 0.0, 0.0
    for t, x in enumerate(normal(0, 100)):
        held, leaky, gated = held + x, 0.9 * leaky + x, (0.0 if t == 50 else 0.99) * gated + x
    yield f"identity holds {held:.3g} and keeps 1 of the start; leaky (0.9) holds {leaky:.3g} and keeps 10^-4.6"
    assert round(100 * np.log10(0.9), 1) == -4.6
    yield f"gated (0.99, reset at step 50) holds {gated:.3g} and keeps exactly 0"
    sums = np.cumsum(normal(0, 1000, 2000), axis=0)
    for t in (10, 100, 1000):
        yield f"after {t:4} steps: {np.sqrt(np.mean(sums[t - 1] ** 2)):6.2f}, √t = {np.sqrt(t):.2f}"

    def residual(seed, eps):
        rng = np.random.default_rng(seed)
        W, h = rng.standard_normal((16, 16)) / 4, rng.standard_normal(16)
        P, plain, h_plain, log10_scale = np.eye(16), np.eye(16), h, 0.0
        for _ in range(100):
            f, h_plain = np.tanh(W @ h), np.tanh(W @ h_plain)
            P, h = P + eps * (1 - f**2)[:, None] * (W @ P), h + eps * f
            plain, log10_scale = scaled((1 - h_plain**2)[:, None] * (W @ plain), log10_scale)
        return norm(P), norm(plain) * 10**log10_scale, (1 + eps * norm(W)) ** 100

    grown, plain, bound = residual(0, 1.0)
    yield f"residual steps is {amount(grown)} (at most (1 + ε ‖W‖)^100 = 10^{np.log10(bound):.1f})"
    yield f"after 100 plain steps 10^{np.log10(plain):.1f}"
    assert grown > 1000  # "more than a thousandfold here"
    assert residual(0, 0.01)[0] == pytest.approx(2, abs=0.5)  # "about twice as much arrives as was sent"
    for eps in (1.0, 0.01):
        found = [residual(seed, eps) for seed in range(30)]
        grown = [one[0] for one in found]
        yield f"ε = {eps:4}: {min(grown):.1f} to {max(grown):.1f} in thirty nets, the median {np.median(grown):.1f}"
        assert all(one[0] <= one[2] for one in found)
    yield f"0.9⁶ = {0.9**6:.2f} and 0.9⁷ = {0.9**7:.2f}"
    yield f"s = 2^(−1/100) = {0.5**0.01:.3f}"


# --- 10: what was trained is read from the files that are shipped, by code of its own ---

TABLE = [json.loads(line) for line in (DATA / "long_lags.jsonl").read_text(encoding="utf-8").splitlines()]
STARTS = {
    "tanh 0.8": ("tanh", 0.8, 0, 0),
    "tanh 1": ("tanh", 1, 0, 0),
    "tanh 1.5": ("tanh", 1.5, 0, 0),
    "ReLU from I": ("irnn", 1, 0, 0),
    "GRU": ("gru", 1, 0, 0),
    "LSTM 0": ("lstm", 1, 0, 0),
    "LSTM 1": ("lstm", 1, 1, 0),
    "LSTM 3": ("lstm", 1, 3, 0),
    "LSTM 5": ("lstm", 1, 5, 0),
    "LSTM ln(T-1)": ("lstm", 1, None, 0),
    "LSTM 3 tied": ("lstm", 1, 3, -3),
    "LSTM ln(T-1) tied": ("lstm", 1, None, None),
}


def share(count, n):
    """Write a count with its interval: all p for which |count/n - p| is within 1.96 of its standard errors."""
    p = np.linspace(0, 1, 1_000_001)
    inside = p[np.abs(count / n - p) <= 1.959964 * np.sqrt(p * (1 - p) / n)]
    return f"{inside.min():.0%} to {inside.max():.0%}"


def solved_at(task, length, name, seeds):
    """Return for each setting of a row after how many updates these seeds solved it, None for never."""
    model, gain, b_f, b_i = STARTS[name]
    b_f = np.log(length - 1) if b_f is None else b_f
    wanted = (model, gain, b_f, -b_f if b_i is None else b_i)
    return [
        record["result"]["solved_at"]
        for record in TABLE
        for cell in [record["cell"]]
        if (cell["task"], cell["length"], cell["seeds"]) == (task, length, seeds)
        and np.allclose((cell["gain"], cell["forget_bias"], cell.get("input_bias", 0)), wanted[1:], atol=1e-3)
        and cell["model"] == model
    ]


def told(task, length, name):
    (row,) = solved_at(task, length, name, [*range(10, 30)])
    count = sum(update is not None for update in row)
    return f"{count} of {len(row)} ({share(count, len(row))})"


def numbers_of_notebook_10():
    with (DATA / "hearing.csv").open(encoding="utf-8") as file:
        nets = list(csv.DictReader(file))
    heard, learned = (np.array([float(net[name]) for net in nets]) for name in ("heard", "solved_at"))
    for low, high in pairwise((-np.inf, -6, -4, -2, -1, np.inf)):
        some = (heard >= low) & (heard < high)
        count = (learned[some] > 0).sum()
        yield f"log10 of what they heard from {low:4} to {high:3}: {count:3} of {some.sum():3} nets learn it"
    for first in (0, 1000):
        one = np.array([net["model"] == "tanh" and float(net["gain"]) == 1 for net in nets])
        one &= np.array([first <= int(net["seed"]) < first + 30 for net in nets])
        few, many = (np.median(heard[one & side]) for side in (learned < 0, learned > 0))
        assert (many > few) == (first == 0)  # "in the first thirty those that learn heard more, in the other less"
        if first == 0:
            count = (learned[one] > 0).sum()
            yield f"{count} of 30 nets learn it within 200 updates"
            yield f"expect {share(count, 30)} to learn it"
            yield f"{10**many:.3g} for those that learn it, {10**few:.3g} for those that do not"

    for task, name in (("jane", "tanh 1.5"), ("jane", "tanh 1"), ("order", "ReLU from I"), ("order", "LSTM 1")):
        tried = solved_at(task, 50, name, [*range(10)])
        most = max(sum(update is not None for update in row) for row in tried)
        chosen = f"best of {len(tried)} settings: {most} of 10 seeds"
        yield f"{task:5} {name:11} {chosen}; of others {told(task, 50, name)}"
    for name in ("tanh 1.5", "GRU", "LSTM 0", "LSTM 3"):
        yield f"solved by {told('order', 50, name)}"
        yield f"Jane and she, length 50, {name:8}: {told('jane', 50, name)}"
    for name in ("LSTM 3", "LSTM ln(T-1)", "LSTM 3 tied", "LSTM ln(T-1) tied"):
        last = [update for row in solved_at("order", 200, name, [*range(10, 30)]) for update in row if update]
        after = f", the last after {max(last)} updates" if last else "\n"
        yield f"{name:17}: solved by {told('order', 200, name)}{after}"
    for name in ("LSTM ln(T-1)", "LSTM ln(T-1) tied"):
        yield f"{name:17}: solved by {told('adding', 200, name)}"
    yield f"adding, length 50, tanh 1.5: {told('adding', 50, 'tanh 1.5')}"
    assert not any(
        update
        for name in ("tanh 0.8", "tanh 1", "tanh 1.5")
        for row in solved_at("order", 50, name, [*range(10)])
        for update in row
    )  # "no tanh net in eight settings"
    assert sum(len(solved_at("order", 50, name, [*range(10)])) for name in ("tanh 0.8", "tanh 1", "tanh 1.5")) == 8
    full = {
        length: {name for name in STARTS if any(map(any, solved_at("order", length, name, [*range(10, 30)])))}
        for length in (50, 200)
    }
    assert not full[50] & {"tanh 0.8", "tanh 1", "tanh 1.5", "LSTM 0"}
    yield "at length 50 the rows of the tanh nets are empty, and so is that of the LSTM with forget bias 0"
    assert full[200] == {"LSTM 3 tied", "LSTM ln(T-1) tied"}
    yield "At 200 only the tied LSTMs still have full dots"

    c = [10.0]
    for _ in range(10):
        c.append(c[-1] + sigmoid(40.0) * np.tanh(-20.0))
    yield f"step by step: [{'  '.join(f'{one:.0f}.' for one in c)}]"
    yield f"1 − 0.8² = {1 - 0.8**2:.0%}"


# The explorers that settle a question open where they do not: what they say where the text then sends the reader.
ONCE_GUESSED = {
    "04": (depth_explorer, digits_explorer),
    "06": (merge_explorer,),
    "08": (taps_explorer, three_memories_explorer, residual_explorer),
    "10": (hearing_explorer,),
}


@cache
def said_in(number):
    """Return what notebook ``number`` says, and what its explorers say once the guess is made."""
    return "\n".join([text_of(number, code=False), *(make().sentence for make in ONCE_GUESSED[number])])


@pytest.mark.parametrize(
    ("number", "numbers"),
    [
        ("04", numbers_of_notebook_04),
        ("06", numbers_of_notebook_06),
        ("08", numbers_of_notebook_08),
        ("10", numbers_of_notebook_10),
    ],
)
def test_the_numbers_of_a_notebook_are_those_of_plain_numpy(number, numbers):
    pieces = list(numbers())
    assert [piece for piece in pieces if piece not in said_in(number)] == []
