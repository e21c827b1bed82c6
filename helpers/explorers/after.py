"""The explorers of what became of the product of Jacobians (notebook 11)."""

from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider
from helpers.explorers.live import Explorer
from helpers.explorers.words import amount, counted, number
from helpers.figures import after as figures
from helpers.maths import diagonal
from helpers.maths.attention import causal_weights, rollout
from helpers.maths.linear import gaussian, log10_norm, product_norms
from helpers.maths.lstm import lstm_run, path_log10_norms, random_lstm, readout_log10
from helpers.maths.memory import gated_gradient, min_gru
from helpers.maths.rnn import RNN, run_rnn, step_jacobians
from helpers.maths.vector_activations import softmax

N, LONGEST = 16, figures.ByLag.longest
NOISE = np.random.default_rng(7).standard_normal((LONGEST, 4))  # what the nets of the first explorer read


@lru_cache(maxsize=200)
def nets_by_lag(bias: float) -> dict:
    """Return log10 of the norm by lag of a tanh net of gain 1, an LSTM's cell and a minGRU; gates keep by a bias."""
    rng = np.random.default_rng(0)
    net = RNN(gaussian(N, 1.0, rng), rng.standard_normal((N, 4)) / 2, np.zeros(N))
    lstm = random_lstm(N, 4, 1.0, rng, bias)
    _, keep, _ = min_gru(rng.standard_normal((2 * N, 4)) / 2, np.repeat([-bias, 0.0], N), NOISE)
    return {
        "the tanh net": product_norms(step_jacobians(net, run_rnn(net, np.zeros(N), NOISE))),
        "the LSTM": path_log10_norms(lstm, lstm_run(lstm, NOISE), ("whole",))[0],
        "the minGRU": gated_gradient(keep).max(axis=1),
    }


def by_lag_state(length: int, bias: float, r_max: float, log_axis: bool) -> dict:
    """Compute log10 of what is left by lag of each model, from lag 1 on to the first of ``length`` steps."""
    lags = np.arange(1, length)
    left = {name: logs[lags] for name, logs in nets_by_lag(bias).items()}
    left |= {
        "the disc": diagonal.ring_log10_rms(lags, 0.0, r_max),
        "the running mean": np.log10(1 - lags / length),  # k/T, what its gates 1 - 1/j leave of step k
        "attention": np.full(len(lags), -np.log10(length)),
    }
    return {
        "log10_left": left,
        "places": np.log10(lags) if log_axis else lags,
        "end": np.log10(length) if log_axis else length,
    }


def describe_by_lag(state) -> str:
    """Say what each model keeps of the first step."""
    nets, means = list(state.log10_left.items())[:4], "the running mean and even weights of attention keep 1/T"
    kept = ", ".join(f"{name} {amount(logs[-1])}" for name, logs in nets)
    return (
        f"{state.length} steps, gates with the bias {state.bias:g} towards keeping, eigenvalues with |λ| ≤ "
        f"{state.r_max:g}. Of a change at step 1, this is left: {kept} (the norm; for the disc the root mean square); "
        f"{means} = {number(1 / state.length)}. The axis shows {state.log_axis_label}."
    )


def by_lag_explorer(length: int = 200, bias: float = 3.0) -> Explorer:
    """Return the explorer of the gradient by lag of six models."""
    controls = [
        Slider("length", "steps T", 10, LONGEST, length, 1),
        Slider("bias", "bias that keeps", -2, 8, bias, 0.5),
        Slider("r_max", "radius of the disc", 0.9, 1, 1, 0.001),
        Choice("log_axis", "axis of lags", {"the lag itself": False, "its logarithm": True}, False),
    ]
    return Explorer(controls, by_lag_state, figures.ByLag(), describe_by_lag)


HOW = {
    "λ, writing x": ("raw", "free"),
    "λ, writing γx": ("raw", "gamma"),
    "ν, writing x": ("exp", "free"),
    "ν, writing γx": ("exp", "gamma"),
    "b of a gate, writing γx": ("sigmoid", "gamma"),
}
MEMORIES = np.geomspace(1.001, 3e4, 400)  # where the curves are drawn


def valley_state(memory: float, rate: float, n_updates: int, how: tuple[str, str]) -> dict:
    """Compute the loss over the parameter, over the variance of the state to be learned, the descent, and its cost."""
    parameter, write = how
    variance = 1.0 if write == "gamma" else memory**2 / (2 * memory - 1)
    values = diagonal.parameter_of(MEMORIES, parameter)
    path = diagonal.descend_valley(memory, rate, n_updates, parameter, write)
    here = float(diagonal.sensitivity(memory, parameter, write))
    return {
        "values": values,
        "losses": diagonal.valley(values, memory, parameter, write)[0] / variance,
        "path": path,
        "path_losses": diagonal.valley(path, memory, parameter, write)[0] / variance,
        "log10_memories": np.log10(MEMORIES),
        "log10_product": MEMORIES * np.log10(1 - 1 / MEMORIES),
        "log10_moved": np.log10(diagonal.sensitivity(MEMORIES, parameter, write)) / 2,
        "log10_memory": np.log10(memory),
        "log10_moved_here": np.log10(here) / 2,
        "largest_rate": 2 / here,
    }


def describe_valley(state) -> str:
    """Say what learning moves, which rates are stable, and where the descent is."""
    went = f"after {counted(len(state.path) - 1, 'update')} the loss is {number(state.path_losses[-1])} of the variance"
    if len(state.path) <= state.n_updates:
        went = f"update {len(state.path)} leaves {'the disc' if state.how[0] == 'raw' else 'all memories behind'}"
    return (
        f"Memory {state.memory:g} steps, learning {state.how_label}: over the memory the product keeps "
        f"{amount(state.memory * np.log10(1 - 1 / state.memory))}, and the parameter moves the state by "
        f"{amount(state.log10_moved_here)} (root mean square). At the bottom rates below {number(state.largest_rate)} "
        f"are stable. From λ = ½ with the rate {number(state.rate)}, {went}."
    )


def valley_explorer(memory: float = 100.0) -> Explorer:
    """Return the explorer of the valley of a long memory."""
    controls = [
        Slider("memory", "memory in steps", 2, 1000, memory, 1),
        Slider("rate", "learning rate", 1e-6, 3, 1e-4, 0.1, log10=True),
        Slider("n_updates", "updates", 0, 300, 100, 1),
        Choice("how", "what is learned", HOW, ("raw", "free")),
    ]
    return Explorer(controls, valley_state, figures.Valley(), describe_valley)


def write_state(forget_bias: float, input_bias: float, scale: float) -> dict:
    """Compute log10 of what an LSTM holds and shows (T + 1,) and (T,), and of its gradient, whole and by carousel."""
    rng = np.random.default_rng(0)
    net = random_lstm(N, 6, scale, rng, forget_bias)
    net.b[:N] = input_bias
    run = lstm_run(net, np.eye(6)[rng.integers(6, size=figures.Write.n_steps)])
    whole, carousel = path_log10_norms(net, run, ("whole", "carousel"))
    return {
        "log10_c": log10_norm(run.C[1:]) - 0.5 * np.log10(N),
        "log10_readout": np.median(readout_log10(net, run), axis=1),
        "log10_whole": whole,
        "log10_carousel": carousel,
    }


def describe_write(state) -> str:
    """Say what is held, what h shows of it, and how far the whole gradient is from the carousel's."""
    tied = " (tied)" if state.input_bias == -state.forget_bias else ""
    return (
        f"b_f = {state.forget_bias:g}, b_i = {state.input_bias:g}{tied}, scale of W {state.scale:g}: after "
        f"{figures.Write.n_steps} steps the cells hold {amount(state.log10_c[-1])} (root mean square), and of a change "
        f"of c, h shows {amount(state.log10_readout[-1])} at the median. The whole gradient is "
        f"{amount(state.log10_whole[-1])}, the carousel alone {amount(state.log10_carousel[-1])}."
    )


def write_explorer(forget_bias: float = 5.3, input_bias: float = 0.0) -> Explorer:
    """Return the explorer of what two biases let an LSTM write."""
    controls = [
        Slider("forget_bias", "forget bias b_f", 0, 7, forget_bias, 0.1),
        Slider("input_bias", "input bias b_i", -7, 7, input_bias, 0.1),
        Slider("scale", "scale of W", 0, 4, 1, 0.1),
    ]
    return Explorer(controls, write_state, figures.Write(), describe_write)


LOGITS = np.random.default_rng(0).standard_normal((12, figures.LookingBack.longest, figures.LookingBack.longest))


def looking_back_state(length: int, scale: float, depth: int, residual: bool) -> dict:
    """Compute the share of each token in the last output, and how much of a logit reaches its weight, last layer."""
    A = causal_weights(scale * LOGITS[:depth, :length, :length])
    a, scales = A[-1, -1], np.linspace(0, figures.LookingBack.sharpest, 65)
    rows = softmax(np.outer(LOGITS[depth - 1, length - 1, :length], scales))
    return {
        "tokens": np.arange(1, length + 1),
        "log10_share": np.log10(np.maximum(rollout((A + np.eye(length)) / 2 if residual else A), 1e-300)),
        "log10_even": -np.log10(length),
        "scales": scales,
        "best_heard": (rows * (1 - rows)).max(axis=0),
        "best_heard_here": float((a * (1 - a)).max()),
        "n_read": float(1 / np.sum(a**2)),
    }


def describe_looking_back(state) -> str:
    """Say how many tokens are read, the share of the first, and how much of a logit reaches its own weight."""
    return (
        f"T = {state.length}, logits of standard deviation {state.scale:g}, {counted(state.depth, 'layer')}"
        f"{', with a residual path' * state.residual}: the last layer reads as if {state.n_read:.3g} tokens shared its "
        f"weight evenly. The first token has the share {amount(state.log10_share[0])} of the last output; even weights "
        f"of one layer give {number(1 / state.length)}. Of a small change of a logit, at most "
        f"{number(state.best_heard_here)} reaches its own weight."
    )


def looking_back_explorer(length: int = 100, scale: float = 1.0) -> Explorer:
    """Return the explorer of what attention sees of the past."""
    controls = [
        Slider("scale", "spread s of the logits", 0, figures.LookingBack.sharpest, scale, 0.5),
        Slider("length", "tokens T", 2, figures.LookingBack.longest, length, 1),
        Slider("depth", "layers L", 1, 12, 1, 1),
        Choice("residual", "residual path", {"without": False, "with": True}, False),
    ]
    return Explorer(controls, looking_back_state, figures.LookingBack(), describe_looking_back)
