"""The explorers of the LSTM's gradient and of the GRU's (notebooks 09 and 10)."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from helpers.explorers.controls import Choice, Slider, Typed
from helpers.explorers.live import Explorer
from helpers.explorers.rnn import SENTENCE, inputs_of
from helpers.explorers.words import amount, counted, number
from helpers.figures import lstm as figures
from helpers.maths import lstm as maths
from helpers.maths.gru import gru_log10_norms, gru_run, random_gru
from helpers.maths.linear import spectral_norm
from helpers.maths.memory import chrono_bias, forget_bias_for, half_life

N = 16  # cells
FORGET_BIAS, SCALE = ("forget_bias", "forget bias b_f", -2, 8), ("scale", "scale of W", 0, 8)  # of sliders
INPUTS = {"noise": "noise", "the Nile": "nile", "the sentence": "sentence"}


@lru_cache
def of_scale_one(draw: Callable, m: int):
    """Return an LSTM or a GRU of N units that reads m numbers; whoever shows it scales its W and sets its bias."""
    return draw(N, m, 1.0, np.random.default_rng(0))


def run_of(forget_bias: float, scale: float, inputs: str, sentence: str) -> tuple[maths.LSTM, maths.LSTMRun]:
    """Return the net with this forget bias and scale of W, and its run."""
    X = inputs_of(inputs, figures.N_STEPS, 1.0, sentence)
    one = of_scale_one(maths.random_lstm, X.shape[1])
    b = one.b.copy()
    b[N : 2 * N] = forget_bias
    net = one._replace(W=scale * one.W, b=b)
    return net, maths.lstm_run(net, X)


def dissector_state(forget_bias: float, scale: float, lag: int, inputs: str, sentence: str) -> dict:
    """Compute log10 of the norm of dc_t/dc_0 along each path, (6, T + 1), and of the power of the bias alone."""
    logs = maths.path_log10_norms(*run_of(forget_bias, scale, inputs, sentence))
    return {
        "log10_paths": logs,
        "log10_here": logs[:, lag],
        "log10_bias": np.log10(maths.sigmoid(forget_bias)) * np.arange(figures.N_STEPS + 1),
    }


def describe_dissector(state) -> str:
    """Say what is left along all paths and along the carousel, and which gate's path adds most."""
    whole, carousel, *gates = state.log10_here
    most = int(np.argmax(gates))
    added = "No gate's path alone adds to it"
    if gates[most] - carousel > 1e-6:
        added = f"With one gate's path open, the {maths.VARIANTS[2 + most]} adds most: {amount(gates[most])}"
    return (
        f"Forget bias {state.forget_bias:g}, scale of W {state.scale:g}, reading {state.inputs_label}: after "
        f"{counted(state.lag)} the norm of dc_t/dc_0 is {amount(whole)} along all paths together, {amount(carousel)} "
        f"along the carousel alone (σ(b_f)^t would be {amount(state.log10_bias[state.lag])}). {added}."
    )


def dissector_explorer(forget_bias: float = 1.0, scale: float = 1.0) -> Explorer:
    """Return the explorer of the gradient of an LSTM, taken apart path by path."""
    controls = [
        Slider(*FORGET_BIAS, forget_bias, 0.1),
        Slider(*SCALE, scale, 0.1),
        Slider("lag", "lag in steps", 1, figures.N_STEPS, 50, 1),
        Choice("inputs", "what it reads", INPUTS, "sentence"),
        Typed("sentence", "a sentence of yours", SENTENCE, 100, ("a", "Jane had lunch. Then she left.")),
    ]
    return Explorer(controls, dissector_state, figures.Dissector(), describe_dissector, plays="lag")


def cell_state(forget_bias: float, scale: float, step: int) -> dict:
    """Compute the norm of what one step carries along each path, by name."""
    net, run = run_of(forget_bias, scale, "noise", SENTENCE)
    terms = maths.lstm_terms(net, run)
    # Carousel and readout are diagonal, and the norm of a diagonal matrix is its largest entry.
    flows = {"carousel": float(run.F[step].max())}
    flows |= {name: float(spectral_norm(term[step])) for name, term in zip(maths.PATHS[1:], terms[:4], strict=True)}
    flows["readout"] = float(terms.readout[step].max())
    return {"flows": flows, "norms": np.array([flows[name] for name in figures.CellDrawing.FLOWS])}


def describe_cell(state) -> str:
    """Say the norm of every flow."""
    said = {name: f"{name} {number(size)}" for name, size in state.flows.items()}
    return (
        f"Forget bias {state.forget_bias:g}, scale of W {state.scale:g}, step {state.step}. The norm of what it "
        f"carries: {said.pop('carousel')}, {said.pop('readout')}. From h through the gates: {', '.join(said.values())}."
    )


def cell_explorer(forget_bias: float = 1.0) -> Explorer:
    """Return the drawing of the cell in which an arrow is as thick as the gradient that flows along it."""
    controls = [
        Slider(*FORGET_BIAS, forget_bias, 0.1),
        Slider(*SCALE, 1, 0.1),
        Slider("step", "step", 0, figures.N_STEPS - 1, 50, 1),
    ]
    return Explorer(controls, cell_state, figures.CellDrawing(), describe_cell, plays="step")


BIASES = np.linspace(-2, 8, 101)


def forget_bias_state(forget_bias: float, lag: int) -> dict:
    """Compute what sigmoid(b)^t keeps over lags up to 1000, and the half-lives of the biases up to this one."""
    log10_lags = np.linspace(0, 3, 181)
    biases = BIASES[forget_bias >= BIASES - 1e-9]  # as far as that, so that it does not answer before
    life = float(half_life(forget_bias))
    return {
        "half_life": life,
        "log10_half_life": np.log10(life),
        "log10_lags": log10_lags,
        "kept": 0.5 ** (10**log10_lags / life),
        "biases": biases,
        "log10_half_lives": np.log10(half_life(biases)),
        "log10_lag": np.log10(lag),
    }


def describe_forget_bias(state) -> str:
    """Say the half-life, what is left at the lag, and the biases that would bridge it."""
    left = amount(-state.lag / state.half_life * np.log10(2.0))
    wanted, chrono = float(forget_bias_for(state.lag)), float(chrono_bias(state.lag))
    return (
        f"b_f = {state.forget_bias:g}: half is left after {counted(number(state.half_life))}, and {left} after "
        f"{state.lag}. To keep a half over {state.lag} steps takes b_f = {wanted:.4g}; ln(T − 1) = {chrono:.4g} keeps "
        f"{number(0.5 ** (state.lag / half_life(chrono)))}."
    )


def forget_bias_explorer(forget_bias: float = 1.0) -> Explorer:
    """Return the explorer of what a forget bias bridges."""
    controls = [
        Slider(*FORGET_BIAS, forget_bias, 0.1),
        Slider("lag", "lag to be bridged", 2, figures.ForgetBias.longest, 100, 1),
    ]
    return Explorer(controls, forget_bias_state, figures.ForgetBias(), describe_forget_bias)


def constant_input_state(size: float, forget_bias: float) -> dict:
    """Compute what the cells of 1997 and of 2000 do: i and o are 1/2, g is the squashed input, no weight comes from h.

    C and H are (T + 1,) each, log10 of dh_t/dc_t is (T,), from t = 1 on, and the bound is that of the second.
    """
    n_steps, C, H, readouts, starts = figures.ConstantInput.n_steps, [], [], [], []
    for forget_gate in (False, True):
        b = np.array([0.0, forget_bias, 0.0, 0.0])
        net = maths.LSTM(np.zeros((4, 1)), np.array([[0.0], [0.0], [1.0], [0.0]]), b, forget_gate, "1997")
        run = maths.lstm_run(net, np.full((n_steps, 1), size))
        readout = maths.readout_log10(net, run)[:, 0]
        C.append(run.C[:, 0])
        H.append(run.H[:, 0])
        readouts.append(readout)
        starts.append(float(np.log10(run.F).sum() + readout[-1]))
    bound = float(run.I[0, 0] * run.Gs[0, 0] / maths.sigmoid(-forget_bias))  # 1 - sigmoid(b) keeps its digits so
    return {"C": C, "H": H, "log10_readout": readouts, "log10_start": starts, "bound": bound}


def describe_constant_input(state) -> str:
    """Say what the two hold, show and would tell."""
    told = [
        f"The cell of {year} holds {number(C[-1])} and shows {number(H[-1])}. Its h shows {amount(readout[-1])} of a "
        f"change of c just made, and {amount(start)} of one made at step 0"
        for year, C, H, readout, start in zip(
            ("1997", "2000"), state.C, state.H, state.log10_readout, state.log10_start, strict=True
        )
    ]
    return (
        f"Input {state.size:g} for {len(state.C[0]) - 1} steps, b_f = {state.forget_bias:g}. {told[0]}. {told[1]}. "
        f"This cell never holds more than |i g|/(1 − f) = {number(state.bound)}."
    )


def constant_input_explorer(forget_bias: float = 1.0, size: float = 1.0) -> Explorer:
    """Return the explorer of the cells of 1997 and of 2000 under a constant input."""
    controls = [
        Slider("size", "the constant input x", 0, 5, size, 0.1),
        Slider("forget_bias", "forget bias b_f (2000)", -2, 8, forget_bias, 0.1),
    ]
    return Explorer(controls, constant_input_state, figures.ConstantInput(), describe_constant_input)


def one_cell_state(w_g: float, forget_bias: float, c0: float) -> dict:
    """Compute the threshold of one cell that reads nothing but its own h by its cell input, and its run from c0."""
    net = maths.LSTM(np.array([[0.0], [0.0], [w_g], [0.0]]), np.zeros((4, 1)), np.array([0.0, forget_bias, 0.0, 0.0]))
    run = maths.lstm_run(net, np.zeros((figures.OneCell.n_steps, 1)), [c0])
    measured, carousel = maths.path_log10_norms(net, run, ("whole", "carousel"))
    weights, factor = np.linspace(-10, 10, 3), float(maths.rest_eigenvalue(w_g, forget_bias))
    # h_0 is given: the first step reaches c by the forget gate alone, and every later one by all of the factor.
    t, first = np.arange(len(measured)), np.log10(maths.sigmoid(forget_bias))
    with np.errstate(divide="ignore"):
        power = np.where(t > 0, first + np.maximum(t - 1, 0) * np.maximum(np.log10(np.abs(factor)), -400.0), 0.0)
    return {
        "weights": weights,
        "factors": maths.rest_eigenvalue(weights, forget_bias),
        "factor": factor,
        "borders": tuple(float(border) for border in maths.explosion_borders(forget_bias)),
        "log10_measured": measured,
        "log10_carousel": carousel,
        "log10_power": power,
        "end": float(run.C[-1, 0]),
    }


def describe_one_cell(state) -> str:
    """Say the factor and its borders, and what the run does."""
    size = abs(state.factor)
    does = "keeps its size" if abs(size - 1) < 1e-9 else "explodes" if size > 1 else "vanishes"
    low, high = state.borders
    start = "at rest" if state.c0 == 0 else f"from c = {state.c0:g} to {number(state.end)}"
    return (
        f"w_g = {state.w_g:g}, b_f = {state.forget_bias:g}: at rest a step multiplies by {number(state.factor)}, and "
        f"the gradient {does}. It explodes where w_g is above {high:.4f} or below {low:.4f}. The run, {start}, "
        f"leaves {amount(state.log10_measured[-1])} after {len(state.log10_measured) - 1} steps; the carousel alone "
        f"{amount(state.log10_carousel[-1])}."
    )


def one_cell_explorer(w_g: float = -3.0, forget_bias: float = 0.0) -> Explorer:
    """Return the explorer of when one cell explodes."""
    controls = [
        Slider("w_g", "weight w_g", -10, 10, w_g, 0.1),
        Slider(*FORGET_BIAS, forget_bias, 0.1),
        Slider("c0", "start c_0 (0: at rest)", 0, 1, 0, 0.01),
    ]
    return Explorer(controls, one_cell_state, figures.OneCell(), describe_one_cell)


def gated_units_state(bias: float, scale: float, variant: str) -> dict:
    """Compute a GRU and an LSTM: the same bias for z and for f, the same scale of W, the same noise to read.

    log10 of the norm of dh_t/dh_0 of the GRU, whole and by its z alone, and of dc_t/dc_0 of the LSTM; log10 of the
    largest entries of h and c from the first step on.
    """
    lstm, lstm_s_run = run_of(bias, scale, "noise", SENTENCE)
    one = of_scale_one(random_gru, lstm_s_run.X.shape[1])
    gru = one._replace(W=scale * one.W, b=np.repeat([bias, 0.0, 0.0], N), variant=variant)
    run = gru_run(gru, np.zeros(N), lstm_s_run.X)
    whole, gates = gru_log10_norms(gru, run)
    return {
        "log10_gru": whole,
        "log10_gates": gates,
        "log10_lstm": maths.path_log10_norms(lstm, lstm_s_run, ("whole",))[0],
        "log10_h": np.log10(np.abs(run.H[1:]).max(axis=1)),
        "log10_c": np.log10(np.abs(lstm_s_run.C[1:]).max(axis=1)),
    }


def describe_gated_units(state) -> str:
    """Say what each leaves at the end, and how large the states became."""
    whole, gates, lstm = (amount(logs[-1]) for logs in (state.log10_gru, state.log10_gates, state.log10_lstm))
    return (
        f"Bias of z and of f {state.bias:g}, scale of W {state.scale:g}, {state.variant_label} GRU: after "
        f"{figures.N_STEPS} steps the norm of dh_t/dh_0 of the GRU is {whole}, of its product of z {gates}; that of "
        f"dc_t/dc_0 of the LSTM is {lstm}. The GRU's largest |h| is {number(10 ** state.log10_h.max())}, the LSTM's "
        f"largest |c| {number(10 ** state.log10_c.max())}."
    )


def gated_units_explorer(bias: float = 1.0) -> Explorer:
    """Return the explorer of a GRU beside an LSTM."""
    controls = [
        Slider("bias", "bias of z and of f", -2, 8, bias, 0.1),
        Slider(*SCALE, 1, 0.1),
        Choice("variant", "variant of the GRU", {"Cho's": "cho", "cuDNN's": "cudnn"}, "cho"),
    ]
    return Explorer(controls, gated_units_state, figures.GatedUnits(), describe_gated_units)


@lru_cache
def mystery_gradients(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of a mystery, along all paths and along the carousel."""
    return maths.gradients(number, *maths.secret(number))


def mystery_state(forget_bias: float, scale: float, number: int) -> dict:
    """Compute log10 of the gradients of a mystery and of a guess by lag, along all paths and along the carousel."""
    names = ("log10_whole", "log10_carousel", "log10_guess_whole", "log10_guess_carousel")
    logs = (*mystery_gradients(number), *maths.gradients(number, forget_bias, scale))
    return dict(zip(names, logs, strict=True))


def describe_mystery(state) -> str:
    """Say what is left after 50 steps, of the mystery and of the guess."""
    whole, carousel = amount(state.log10_whole[50]), amount(state.log10_carousel[50])
    guess_whole, guess_carousel = amount(state.log10_guess_whole[50]), amount(state.log10_guess_carousel[50])
    return (
        f"Mystery {state.number}: after 50 steps the carousel keeps {carousel}, all paths {whole}. Your guess, forget "
        f"bias {state.forget_bias:g} and scale {state.scale:g}: carousel {guess_carousel}, all paths {guess_whole}."
    )


def mystery_explorer(number: int = 1) -> Explorer:
    """Return the explorer of an LSTM whose forget bias and scale of W are to be found from its gradients."""
    controls = [
        Slider("forget_bias", "your forget bias b_f", 0, 5, 0, 0.1),
        Slider("scale", "your scale of W", 0.5, 5, 1, 0.1),
        Choice("number", "mystery", list(range(1, maths.N_MYSTERIES + 1)), number),
    ]
    return Explorer(controls, mystery_state, figures.Mystery(), describe_mystery)
