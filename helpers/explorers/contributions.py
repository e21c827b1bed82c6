"""The explorers of temporal contributions (notebook 06)."""

from functools import lru_cache

import numpy as np

from helpers.data import nile
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount
from helpers.figures import contributions as figures
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.contributions import contribution_log10_norms, contributions, weight_gradients_by_lag
from helpers.maths.linear import log10_norm, product_norms, recurrent_matrix, spectral_norm
from helpers.maths.rnn import RNN, run_rnn, step_jacobians
from helpers.maths.scalar import standardise
from helpers.maths.tasks import one_hot

SENTENCE = "Jane had a quick lunch in the bistro. Then she paid and left."
INPUTS = {"nothing": "nothing", "noise": "noise", "the Nile": "nile", "a sentence": "sentence"}
NET_ACTIVATIONS = {"tanh": "tanh", "sigmoid": "sigmoid", "ReLU": "relu", "identity": "identity"}
N = 16  # neurons
LONG = 20  # a lag that counts as long
SEEN = 1  # the neuron whose two runs are drawn: one that ReLU leaves alive


@lru_cache
def inputs_of(name: str, n_steps: int) -> np.ndarray:
    """Return the inputs (T, m) of that name: zeros, noise, the Nile from 1871 on, or the letters of SENTENCE."""
    if name == "nile":
        return standardise(nile()[1])[:n_steps, None]
    if name == "sentence":
        return one_hot(SENTENCE[:n_steps])
    return np.random.default_rng(7).standard_normal((n_steps, 4)) / 2 * (name == "noise")


@lru_cache
def weights_of(kind: str, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W of gain 1 and U of a net of N neurons that reads m numbers."""
    rng = np.random.default_rng(0)
    return recurrent_matrix(kind, N, 1.0, rng), rng.standard_normal((N, m))


def net_of(kind: str, gain: float, activation: str, inputs: str, n_steps: int) -> tuple[RNN, np.ndarray]:
    """Return the net of that gain, and its inputs (T, m)."""
    X = inputs_of(inputs, n_steps)
    W, U = weights_of(kind, X.shape[1])
    return RNN(gain * W, U, np.zeros(N), activation), X


@lru_cache
def readout(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return V (2, N) and the targets (T, 2) of the loss |V h_t - d_t|^2 / 2 at every step."""
    rng = np.random.default_rng(3)
    return rng.standard_normal((2, N)) / np.sqrt(N), rng.standard_normal((n_steps, 2))


def net_controls(gain: float) -> tuple[Slider, Choice, Choice]:
    """Return the controls of gain, activation and input, from this gain on."""
    activation = Choice("activation", "activation f", NET_ACTIVATIONS, "tanh")
    return (
        Slider("gain", "gain g of W", 0.1, 3, gain, 0.05),
        activation,
        Choice("inputs", "what it reads", INPUTS, "noise"),
    )


@lru_cache
def log10_sizes(gain: float, activation: str, inputs: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log10 of the contribution of each pair (t, k), (T, T) from t = 1 and k = 1 on, beside the largest; of the
    gradient at each lag, (T,); and of the sum of the gradients from each lag on, (T,)."""
    net, X = net_of("gaussian", gain, activation, inputs, figures.N_STEPS)
    run = run_rnn(net, np.full(N, 0.1), X)
    V, targets = readout(figures.N_STEPS)
    G = np.vstack([np.zeros(N), (run.H[1:] @ V.T - targets) @ V])
    table = contributions(net, run, G)
    pairs = contribution_log10_norms(net, run, table)[1:, 1:]
    by_lag = weight_gradients_by_lag(net, run, table).reshape(figures.N_STEPS, -1)
    # Summed from the longest lag on, for a sum that begins with the large ones has lost the small ones.
    return pairs - pairs.max(), log10_norm(by_lag), log10_norm(np.cumsum(by_lag[::-1], axis=0)[::-1])


def contributions_state(gain: float, step: int, reached: int, window: int, activation: str, inputs: str) -> dict:
    """Compute log10 of the contributions of each pair, of the gradient by lag and of what a window leaves out.

    Those by lag stand beside the whole gradient.
    """
    pairs, by_lag, beyond = log10_sizes(gain, activation, inputs)
    log10_total = float(beyond[0])
    steps = np.arange(1, figures.N_STEPS + 1)
    return {
        "log10_pairs": pairs,
        "steps_back": steps[:step],
        "log10_back": pairs[step - 1, :step],
        "steps_ahead": steps[step - 1 :],
        "log10_ahead": pairs[step - 1 :, step - 1],
        "log10_own": pairs[step - 1, step - 1],
        "log10_pair": pairs[step - 1, reached - 1],
        "log10_total": log10_total,
        "log10_long": float(beyond[LONG]),
        "log10_by_lag": by_lag - log10_total,
        "log10_beyond": beyond[1:] - log10_total,
        "log10_left_out": beyond[window] - log10_total if window < figures.N_STEPS else -np.inf,
    }


def describe_contributions(state) -> str:
    """Say what one pair contributes, what long lags do, and what the window leaves out."""
    told = f"comes before step {state.reached} and contributes nothing there"
    if state.step == state.reached == 1:
        told = "reaches back to step 1 alone"
    elif state.step >= state.reached:
        share = amount(state.log10_pair - state.log10_own)
        told = f"contributes {share} times as much at step {state.reached} as at step {state.step} itself"
    return (
        f"{state.activation_label}, gain {state.gain:g}, reading {state.inputs_label}: the loss at step {state.step} "
        f"{told}. The whole gradient has the length {amount(state.log10_total)}; all lags from {LONG} on together "
        f"{amount(state.log10_long)}. A window of {state.window} leaves out "
        f"{amount(state.log10_left_out)} of it."
    )


def contributions_explorer(gain: float = 0.9) -> Explorer:
    """Return the explorer of the temporal contributions of every pair (t, k)."""
    first, *choices = net_controls(gain)
    controls = [
        first,
        Slider("step", "step t of the loss", 1, figures.N_STEPS, figures.N_STEPS, 1),
        Slider("reached", "step k reached back to", 1, figures.N_STEPS, 1, 1),
        Slider("window", "window of truncation", 1, figures.N_STEPS, 10, 1),
        *choices,
    ]
    return Explorer(controls, contributions_state, figures.Contributions(), describe_contributions, plays="step")


def merge_state(gain: float, activation: str, inputs: str) -> dict:
    """Compute one neuron of two runs (T + 1,), how far apart they start, log10 of their distance over that, of the
    norm of dh_t/dh_0, and of the bound of both."""
    n_steps = figures.Merging.n_steps
    net, X = net_of("gaussian", gain, activation, inputs, n_steps)
    starts = np.random.default_rng(5).uniform(-1.0, 1.0, (2, N))
    both = run_rnn(net, starts, np.repeat(X[:, None], 2, axis=1))
    one = run_rnn(net, starts[0], X)
    eta, log10_apart = ACTIVATIONS[activation].gamma * spectral_norm(net.W), log10_norm(both.H[:, 0] - both.H[:, 1])
    return {
        "one": both.H[:, 0, SEEN],
        "other": both.H[:, 1, SEEN],
        "start": float(10 ** log10_apart[0]),
        "log10_apart": log10_apart - log10_apart[0],
        "log10_gradient": product_norms(step_jacobians(net, one)),
        "log10_bound": np.arange(n_steps + 1) * np.log10(eta),
    }


def describe_merge(state) -> str:
    """Say how far apart the runs begin and end, and what the gradient is."""
    last = len(state.one) - 1
    left = f"{amount(state.log10_apart[-1])} times as far apart"
    if state.log10_apart[-1] < -13:
        left = "the same to the last digits"
    return (
        f"{state.activation_label}, gain {state.gain:g}, reading {state.inputs_label}: the runs begin "
        f"{state.start:.3g} apart and after {last} steps are {left}; the norm of dh_{last}/dh_0 is "
        f"{amount(state.log10_gradient[-1])}. Neither can be above η^{last}, {amount(state.log10_bound[-1])}."
    )


def merge_explorer(gain: float = 0.8) -> Explorer:
    """Return the explorer of two runs that forget their starts, or do not."""
    return Explorer(net_controls(gain), merge_state, figures.Merging(), describe_merge)
