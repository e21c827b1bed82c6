"""The choice that is called right is right: numpy alone, or the shipped table, makes it."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from helpers.data import hearing, nile
from helpers.exercises import CHOICES
from helpers.experiments.cells import reported
from helpers.explorers.rnn import contributions_explorer
from helpers.maths.training import holders

ROOT = Path(__file__).resolve().parents[1]


def logistic(z):
    return 1 / (1 + np.exp(-z))


def what_three_starts_know():
    h = np.array([0.9, 0.3, -0.6])
    for _ in range(40):
        h = np.tanh(1.5 * h)
    alike = np.abs(h - h[0]) < 1e-3
    return {(True, True, True): "nothing", (True, True, False): "the sign of its start"}[tuple(alike.tolist())]


def which_weight_keeps_more():
    left = []
    for w in (1.0, 1.5):
        h, change = 0.3, 1.0
        for _ in range(50):
            h = np.tanh(w * h)
            change *= w * (1 - h * h)
        left.append(change)
    return "w = 1.0" if left[0] > 10 * left[1] else "w = 1.5"


def what_the_nile_leaves():
    _, flow = nile()
    left = {}
    for name, x in (("nothing", np.zeros(100)), ("the Nile", (flow - flow.mean()) / flow.std())):
        h, J = 0.1, []
        for x_t in x:
            h = np.tanh(h + x_t)
            J.append(1 - h * h)
        left[name] = np.prod(J[29:])
    assert left["nothing"] > 0.5  # "keeps more than half"
    assert round(100 * (1 - 0.1 ** (1 / 71))) == 3  # "three per cent off per year"
    assert f"10^−{-np.log10(left['the Nile']):.1f} of it" in CHOICES["01.6"]["says"]["less than a millionth"]
    return "less than a millionth" if left["the Nile"] < 1e-6 else "about a tenth"


def fixed_points_of_a_sigmoid_without_bias():
    h = np.linspace(0, 1, 100_001)
    falls = np.diff(np.sign(logistic(8 * h) - h)) < 0
    return ["none", "one", "two"][falls.sum()]


def what_layernorm_leaves_of_two():
    def normed(z):
        return (z - z.mean()) / z.std()

    z = np.array([0.3, 1.7])
    J = np.stack([(normed(z + d) - normed(z - d)) / 2e-5 for d in 1e-5 * np.eye(2)], axis=1)
    return "next to nothing" if np.linalg.norm(J, 2) < 1e-6 else "all of it"


def gradient_under_l2():
    y = logistic(np.linspace(2, -10, 1000))
    size = np.abs((y - 1) * y * (1 - y))
    top = size.argmax()
    return "it grows, then goes to 0" if 0 < top < 999 and size[-1] < 1e-4 < size[0] else "it grows with the error"


def which_are_steep():
    z = np.linspace(-8, 8, 160_001)
    curves = {
        "sigmoid": logistic(z),
        "tanh": np.tanh(z),
        "ReLU": np.maximum(z, 0),
        "SELU": 1.0507 * np.where(z > 0, z, 1.6733 * np.expm1(np.minimum(z, 0))),
        "SiLU": z * logistic(z),
    }
    steep = [name for name, f in curves.items() if np.abs(np.diff(f)).max() / 1e-4 > 1.001]
    return " and ".join(steep)


def along_which_directions(pair=((0.0, 2.0), (0.4, 0.0))):
    sigma = np.linalg.svd(np.linalg.matrix_power(np.array(pair), 100), compute_uv=False)
    return ["along none", "along one", "along all"][(sigma > 1).sum()]


def what_the_angle_changes():
    def grows(degrees):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        return np.linalg.norm(np.linalg.matrix_power(np.diag([2, 0.25]) @ [[c, -s], [s, c]], 100)) > 1

    all_of_them = ["grows" if grows(degrees) else "fades" for degrees in range(91)]
    small, large = all_of_them[0], all_of_them[-1]
    assert all_of_them == sorted(all_of_them, reverse=True)  # it turns once, so that "small" and "large" say it
    return f"yes: it {small} at small θ, {large} at large"


def symmetric_against_gaussian(seeds):
    """Return by how much the power of S is larger: it has the σ of a Gaussian W, and its norm is a power of σ_max."""
    ratios = []
    for seed in seeds:
        W = 0.8 * np.random.default_rng(seed).standard_normal((60, 60)) / np.sqrt(60)
        sigma_max = np.linalg.norm(W, 2)
        assert 1.4 < sigma_max < 1.7  # "near 1.5"
        ratios.append(sigma_max**20 / np.linalg.norm(np.linalg.matrix_power(W, 20), 2))
    return ratios


SEEDS = range(30)


def how_large_symmetric_powers_are(seeds=SEEDS):
    least = min(symmetric_against_gaussian(seeds))
    return "more than a thousand times as large" if least > 1000 else "about as large"


def how_large_the_powers_become():
    W = np.array([[0.9, 2.0], [0.0, 0.9]])
    largest = max(np.linalg.norm(np.linalg.matrix_power(W, n), 2) for n in range(1, 100))
    return "more than 5" if largest > 5 else "never above that of W, 2.35"


def what_the_window_leaves_out():
    explorer = contributions_explorer(gain=0.9)
    assert "A window of 10 leaves out 0.00253 of it" in explorer.sentence
    explorer.update(gain=2.0)
    share = float(re.search(r"leaves out ([\d.]+) of it", explorer.sentence)[1])
    return "more than a half" if share > 0.5 else "about 0.01"


def whether_it_explodes(a=8.0, s=0.5):
    J = np.diag([1.0, 1 - s * s]) @ (a * np.array([[1.0, 1.0], [-1.0, -1.0]]))
    return "yes" if np.linalg.norm(np.linalg.matrix_power(J, 40)) > 1e6 else "no: two steps give 0"


def which_conditions_are_needed():
    """Spectral norm, γ ρ(|W|), column sum, row sum, for γ = 1."""
    below = []
    for W in ([[0.9, 2.0], [0.0, 0.9]], [[0.6, 0.6], [-0.6, 0.6]]):
        W = np.array(W)
        size = np.abs(np.linalg.eigvals(np.abs(W))).max()
        below.append([np.linalg.norm(W, 2) < 1, size < 1, *(np.linalg.norm(W, p) < 1 for p in (1, np.inf))])
    one, other = below
    return "no: it takes two of them" if one == [False, True, False, False] and other[0] and not other[1] else ""


def what_the_memory_holds(row="+.-.+0.+."):
    m, left = 0, 1
    for letter in row:
        m = {"+": m + 1, "-": m - 1, ".": m, "0": 0}[letter]
        left *= letter != "0"
    return f"{m}, and no step before the reset" if not left else f"{m}, and every step"


def what_is_left_of_a_cell(w_g=-2.0, n_steps=100):
    def end(c):
        h = 0.5 * np.tanh(c)
        for _ in range(n_steps):
            c = c + 0.5 * np.tanh(w_g * h)
            h = 0.5 * np.tanh(c)
        return c

    left = (end(1e-3) - end(-1e-3)) / 2e-3
    return "halved, though the carousel keeps it" if abs(left * 2**n_steps - 1) < 0.1 else "it stays, along every path"


def what_h_of_1997_shows():
    c = 50 * 0.5 * (4 * logistic(1.0) - 2)
    return "next to nothing" if logistic(c) * (1 - logistic(c)) < 1e-6 else "about half: o is ½"


def count(task, length, name):
    return reported(task, length, name).n_solved


def tied_or_not(task, length):
    tied, alone = count(task, length, "LSTM ln(T-1) tied"), count(task, length, "LSTM ln(T-1)")
    return tied, alone


def norm(M):
    return np.linalg.norm(M, 2)


def how_much_longer_w_of_1_keeps():
    steps = []
    for w in (0.9, 1.0):
        h, left, t = 0.1, 1.0, 0
        while left >= 0.05:
            h, t = np.tanh(w * h), t + 1
            left *= w * (1 - h * h)
        steps.append(t)
    assert steps[0] == 29  # as the question says
    return "about 30 times as long" if 25 < steps[1] / steps[0] < 40 else ""


def how_far_apart():
    h = np.array([0.49, 0.51])
    for _ in range(50):
        h = logistic(8 * h - 4)
    return "almost 1" if h[1] - h[0] > 0.9 else "almost 0"


def what_clipping_changes(g=(30.0, 40.0), most=5.0):
    clipped = np.array(g) * most / np.hypot(*g)
    turned = abs(clipped[0] * g[1] - clipped[1] * g[0]) > 1e-9
    return "both" if turned else "its length" if np.hypot(*clipped) < np.hypot(*g) else ""


def differences(f, x, step=1e-6):
    return np.stack([(f(x + d) - f(x - d)) / (2 * step) for d in step * np.eye(len(x))], axis=1)


def where_the_slopes_stand():
    W, h = np.random.default_rng(0).standard_normal((3, 3)), np.array([0.3, -0.7, 0.5])
    S = np.diag(1 - np.tanh(W @ h) ** 2)
    true = differences(lambda h: np.tanh(W @ h), h)
    fits = [np.allclose(true, one, atol=1e-8) for one in (S @ W, W @ S)]
    return "S W: its entries are f′(zᵢ) Wᵢⱼ" if fits == [True, False] else ""


def which_product():
    W, h = np.random.default_rng(0).standard_normal((3, 3)), np.array([0.3, -0.7, 0.5])

    def run(h):
        for _ in range(3):
            h = np.tanh(W @ h)
        return h

    S, state = [], h
    for _ in range(3):
        state = np.tanh(W @ state)
        S.append(np.diag(1 - state**2))
    true = differences(run, h)
    products = {
        "newest left, S W": S[2] @ W @ S[1] @ W @ S[0] @ W,
        "oldest left, S W": S[0] @ W @ S[1] @ W @ S[2] @ W,
        "newest left, W S": W @ S[2] @ W @ S[1] @ W @ S[0],
        "as printed": W.T @ S[0] @ W.T @ S[1] @ W.T @ S[2],
    }
    (right,) = [name for name, product in products.items() if np.allclose(product, true, atol=1e-8)]
    return right


def shape_at_layer_1():
    row, factors = np.ones((1, 5)), [np.ones((5, 30)), np.ones((30, 20))]
    for W in factors:
        row = row @ W
    return "×".join(map(str, row.shape))


def first_to_last(f, slope, gain, depth=50, n=64, seeds=10):
    """Return the mean, in logarithms, of the factor per layer of the gradient in a net of random weights."""
    logs = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        weights = gain * rng.standard_normal((depth, n, n)) / np.sqrt(n)
        h, slopes = rng.standard_normal(n), []
        for W in weights:
            z = W @ h
            h = f(z)
            slopes.append(slope(z))
        g = rng.standard_normal(n)
        before = np.linalg.norm(g)
        for W, s in zip(weights[::-1], slopes[::-1], strict=True):
            g = (g * s) @ W
        logs.append(np.log(np.linalg.norm(g) / before) / depth)
    return np.exp(np.mean(logs))


def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


def which_gain_keeps_it():
    off = {gain: abs(np.log(first_to_last(np.tanh, tanh_slope, gain))) for gain in (0.8, 1.0, 1.25, 3.0)}
    return {0.8: "near 0.8", 1.0: "1", 1.25: "near 1.25", 3.0: "3"}[min(off, key=off.get)]


def logistic_slope(z):
    return logistic(z) * logistic(-z)


def how_many_times_smaller():
    """Glorot's variance is 1/n where all layers are alike; 17 layers lie between."""
    left = first_to_last(logistic, logistic_slope, 1.0) ** 17
    return "far more than a million times" if left < 1e-8 else "a million times"


def relu(z):
    return np.maximum(z, 0)


def relu_slope(z):
    return (z > 0) * 1.0


def which_first_weights():
    """From layer 1 to 50, ReLU: of gain 1 are Glorot's, 1/√n and, in what ReLU leaves, the orthogonal ones."""
    factors = {name: first_to_last(relu, relu_slope, gain) for name, gain in (("Glorot", 1), ("3", 3), ("He", 2**0.5))}
    keeps = [name for name, factor in factors.items() if 0.01 < factor**49 < 100]
    return keeps[0] if len(keeps) == 1 else ""


def what_to_change():
    sigmoid, he = (first_to_last(logistic, logistic_slope, gain) ** 30 for gain in (1.0, 2**0.5))
    assert 10 * he < 1e-8  # ten times the learning rate is nothing, too
    assert sigmoid < he  # Glorot's weights are smaller
    return "'relu' in place of 'sigmoid'" if first_to_last(relu, relu_slope, 2**0.5) ** 30 > 1e-3 else ""


def where_powers_turn():
    """At g = 0.8 σ_max is above 1, ρ below: the power fades; at 1.25 both are above: it grows."""
    W = np.random.default_rng(0).standard_normal((60, 60)) / np.sqrt(60)
    for g, grows in ((0.8, False), (1.25, True)):
        sigma, rho = norm(g * W), np.abs(np.linalg.eigvals(g * W)).max()
        assert sigma > 1
        assert (rho > 1) == grows == (norm(np.linalg.matrix_power(g * W, 100)) > 1)
    return "where ρ (of the eigenvalues) passes 1"


def what_a_fading_power_says():
    """[[0.9, 1], [0, 0.9]] has σ_max near 1.5 and fades: no eigenvalue above 1; it is neither normal nor orthogonal."""
    W = np.array([[0.9, 1.1], [0.0, 0.9]])
    assert norm(W) > 1.5
    assert norm(np.linalg.matrix_power(W, 300)) < 1e-6
    assert not np.allclose(W @ W.T, W.T @ W)
    fades = np.abs(np.linalg.eigvals(W)).max() < 1
    return "no eigenvalue is above 1 in size" if fades else "an eigenvalue is above 1"


def tanh_net(gain, n=16, T=40, drive=1.0, seed=0, m=4):
    """Return the states and the Jacobian of each step of a tanh net that reads noise."""
    rng = np.random.default_rng(seed)
    W, U = gain * rng.standard_normal((n, n)) / np.sqrt(n), drive * rng.standard_normal((n, m))
    X, H, J = rng.standard_normal((T, m)), [rng.uniform(-1, 1, n)], []
    for x in X:
        H.append(np.tanh(W @ H[-1] + U @ x))
        J.append((1 - H[-1] ** 2)[:, None] * W)
    return W, np.array(H), np.array(J)


def product(J):
    P = np.eye(J.shape[-1])
    for one in J:
        P = one @ P
    return P


def what_the_diagonal_holds(seeds=10):
    """Of random losses at each step, the pairs k = t against the whole gradient of W; the median of some nets."""
    lost = []
    for seed in range(seeds):
        _, H, J = tanh_net(1.0, n=8, T=12, seed=seed, m=2)
        G = np.random.default_rng(seed).standard_normal((13, 8))
        whole, diagonal = np.zeros((8, 8)), np.zeros((8, 8))
        for t in range(1, 13):
            row = G[t]
            for k in range(t, 0, -1):
                part = np.outer(row * (1 - H[k] ** 2), H[k - 1])
                whole += part
                diagonal += part * (k == t)
                row = row @ J[k - 1]
        lost.append(np.linalg.norm(diagonal) / np.linalg.norm(whole))
    return "more than a half" if np.median(lost) > 0.5 else "about a third"


def which_norm_stays():
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 16)))[0]
    norms = {
        "linear with W = 0.9 Q": norm(np.linalg.matrix_power(0.9 * Q, 40)),
        "linear with W = 1.1 Q": norm(np.linalg.matrix_power(1.1 * Q, 40)),
        "ReLU with W = I": norm(np.linalg.matrix_power(np.diag(relu_slope(np.ones(16))) @ np.eye(16), 40)),
        "tanh with gain 0.5": norm(product(tanh_net(0.5)[2])),
        "ReLU with gain 3": first_to_last(relu, relu_slope, 3.0) ** 40,
    }
    (stays,) = [name for name, size in norms.items() if abs(size - 1) < 1e-9]
    return stays


def what_two_runs_do(gain=0.8):
    W, H, J = tanh_net(gain)
    other = -H[0]
    rng = np.random.default_rng(0)
    rng.standard_normal((16, 16))
    U, X = rng.standard_normal((16, 4)), rng.standard_normal((40, 4))
    for x in X:
        other = np.tanh(W @ other + U @ x)
    meet, gone = np.abs(other - H[-1]).max() < 1e-6, norm(product(J)) < 1e-6
    return "they meet, and the gradient is gone" if meet and gone else "they stay apart"


def whether_runs_meet_where_the_gradient_has_gone():
    """The latch of notebook 02."""
    h, left = np.array([-0.1, 0.1]), np.ones(2)
    for _ in range(100):
        h = np.tanh(2 * h)
        left = left * 2 * (1 - h * h)
    return "no, not always" if left.max() < 1e-9 and h[1] - h[0] > 1 else "yes, always"


def how_loose_the_bound_is(seeds=10):
    gaps = []
    for seed in range(seeds):
        W, _, J = tanh_net(0.9, seed=seed, drive=0.5)
        gaps.append(40 * np.log10(norm(W)) - np.log10(norm(product(J))))
    return "by ten or more" if np.median(gaps) > 10 else "by about five"


def whether_the_rungs_meet():
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 16)))[0]
    rungs = [norm(np.linalg.matrix_power(1.2 * Q, 40)), norm(1.2 * Q) ** 40, (1.0 * norm(1.2 * Q)) ** 40]
    return "yes, in some nets of many neurons" if np.allclose(rungs, rungs[0]) else "no, never"


def what_the_norm_says():
    """γ‖W‖ is 3/4 for sigmoid; a saturated tanh net with W = 3 I vanishes, and one at rest at 0 explodes."""
    assert 0.25 * 3 < 1 < 1 * 3
    saturated, at_rest = 0.5, 0.0
    left = [1.0, 1.0]
    for _ in range(10):
        saturated, at_rest = np.tanh(3 * saturated), np.tanh(3 * at_rest)
        left = [left[0] * 3 * (1 - saturated**2), left[1] * 3 * (1 - at_rest**2)]
    return "only that the sigmoid net's vanishes" if left[0] < 1e-6 and left[1] > 1e4 else ""


def hops(tap=5, lag=100):
    g = [1.0]
    for t in range(1, lag + 1):
        g.append(0.9 * g[t - tap] if t >= tap else 0.0)
    (power,) = [k for k in (5, 20, 100) if math.isclose(g[lag], 0.9**k)]
    return "0.9" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def residual_steps(eps=1.0, n=16, T=100):
    rng = np.random.default_rng(0)
    W, h = rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal(n)
    P = np.eye(n)
    for _ in range(T):
        f = np.tanh(W @ h)
        P, h = P + eps * ((1 - f**2)[:, None] * W) @ P, h + eps * f
    return "it grows" if norm(P) > 10 else "it vanishes, too"


def which_f_is_constant():
    z = np.linspace(-3, 3, 601)
    fs = {
        "f(z) = z": z,
        "f(z) = 2z": 2 * z,
        "f(z) = tanh(2z)": np.tanh(2 * z),
        "f(z) = ReLU(2z)": relu(2 * z),
    }
    (right,) = [name for name, f in fs.items() if np.allclose(0.5 * np.diff(f) / np.diff(z), 1)]
    return right


def lstm_net(scale, b_f, b_i=0.0, n=16, m=4, T=100, seed=0, symbols=False):
    """Return W and, for each step, c before, i, f, g, o and c after, of an LSTM that reads noise."""
    rng = np.random.default_rng(seed)
    W = scale * rng.standard_normal((4, n, n)) / np.sqrt(n)
    U, b = rng.standard_normal((4, n, m)) / np.sqrt(m if not symbols else 1), np.zeros((4, n))
    b[0], b[1] = b_i, b_f
    X = np.eye(m)[rng.integers(m, size=T)] if symbols else rng.standard_normal((T, m))
    c, h, steps = np.zeros(n), np.zeros(n), []
    for x in X:
        z = W @ h + U @ x + b
        i, f, g, o = logistic(z[0]), logistic(z[1]), np.tanh(z[2]), logistic(z[3])
        new = f * c + i * g
        steps.append((c, i, f, g, o, new))
        c, h = new, o * np.tanh(new)
    return W, steps


def all_paths_or_one(seeds=10):
    larger = []
    for seed in range(seeds):
        W, steps = lstm_net(8.0, 1.0, seed=seed)
        P, carousel = np.eye(32), np.ones(16)
        for c, i, f, g, o, new in steps:
            E = o * (1 - np.tanh(new) ** 2)
            A = (g * i * (1 - i))[:, None] * W[0] + (c * f * (1 - f))[:, None] * W[1] + (i * (1 - g**2))[:, None] * W[2]
            R = (np.tanh(new) * o * (1 - o))[:, None] * W[3]
            P = np.block([[np.diag(f), A], [np.diag(E * f), E[:, None] * A + R]]) @ P
            carousel = carousel * f
        larger.append(norm(P[:16, :16]) > carousel.max())
    return "larger" if np.mean(larger) > 0.8 else "smaller"


def what_h_shows_of_a_full_cell(seeds=5):
    shown = [
        np.median(steps[-1][4] * (1 - np.tanh(steps[-1][5]) ** 2))
        for steps in (
            lstm_net(1.0, math.log(199), n=32, m=6, T=200, seed=seed, symbols=True)[1] for seed in range(seeds)
        )
    ]
    return "next to nothing" if np.median(shown) < 0.01 else "about a half"


def which_state_is_large(bias=8.0, n=16, T=100):
    _, steps = lstm_net(1.0, bias)
    c = np.abs(steps[-1][5]).max()
    rng, h = np.random.default_rng(0), np.zeros(n)
    W, U = rng.standard_normal((3, n, n)) / np.sqrt(n), rng.standard_normal((3, n, 4)) / 2
    for x in rng.standard_normal((T, 4)):
        z, r = logistic(W[0] @ h + U[0] @ x + bias), logistic(W[1] @ h + U[1] @ x)
        h = z * h + (1 - z) * np.tanh(W[2] @ (r * h) + U[2] @ x)
    return "c of the LSTM" if c > 2 and np.abs(h).max() < 1 else "both"


def who_hears_more():
    more = []
    for first in (0, 1000):
        nets = hearing()
        some = nets[(nets["model"] == "tanh") & (nets["gain"] == 1.0)]
        some = some[(some["seed"] >= first) & (some["seed"] < first + 30)]
        learned = some["solved_at"] > 0
        more.append(np.median(some["heard"][learned]) > np.median(some["heard"][~learned]))
    return (
        "it differs from one thirty to the next" if more[0] != more[1] else "yes, nearly all of them" if more[0] else ""
    )


def which_learns_jane():
    nets = hearing()
    solved = {
        name: (one["solved_at"] > 0).mean()
        for name, one in {
            "the tanh net of gain 1": nets[(nets["model"] == "tanh") & (nets["gain"] == 1.0)],
            "the LSTM with forget bias 0": nets[(nets["model"] == "lstm") & (nets["forget_bias"] == 0.0)],
            "the LSTM with forget bias 3": nets[(nets["model"] == "lstm") & (nets["forget_bias"] == 3.0)],
        }.items()
    }
    (nearly_every,) = [name for name, share in solved.items() if share > 0.9]
    return nearly_every


def two_linear_cells(length=200, n=500):
    """One cell keeps, one leaks: the sign of each, in turn, is that of a symbol."""
    rng, right = np.random.default_rng(0), []
    for _ in range(n):
        first, second = sorted(rng.choice(length // 2, 2, replace=False))
        one, two = rng.choice([-1, 1], 2)
        keeps = one + two
        leaks = one * (1 - 1 / length) ** (length - first) + two * (1 - 1 / length) ** (length - second)
        right.append((np.sign(keeps - leaks) == one, np.sign(leaks) == two))
    first, second = np.array(right).all(axis=0)
    return "always" if first and second else "in half of the sequences"


def which_number_to_change(lag=60):
    left = {bias: logistic(bias) ** lag for bias in (0.0, 1.0, 4.0)}
    assert left[0.0] < left[1.0] < 1e-7
    return "the forget bias, to 4" if left[4.0] > 0.3 else ""


def when_a_turning_net_is_right(learned=5):
    """From length to length the bit changes its sign: right where an even number of steps lies between."""
    right = {length: (-1) ** (length - learned) > 0 for length in range(21, 61)}
    return "odd" if all(right[length] == (length % 2 == 1) for length in right) else "even"


def what_nets_do_at_7():
    at_7 = holders(6).right[6]
    kinds = [(at_7 > 0.9).sum(), (at_7 < 0.1).sum()]
    return "that differs from net to net" if min(kinds) > 3 else "right as well"


def how_many_hold(trained=3, first_seed=0):
    right = holders(trained, first_seed).right
    n = (right.mean(axis=0) > 0.99).sum()
    return "few or none" if n <= 3 else "about a third" if n < 20 else "nearly all"


def which_cell_is_small():
    size = {}
    for name, b_f, b_i in (
        ("b_f = 5.3 and b_i = −5.3", 5.3, -5.3),
        ("b_f = 5.3 and b_i = 0", 5.3, 0.0),
        ("b_f = 3 and b_i = 0", 3.0, 0.0),
    ):
        _, steps = lstm_net(1.0, b_f, b_i, n=32, m=6, T=200, symbols=True)
        size[name] = np.sqrt(np.mean(steps[-1][5] ** 2))
    small = min(size, key=size.get)
    return small if size[small] < 0.5 < 1 < sorted(size.values())[1] else ""


def how_e_grows():
    """e_t = h_{t-1} + λ e_{t-1} under noise: its variance by summing the squares of what each input adds."""
    sizes = []
    for memory in (10, 1000):
        lam, lags = 1 - 1 / memory, np.arange(1, 40 * memory)
        sizes.append(np.sqrt(np.sum((lags * lam ** (lags - 1.0)) ** 2)))
    return {1: "ten", 2: "a hundred", 3: "a thousand"}[round(math.log10(sizes[1] / sizes[0]))]


def a_share_of_99_percent():
    """e^ĩ / (100 + e^ĩ) = 0.99."""
    return f"about {round(math.log(0.99 * 100 / 0.01))}"


def random_blocks(n=64, depth=100):
    rng, g = np.random.default_rng(0), np.ones(64)
    for _ in range(depth):
        g = g + rng.standard_normal((n, n)) @ g / np.sqrt(n)
    return "it grows beyond ten powers of ten" if np.linalg.norm(g) / 8 > 1e10 else "it grows about a hundredfold"


def who_gains_a_share(n=20, layers=10):
    A = np.tril(np.ones((n, n))) / np.arange(1, n + 1)[:, None]  # each token reads itself and all before it
    share = np.linalg.matrix_power(A, layers)[-1]
    return "the first ones" if share[0] > 0.3 and share[0] == share.max() else "none: all stay alike"


def which_does_not_add():
    others = [count("adding", 50, name) for name in ("minGRU 0", "attention, no positions")]
    return "the diagonal recurrence" if count("adding", 50, "diagonal") == 0 < min(others) else ""


def how_much_without_a_diagonal():
    sizes = [norm(np.array([[0.0, a], [0.0, 0.0]])) for a in (1e-3, 1.0, 1e6)]
    return "by any factor" if sizes == [1e-3, 1.0, 1e6] else "by a factor of at most 1"


def what_a_million_changes():
    """The parts of the gradient of W by lag, beside the whole, of a loss and of a million times that loss."""
    _, H, J = tanh_net(0.9, n=8, T=12)
    shares = []
    for size in (1.0, 1e6):
        parts = np.zeros((12, 8, 8))
        for t in range(1, 13):
            row = size * np.random.default_rng(t).standard_normal(8)
            for k in range(t, 0, -1):
                parts[t - k] += np.outer(row * (1 - H[k] ** 2), H[k - 1])
                row = row @ J[k - 1]
        shares.append([np.linalg.norm(part) / np.linalg.norm(parts.sum(axis=0)) for part in parts])
    return "only the length of the step" if np.allclose(*shares, rtol=1e-12) else "the long lags gain on the short ones"


def where_the_border_moves(seeds=5):
    """The least gain at which a product of 200 steps grows, the median of some nets: without input and with."""
    borders = []
    for drive in (0.0, 1.0):
        found = []
        for seed in range(seeds):
            gains = np.arange(0.6, 12, 0.3)
            grows = [np.linalg.norm(product(tanh_net(g, T=200, drive=drive, seed=seed)[2])) > 1 for g in gains]
            found.append(gains[grows.index(True)])
        borders.append(np.median(found))
    return "to a larger gain" if borders[1] > 1.5 * borders[0] else "nowhere: it depends on W alone"


def which_line_passes_no_weight(n=4):
    """A change of c alone arrives at the next c times f, whatever W is; c stands on the right of one line."""
    rng = np.random.default_rng(0)
    c, x, h = rng.standard_normal((3, n))
    for W in (np.zeros((4 * n, n)), 5 * rng.standard_normal((4 * n, n))):
        i, f, g, o = np.split(W @ h + np.concatenate([x, x, x, x]), 4)
        i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
        np.testing.assert_allclose(differences(lambda c, f=f, i=i, g=g: f * c + i * g, c), np.diag(f), atol=1e-8)
    code = (ROOT / "notebooks" / "09_the_carousel.ipynb").read_text("utf-8")
    lines = set(re.findall(r"= ([^#\n\"]*)  # (\(\d\))\\n", code))
    (number,) = {number for right, number in lines if re.search(r"(?<!\w)c(?!\w)", right) and "dc" not in right}
    return number


def how_a_sum_is_learned():
    """Not by luck, and not by a constant: the sum of two numbers from 0 to 1 lies within 0.2 of 1 in 36 %."""
    report = reported("adding", 50, "LSTM 0")
    lucky, constant = report.n_solved < 20, 1 - 0.8**2 > 0.99
    assert 0.5**25 < 1e-7  # what its carousel keeps, before it has learned, over half of the steps
    return "" if lucky or constant else "it first learns to carry the gradient"


def steps_to_forget(c=10.0):
    """i g at its largest, below 1 in size."""
    n = 0
    while c > 0.5:
        c, n = c + logistic(9.0) * np.tanh(-9.0), n + 1
    return {1: "one step", 10: "about ten steps"}[n]


def what_keeps_more_over_200(n=100_000):
    radii = np.sqrt(np.random.default_rng(0).uniform(size=n))  # even over the disc
    disc, gates = np.sqrt(np.mean(radii**400)), logistic(3.0) ** 200
    return "diagonal cells of the whole disc" if disc > 1e-3 > 10 * gates else "a minGRU"


def what_the_gradient_of_a_min_gru_is(n=3, steps=6):
    rng = np.random.default_rng(0)
    Z, Q = logistic(rng.standard_normal((steps, n))), np.tanh(rng.standard_normal((steps, n)))  # of inputs alone

    def run(h):
        for z, q in zip(Z, Q, strict=True):
            h = (1 - z) * h + z * q
        return h

    same = np.allclose(differences(run, rng.standard_normal(n)), np.diag(np.prod(1 - Z, axis=0)), atol=1e-9)
    return "its carousel alone" if same else "its carousel and the gates' paths"


def which_min_gru():
    with_3, with_0 = (count("order", 100, f"minGRU {bias}") for bias in (3, 0))
    return "the one with 3" if with_0 < 3 < 17 < with_3 else "both"


RIGHT = {
    "04.6": how_much_without_a_diagonal,
    "06.4": what_a_million_changes,
    "07.10": where_the_border_moves,
    "09.5": which_line_passes_no_weight,
    "10.14": how_a_sum_is_learned,
    "10.18": steps_to_forget,
    "11.5": what_keeps_more_over_200,
    "11.7": what_the_gradient_of_a_min_gru_is,
    "11.8": which_min_gru,
    "01.5": how_much_longer_w_of_1_keeps,
    "02.5": how_far_apart,
    "02.3": what_clipping_changes,
    "03.4": shape_at_layer_1,
    "03.6": where_the_slopes_stand,
    "03.8": which_product,
    "04.4": which_first_weights,
    "04.8": which_gain_keeps_it,
    "04.9": how_many_times_smaller,
    "04.10": what_to_change,
    "05.4": what_a_fading_power_says,
    "05.8": where_powers_turn,
    "06.5": what_the_diagonal_holds,
    "06.7": which_norm_stays,
    "06.8": what_two_runs_do,
    "06.9": whether_runs_meet_where_the_gradient_has_gone,
    "07.4": what_the_norm_says,
    "07.6": how_loose_the_bound_is,
    "07.7": whether_the_rungs_meet,
    "08.4": which_f_is_constant,
    "08.5": hops,
    "08.8": residual_steps,
    "09.7": all_paths_or_one,
    "09.10": what_h_shows_of_a_full_cell,
    "09.11": which_state_is_large,
    "10.1": which_learns_jane,
    "10.4": which_number_to_change,
    "10.5": when_a_turning_net_is_right,
    "10.7": who_hears_more,
    "10.13": two_linear_cells,
    "10.17": what_nets_do_at_7,
    "10.19": how_many_hold,
    "11.1": which_cell_is_small,
    "11.6": how_e_grows,
    "11.10": a_share_of_99_percent,
    "11.11": random_blocks,
    "11.12": who_gains_a_share,
    "08.7": lambda: f"{np.sqrt(np.mean(np.random.default_rng(0).standard_normal((100, 4000)).sum(axis=0) ** 2)):.0f}",
    "10.11": lambda: (
        "no: it is neither enough nor needed" if count("order", 50, "tanh 1.5") == 0 < count("order", 50, "GRU") else ""
    ),
    "11.9": lambda: {10: "ten", 32: "thirty-two"}[math.ceil(math.log2(1000))],
    "00.1": what_three_starts_know,
    "01.3": which_weight_keeps_more,
    "01.6": what_the_nile_leaves,
    "02.6": fixed_points_of_a_sigmoid_without_bias,
    "03.7": what_layernorm_leaves_of_two,
    "03.9": gradient_under_l2,
    "04.5": which_are_steep,
    "04.7": lambda: "nine tenths" if 0.85 < (1 - 0.01) ** 10 < 0.95 else "",
    "05.5": along_which_directions,
    "05.6": what_the_angle_changes,
    "05.7": how_large_the_powers_become,
    "05.9": how_large_symmetric_powers_are,
    "06.6": what_the_window_leaves_out,
    "06.10": lambda: ", ".join(f"{0.9**lag:.2g}" for lag in (10, 20, 40)),
    "07.5": lambda: "to a number above 0" if np.prod(1 - 1 / np.arange(2.0, 1e5) ** 2) > 0.49 else "to 0",
    "07.8": whether_it_explodes,
    "07.9": which_conditions_are_needed,
    "08.6": lambda: "about a third" if 0.3 < 0.99**100 < 0.4 else "",
    "08.9": what_the_memory_holds,
    "09.4": what_is_left_of_a_cell,
    "09.6": what_h_of_1997_shows,
    "09.9": lambda: f"about {math.log(0.5) / math.log(logistic(1.0)):.0f}",
    "10.9": lambda: "none" if count("order", 50, "tanh 1") == 0 else "",
    "10.10": lambda: "about fifteen" if abs(count("jane", 50, "tanh 1.5") - 15) <= 2 else "",
    "10.12": lambda: (
        "the two that are tied" if min(tied_or_not("order", 200)) == 0 < 15 < max(tied_or_not("order", 200)) else ""
    ),
    "10.15": lambda: "all that are tied, few of the others" if tied_or_not("adding", 200) == (20, 3) else "",
    "10.16": lambda: "the tanh nets" if count("latch", 160, "tanh 1.5") > 10 > count("latch", 160, "LSTM 0") else "",
    "11.13": which_does_not_add,
}


ELSEWHERE = {"10.8": "test_hearing.py"}  # by training, which takes longer


def test_each_choice_that_is_called_right_has_its_test():
    assert CHOICES.keys() - RIGHT.keys() == ELSEWHERE.keys()
    for name, file in ELSEWHERE.items():
        assert f'CHOICES["{name}"]' in (ROOT / "tests" / file).read_text("utf-8")


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_choice_is_what_the_maths_says(name):
    assert RIGHT[name]() == CHOICES[name]["answer"]


def test_in_the_first_draw_the_power_of_the_symmetric_matrix_is_more_than_a_hundred_thousand_times_as_large():
    assert symmetric_against_gaussian([0])[0] > 100_000


@pytest.mark.draws
def test_powers_of_other_symmetric_matrices_are_a_thousand_times_those_of_the_gaussian_ones(draws):
    assert how_large_symmetric_powers_are(draws()) == CHOICES["05.9"]["answer"]


@pytest.mark.draws
def test_few_or_none_of_other_thirty_nets_that_learned_at_length_3_hold_the_bit(draws):
    assert how_many_hold(first_seed=draws()[0]) == CHOICES["10.19"]["answer"]


@pytest.mark.draws
def test_of_nets_that_learned_at_length_6_about_as_many_are_wrong_at_7_as_right_and_few_in_between(draws):
    at_7 = holders(6, draws()[0]).right[6]
    right, wrong = (at_7 > 0.9).sum(), (at_7 < 0.1).sum()
    assert 0.4 < right / wrong < 2.5
    assert right + wrong > 18
