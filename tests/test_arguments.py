"""Every public function of helpers.maths, called with each wrong kind of argument in turn.

CALLS holds one right call of each, its arguments described by the small classes below. From a description follow the
wrong values: of each, the function must say in a ValueError which argument it was.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pytest

import helpers.maths
from helpers.maths import activations, many_nets, mlp
from helpers.maths.contributions import contributions
from helpers.maths.descent import Moments
from helpers.maths.gru import GRU, gru_run
from helpers.maths.lstm import LSTM, lstm_run
from helpers.maths.mlp import Layer, WeightGradients, forward
from helpers.maths.rnn import RNN, run_rnn
from helpers.maths.training import Recipe, Training

HUGE = 10**400


class Hostile:
    """What raises at whatever is asked of it."""

    def __array__(self, *_, **__):
        raise RuntimeError("no array")

    def __repr__(self):
        raise RuntimeError("no text")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


class Numbers(NamedTuple):
    """Real numbers. shape : its axes, "T+1 n"; a letter that stands nowhere else may have any length. None: any shape.

    inf : whether infinite numbers are allowed. nan, optional : whether NaN and None are. loose : whether an axis more
    or less is. outside : numbers out of its range.
    """

    good: object
    shape: str | None = None
    inf: bool = False
    nan: bool = False
    optional: bool = False
    loose: bool = False
    outside: tuple = ()

    def wrong(self):
        """Yield (words, value) for each wrong value, but for sizes."""
        good = np.asarray(self.good, dtype=float)
        yield from anything_but(*([None] if self.optional else []))
        yield "complex", good + 0j
        yield "text for numbers", good.astype(str)
        yield "object", good.astype(object)
        yield "True and False", good > 0
        if good.ndim == 0:
            yield "masked", np.ma.array(good, mask=True)
            yield from ((f"{bad}", bad) for bad in self.outside)
            yield from (("NaN", np.nan), ("a decimal", Decimal("0.5")), ("True", np.True_))
            if not self.inf:
                yield "infinite", np.inf
            return
        yield "all masked", np.ma.array(good, mask=True)
        for where, i in {"first": 0, "middle": good.size // 2, "last": good.size - 1}.items():
            place = np.unravel_index(i, good.shape)
            for bad in (*(() if self.nan else (np.nan,)), *(() if self.inf else (np.inf, -np.inf)), *self.outside):
                one = good.copy()
                one[place] = bad
                yield f"{bad} in the {where} place", one
            mask = np.zeros(good.shape, bool)
            mask[place] = True
            yield f"masked in the {where} place", np.ma.array(good, mask=mask)
            for bad in (None, "1", 1j, True, HUGE, np.ma.masked, Hostile(), [0.0, 0.0]):
                nested = good.tolist()
                row = nested
                for k in place[:-1]:
                    row = row[k]
                row[place[-1]] = bad
                yield f"{type(bad).__name__} in the {where} place", nested

    def sizes(self, letters):
        """Yield (words, value, letters that may be named) for each wrong shape."""
        if self.shape is None:
            return
        good, axes = np.asarray(self.good, dtype=float), self.shape.split()
        if not self.loose:
            yield "an axis too many", good[None], ""
        if good.ndim and not self.loose:
            yield "an axis too few", good[0], ""
        for axis, name in enumerate(axes):
            letter = name[0]
            if letter.isdigit() or letters.count(letter) > 1:
                longer = np.concatenate([good, good.take([0], axis)], axis)
                yield f"axis {axis} too long", longer, letter
                yield f"axis {axis} too short", good.take(range(good.shape[axis] - 1), axis), letter


class Number(Numbers):
    """One real number, not an array of them."""

    def wrong(self):
        """Yield (words, value) for each wrong value."""
        yield from super().wrong()
        yield "a list", [self.good, self.good]
        yield "an array of one", np.array([self.good], dtype=float)
        if np.finfo(np.longdouble).maxexp > 1024 and not self.inf:
            yield "more than a float holds", np.ldexp(np.longdouble(1.0), 1100)


class Count(NamedTuple):
    """A whole number, at least 0 where `negative` is not said."""

    good: int
    negative: bool = False
    optional: bool = False

    def wrong(self):
        """Yield (words, value) for each wrong value."""
        yield from anything_but(*([None] if self.optional else []))
        yield from (("a float", float(self.good)), ("complex", complex(self.good)), ("True", np.True_))
        yield from (("a list", [self.good]), ("an array of one", np.array([self.good])))
        yield from (("NaN", np.nan), ("masked", np.ma.masked), ("a decimal", Decimal(self.good)))
        yield "as text", str(self.good)
        if not self.negative:
            yield "below 0", -1


class Of(NamedTuple):
    """What is neither a number nor a record: a name, a generator, a function; `wrong` are wrong values of its own."""

    good: object
    also_wrong: tuple = ()
    allowed: tuple = ()

    def wrong(self):
        """Yield (words, value) for each wrong value."""
        yield from anything_but(*self.allowed)
        yield "a number", 0.5
        yield from ((repr(value), value) for value in self.also_wrong)


class Record(NamedTuple):
    """A NamedTuple with a description of each of its fields."""

    kind: type
    fields: dict

    @property
    def good(self):
        """The record."""
        return self.kind(**{name: field.good for name, field in self.fields.items()})

    def wrong(self):
        """Yield (words, value) for each wrong value, of each of its fields too."""
        yield from anything_but()
        yield "a plain tuple", tuple(self.good)
        yield "lists", self.kind(*(f.tolist() if isinstance(f, np.ndarray) else [f] for f in self.good))
        for name, field in self.fields.items():
            for words, value in field.wrong():
                yield f"{name}: {words}", self.good._replace(**{name: value})

    def sizes(self, letters):
        """Yield (words, value, letters that may be named) for each wrong shape of a field."""
        for name, field in self.fields.items():
            for words, value, letter in getattr(field, "sizes", lambda _: ())(letters):
                yield f"{name}: {words}", self.good._replace(**{name: value}), letter


class Several(NamedTuple):
    """A list, or a tuple, of things described alike."""

    members: tuple
    container: type = list
    empty: bool = False

    @property
    def good(self):
        """The list."""
        return self.container(member.good for member in self.members)

    def wrong(self):
        """Yield (words, value) for each wrong value, of each of its members too."""
        yield from anything_but()
        yield "a number", 0.5
        if not self.empty:
            yield "nothing in it", self.container()
        for k, member in enumerate(self.members):
            for words, value in member.wrong():
                yield f"[{k}]: {words}", self.container([*self.good[:k], value, *self.good[k + 1 :]])


def anything_but(*allowed):
    """Yield what is wrong wherever it comes, but for the values allowed."""
    everywhere = {
        "None": None,
        "text": "no such thing",
        "bytes": b"0.5",
        "True": True,
        "a huge whole number": HUGE,
        "a whole number that cannot be printed": 10**5000,
        "complex": 0.5 + 0.5j,
        "a dictionary": {},
        "an object": object(),
        "what raises": Hostile(),
        "rows of two lengths": [[1.0], [1.0, 2.0]],
        "a masked number": np.ma.masked,
        "a type": float,
    }
    yield from ((words, value) for words, value in everywhere.items() if not any(value is a for a in allowed))


def rng():
    """The description of a numpy Generator."""
    return Of(np.random.default_rng(0), (0, np.random.RandomState(0), np.random.PCG64(0), np.random.default_rng))


def name(good, *also_wrong):
    """The description of a name out of a list."""
    return Of(good, ("TANH", [good], np.array([good]), *also_wrong))


def function(good):
    """The description of a function of one array."""
    return Of(good, (lambda x: "text", lambda x: x + 1j, lambda x: None, np.zeros(3)), (float,))


R = np.random.default_rng(1)
W, U, B = R.normal(size=(2, 2)), R.normal(size=(2, 3)), R.normal(size=2)
X, H0 = R.normal(size=(4, 3)), R.normal(size=2)
G = R.normal(size=(5, 2))


def rnn():
    """An RNN and its run."""
    return Record(
        RNN, {"W": Numbers(W, "n n"), "U": Numbers(U, "n m"), "b": Numbers(B, "n"), "activation": name("tanh")}
    )


def run_of(net, run, shapes):
    """The description of a run, with the shapes of its fields."""
    return Record(type(run), {field: Numbers(getattr(run, field), shape) for field, shape in shapes.items()})


RUN = run_rnn(RNN(W, U, B), H0, X)


def rnn_run():
    """A run of `rnn`."""
    return run_of(RNN, RUN, {"H": "T+1 n", "Z": "T n", "X": "T m"})


def rows():
    """What the losses send into a run."""
    return Numbers(G, "T+1 n")


def table():
    """The Contributions of the run."""
    return run_of(RNN, contributions(RNN(W, U, B), RUN, G), {"rows": "T+1 T+1 n", "log10_scale": "T+1 T+1"})


W3, U3, B3 = R.normal(size=(6, 2)), R.normal(size=(6, 3)), R.normal(size=6)
W4, U4, B4 = R.normal(size=(8, 2)), R.normal(size=(8, 3)), R.normal(size=8)


def gru(variant="cudnn"):
    """A GRU."""
    fields = {"W": Numbers(W3, "g n"), "U": Numbers(U3, "g m"), "b": Numbers(B3, "g"), "b_h": Numbers(B, "n")}
    return Record(GRU, fields | {"variant": name(variant)})


def gru_run_of():
    """A run of `gru`."""
    run = gru_run(gru().good, H0, X)
    return run_of(GRU, run, {"H": "T+1 n", "Z": "T n", "R": "T n", "Q": "T n", "X": "T m"})


def lstm():
    """An LSTM."""
    fields = {"W": Numbers(W4, "g n"), "U": Numbers(U4, "g m"), "b": Numbers(B4, "g")}
    return Record(LSTM, fields | {"forget_gate": Of(True, (1, "True", None), (True,)), "squash": name("tanh")})


def lstm_run_of():
    """A run of `lstm`."""
    shapes = {"C": "T+1 n", "H": "T+1 n"} | dict.fromkeys(("I", "F", "Gs", "O"), "T n") | {"X": "T m"}
    return run_of(LSTM, lstm_run(lstm().good, X), shapes)


def layers():
    """A net of two layers, 3 -> 2 -> 2."""
    first = {"W": Numbers(U, "n m"), "activation": name("tanh"), "b": Numbers(B, "n", optional=True)}
    second = {"W": Numbers(W, "n n"), "activation": name("softmax"), "b": Numbers(B, "n", optional=True)}
    return Several((Record(Layer, first), Record(Layer, second)))


def forward_of():
    """The Forward of `layers`."""
    run = forward(layers().good, X[0])
    return Record(
        mlp.Forward,
        {
            "H": Several(tuple(Numbers(h, shape) for h, shape in zip(run.H, "mnn", strict=True))),
            "Z": Several(tuple(Numbers(z, "n") for z in run.Z)),
        },
    )


def backward_through_layers():
    """The arguments of what goes back through `layers`."""
    return {"layers": layers(), "run": forward_of(), "dD_dy": Numbers(np.ones((1, 2)), "1 n")}


def weight_gradients_of():
    """The gradients of the weights of `layers`."""
    return Record(
        WeightGradients,
        {"W": Several((Numbers(U, "n m"), Numbers(W, "n n"))), "b": Several((Numbers(B, "n"), Numbers(B, "n")))},
    )


def moments():
    """What an optimiser remembers of `theta`."""
    return Record(
        Moments, {"first": Numbers(W, "S P"), "second": Numbers(W**2, "S P", outside=(-0.1,)), "n_updates": Count(3)}
    )


def shape_of_a_net():
    """The shape of the nets of `theta`."""
    return Record(many_nets.Shape, {"model": name("tanh"), "n": Count(2), "m": Count(1), "p": Count(1)})


def recipe():
    """A Recipe of two small nets."""
    return Record(
        Recipe,
        {
            "task": name("latch"),
            "length": Count(3),
            "model": name("tanh"),
            "forget_bias": Number(0.0),
            "gain": Number(1.0),
            "hidden": Count(2),
            "batch": Count(2),
            "optimiser": name("adam"),
            "learning_rate": Number(0.01),
            "max_norm": Number(1.0, optional=True),
            "n_updates": Count(1),
            "input_bias": Number(0.0),
            "seeds": Several((Count(0), Count(1), Count(2)), tuple),
        },
    )


def attention_call():
    """The arguments of one layer of attention."""
    return {
        "W_q": Numbers(U, "d m"),
        "W_k": Numbers(U + 1, "d m"),
        "W_v": Numbers(U3, "p m"),
        "X": Numbers(X, "T m"),
    }


UNIT = {"activation": name("tanh"), "w": Numbers(0.5), "b": Numbers(0.1)}
ORBIT = {
    **UNIT,
    "h0": Numbers(0.5),
    "n_steps": Count(4),
    "x": Numbers(np.ones(4), optional=True),
    "c": Numbers(1.0),
}
WALL = {
    "w": Numbers(6.0),
    "b": Numbers(-3.0),
    "h0": Numbers(0.5),
    "n_steps": Count(4),
    "target": Numbers(0.7),
    "activation": name("sigmoid"),
}
LATCH_LENGTH = 2
RING = {"r_min": Number(0.5, outside=(-0.1, 0.95)), "r_max": Number(0.9, outside=(0.4, 1.1, -0.1))}
DIAGONAL = {"eigenvalues": Numbers(W, "2 n"), "X": Numbers(G[:4], "T n")}
VALLEY = {"memory": Number(10.0, outside=(1.0, 0.5)), "parameter": name("raw"), "write": name("free", "held")}
MIN_GRU = {
    "U": Numbers(U4[:4], "g m"),
    "b": Numbers(B4[:4], "g"),
    "X": Numbers(X, "T m"),
    "h0": Numbers(H0, "n", loose=True),
}
GATES = (-0.1, 1.1)

CALLS: dict[str, Callable[[], dict]] = {
    "activations.activation": lambda: {"name": name("tanh")},
    "activations.Activation.__call__": lambda: {"z": Numbers(B, inf=True)},
    "activations.Activation.slope": lambda: {"z": Numbers(B, inf=True)},
    "attention.causal_weights": lambda: {"logits": Numbers(W, "T T", loose=True)},
    "attention.positions": lambda: {"n_steps": Count(3), "n": Count(2)},
    "attention.attention": lambda: attention_call(),
    "attention.attention_jacobians": lambda: attention_call(),
    "attention.rollout": lambda: {"A": Numbers(np.tile(np.eye(2), (3, 1, 1)), "L T T", outside=(-0.1,))},
    "attention.residual_gains": lambda: {
        "norm": name("pre"),
        "n": Count(2),
        "depth": Count(3),
        "eps": Number(0.1),
        "rng": rng(),
    },
    "bounds.bound_ladder": lambda: {"net": rnn(), "run": rnn_run()},
    "bounds.contraction_factors": lambda: {"W": Numbers(W, "n n"), "activation": name("tanh")},
    "depth.train": lambda: {
        "layers": layers(),
        "X": Numbers(X.T, "m N"),
        "targets": Numbers(np.eye(2)[:, [0, 1, 1, 0]], "n N", outside=(-0.1, 2.0)),
        "learning_rate": Number(0.1, outside=(-0.1,)),
        "n_updates": Count(2),
        "batch_size": Count(2),
        "rng": rng(),
        "max_norm": Number(1.0, outside=(0.0, -1.0)),
    },
    "depth.log10_rms": lambda: {"logs": Numbers(B, inf=True, outside=(np.inf,))},
    "depth.lost_updates": lambda: {
        "gradient_log10_norms": Several((Numbers(B, "n", inf=True), Numbers(B, "n", inf=True))),
        "layers": layers(),
        "learning_rate": Number(0.1, outside=(0.0, -0.1)),
    },
    "diagonal.ring_eigenvalues": lambda: {"n": Count(2), **RING, "rng": rng()},
    "diagonal.ring_log10_rms": lambda: {"lags": Numbers([0.0, 1.0, 9.0], outside=(-0.1,)), **RING},
    "diagonal.diagonal_run": lambda: DIAGONAL,
    "diagonal.parameter_of": lambda: {
        "memory": Numbers([2.0, 3.0, 4.0], outside=(1.0, 0.5)),
        "parameter": name("raw"),
    },
    "diagonal.sensitivity": lambda: {
        "memory": Numbers([2.0, 3.0, 4.0], outside=(1.0, 0.5)),
        "parameter": name("raw"),
        "write": name("free"),
    },
    "diagonal.valley": lambda: {"value": Numbers([0.5, 0.6, 0.7], outside=(1.0, -1.5)), **VALLEY},
    "diagonal.descend_valley": lambda: {
        **VALLEY,
        "learning_rate": Number(1e-3, outside=(-0.1,)),
        "n_updates": Count(3),
    },
    "scalar.impulse": lambda: {"n_steps": Count(4), "at": Count(1), "size": Number(1.0)},
    "scalar.step": lambda: {"n_steps": Count(4), "at": Count(1), "size": Number(1.0)},
    "scalar.noise": lambda: {"n_steps": Count(4), "rng": rng(), "scale": Number(1.0, outside=(-0.1,))},
    "scalar.standardise": lambda: {"series": Numbers([1.0, 2.0, 4.0], "n")},
    "tasks.one_hot": lambda: {"text": Of("abba", ("", "a1", ["a", "b"])), "alphabet": Of("ab", ("aab", "AB", ["a"]))},
    "gradcheck.central_difference": lambda: {
        "f": function(np.sin),
        "x": Numbers(B),
        "step": Number(0.1, optional=True, outside=(0.0, -0.1)),
    },
    "gradcheck.relative_error": lambda: {"a": Numbers(W, "i j"), "b": Numbers(W + 1, "i j")},
    "gru.gru_run": lambda: {"net": gru("cho"), "h0": Numbers(H0, "n"), "X": Numbers(X, "T m")},
    "gru.gru_jacobians": lambda: {"net": gru(), "run": gru_run_of()},
    "gru.gru_log10_norms": lambda: {"net": gru(), "run": gru_run_of()},
    "gru.random_gru": lambda: {
        "n": Count(2),
        "m": Count(1),
        "scale": Number(1.0, outside=(-0.1,)),
        "rng": rng(),
        "update_bias": Number(0.0),
        "variant": name("cho"),
    },
    "linear.gaussian": lambda: {"n": Count(2), "g": Number(1.0), "rng": rng()},
    "linear.orthogonal": lambda: {"n": Count(2), "rng": rng(), "scale": Number(1.0)},
    "linear.with_spectrum": lambda: {
        "rng": rng(),
        "eigenvalues": Numbers([0.5, 0.9], "n"),
        "coupling": Number(1.0, outside=(-0.1,)),
    },
    "linear.initial_weights": lambda: {
        "widths": Several((Count(3), Count(2), Count(2))),
        "scheme": name("he"),
        "rng": rng(),
        "gain": Number(1.0),
    },
    "linear.recurrent_matrix": lambda: {"kind": name("normal"), "n": Count(2), "gain": Number(1.0), "rng": rng()},
    "memory.min_gru": lambda: MIN_GRU,
    "memory.scan": lambda: {"gates": Numbers(G, "T n"), "writes": Numbers(G + 1, "T n")},
    "memory.log_scan": lambda: {"log_gates": Numbers(G, "T n"), "log_writes": Numbers(G + 1, "T n")},
    "memory.slstm": lambda: {
        "log_i": Numbers(G, "T n"),
        "log_f": Numbers(G + 1, "T n"),
        "Z": Numbers(G + 2, "T n"),
    },
    "memory.slstm_shares": lambda: {"log_i": Numbers(G, "T n"), "log_f": Numbers(G + 1, "T n")},
    "training.train_holders": lambda: {"length": Count(LATCH_LENGTH), "first_seed": Count(0)},
    "training.holders": lambda: {"length": Count(LATCH_LENGTH), "first_seed": Count(0)},
    "training.is_trained": lambda: {"length": Count(LATCH_LENGTH), "first_seed": Count(0)},
    "training.late_shares": lambda: {"right": Numbers(np.tile([1.0, 0.0], 20), "n")},
    "training.kind": lambda: {"right": Numbers(np.tile([1.0, 0.0], 20), "n")},
    "contributions.contributions": lambda: {"net": rnn(), "run": rnn_run(), "G": rows()},
    "contributions.contribution_log10_norms": lambda: {
        "net": rnn(),
        "run": rnn_run(),
        "table": table(),
        "parameter": name("W", "w", "h0"),
    },
    "contributions.sum_of_contributions": lambda: {
        "net": rnn(),
        "run": rnn_run(),
        "table": table(),
        "keep": Of(np.ones((5, 5), bool), (np.ones((4, 5), bool), np.ones((5, 5)), [[True]]), (None,)),
    },
    "contributions.weight_gradients_by_lag": lambda: {"net": rnn(), "run": rnn_run(), "table": table()},
    "linear.log10_norm": lambda: {"v": Numbers(W), "axis": Count(0, negative=True)},
    "linear.spectral_norm": lambda: {"W": Numbers(U)},
    "linear.spectral_radius": lambda: {"W": Numbers(W)},
    "linear.product_norms": lambda: {"matrices": Numbers(R.normal(size=(3, 2, 2)), "T n n")},
    "linear.power_norms": lambda: {"W": Numbers(W, "n n"), "n": Count(3)},
    "linear.transient": lambda: {"W": Numbers(W, "n n"), "n": Count(3)},
    "linear.lyapunov_exponents": lambda: {
        "matrices": Numbers(R.normal(size=(3, 2, 2)), "T n n"),
        "n_exponents": Count(2, optional=True),
    },
    "linear.stretch_rotate": lambda: {
        "sigma1": Number(2.0, outside=(-0.1,)),
        "sigma2": Number(0.25, outside=(-0.1,)),
        "theta": Number(0.1),
    },
    "linear.stretch_rotate_growth": lambda: {
        "sigma1": Numbers([2.0, 3.0, 4.0], outside=(-0.1,)),
        "sigma2": Numbers([0.2, 0.3, 0.4], outside=(-0.1,)),
        "theta": Numbers(0.1),
    },
    "linear.critical_angle": lambda: {
        "sigma1": Number(2.0, outside=(0.5, -1.0)),
        "sigma2": Number(0.25, outside=(0.75, -0.1)),
    },
    "linear.is_normal": lambda: {"W": Numbers(W, "n n"), "tolerance": Number(1e-12, outside=(-0.1,))},
    "linear.circle_image": lambda: {"W": Numbers(W, "2 2"), "n": Count(3), "n_points": Count(5)},
    "vector_activations.l2_loss": lambda: {"y": Numbers(B, "n"), "d": Numbers(H0, "n")},
    "vector_activations.cross_entropy": lambda: {
        "y": Numbers([0.3, 0.3, 0.4], "n", outside=(0.0, -0.1)),
        "d": Numbers([0.2, 0.2, 0.6], "n", outside=(-0.1,)),
    },
    "vector_activations.softmax_cross_entropy": lambda: {
        "z": Numbers([0.3, 0.3, 0.4], "n"),
        "d": Numbers([0.2, 0.2, 0.6], "n", outside=(-0.1, 0.9)),
    },
    "lstm.lstm_run": lambda: {
        "net": lstm(),
        "X": Numbers(X, "T m"),
        "c0": Numbers(H0, "n", optional=True),
        "h0": Numbers(H0, "n", optional=True),
    },
    "lstm.lstm_backward": lambda: {
        "net": lstm(),
        "run": lstm_run_of(),
        "G": rows(),
        "G_c": Numbers(G, "T+1 n", optional=True),
    },
    "lstm.lstm_terms": lambda: {"net": lstm(), "run": lstm_run_of()},
    "lstm.lstm_factors": lambda: {"net": lstm(), "run": lstm_run_of()},
    "lstm.lstm_jacobians": lambda: {
        "net": lstm(),
        "run": lstm_run_of(),
        "paths": Several((name("carousel"), name("input gate")), tuple, empty=True),
    },
    "lstm.rest_eigenvalue": lambda: {
        "w_g": Numbers(0.5),
        "forget_bias": Numbers(0.5, inf=True),
        "input_bias": Numbers(0.5),
        "output_bias": Numbers(0.5),
    },
    "lstm.explosion_borders": lambda: {
        "forget_bias": Numbers(0.5, inf=True),
        "input_bias": Numbers(0.5),
        "output_bias": Numbers(0.5),
    },
    "lstm.random_lstm": lambda: {
        "n": Count(2),
        "m": Count(1),
        "scale": Number(1.0, outside=(-0.1,)),
        "rng": rng(),
        "forget_bias": Number(0.0),
        "forget_gate": Of(True, (1, "True"), (True,)),
        "squash": name("tanh"),
    },
    "lstm.path_log10_norms": lambda: {
        "net": lstm(),
        "run": lstm_run_of(),
        "variants": Several((name("whole"), name("carousel")), tuple),
    },
    "lstm.readout_log10": lambda: {"net": lstm(), "run": lstm_run_of()},
    "bounds.lyapunov_of_runs": lambda: {
        "W": Numbers(W, "n n"),
        "gains": Numbers([0.5, 1.0, 2.0], "B"),
        "inputs": Numbers(R.normal(size=(4, 3, 2)), "T B n", loose=True),
        "activation": name("tanh"),
        "rng": rng(),
        "warm_up": Count(1),
    },
    "many_nets.random_theta": lambda: {
        "shape": shape_of_a_net(),
        "rng": rng(),
        "gain": Number(1.0),
        "forget_bias": Number(0.0),
        "input_bias": Number(0.0),
    },
    "many_nets.single_net": lambda: {
        "theta": Numbers(R.normal(size=(2, 11)), "S 11"),
        "shape": shape_of_a_net(),
        "s": Count(1),
    },
    "many_nets.nets": lambda: {
        "shape": shape_of_a_net(),
        "n_steps": Count(2),
        "n_nets": Count(1),
        "batch": Count(1),
        "dtype": Of(float, ("f", int, complex, object, np.float16), (float,)),
    },
    "memory.gated_memory": lambda: {
        "gates": Numbers([0.5, 0.6, 0.7], "T", outside=GATES),
        "writes": Numbers(B[[0, 1, 0]], "T"),
        "m0": Numbers(0.0),
    },
    "memory.gated_gradient": lambda: {"gates": Numbers([0.5, 0.6, 0.7], outside=GATES), "since": Count(1)},
    "memory.primed_gradient": lambda: {"gates": Numbers([0.5, 0.6, 0.7], outside=GATES), "since": Count(1)},
    "memory.multi_tap_gradient": lambda: {"weights": Numbers([0.5, 0.6, 0.7], "K"), "n_steps": Count(3)},
    "memory.residual_jacobians": lambda: {
        "W": Numbers(W, "n n"),
        "h0": Numbers(H0, "n"),
        "eps": Number(0.1),
        "n_steps": Count(3),
    },
    "memory.half_life": lambda: {"forget_bias": Numbers(B, inf=True)},
    "memory.forget_bias_for": lambda: {"half_life": Numbers([1.0, 2.0, 3.0], inf=True, outside=(0.0, -0.1))},
    "memory.chrono_bias": lambda: {"n_steps": Numbers([2.0, 3.0, 4.0], outside=(1.0, 0.0))},
    "mlp.forward": lambda: {"layers": layers(), "x": Numbers(X[0], "m")},
    "mlp.factors": lambda: {**backward_through_layers(), "k": Count(1)},
    "mlp.chain_product": lambda: {**backward_through_layers(), "k": Count(1)},
    "mlp.reverse_accumulation": backward_through_layers,
    "mlp.weight_gradients": backward_through_layers,
    "mlp.log10_gradient_norms": backward_through_layers,
    "mlp.neuron_gradient_log10_norms": backward_through_layers,
    "mlp.random_net": lambda: {
        "widths": Several((Count(3), Count(2), Count(2))),
        "activations": Several((name("tanh"), name("softmax"))),
        "rng": rng(),
        "scheme": name("he"),
        "gain": Number(1.0),
    },
    "mlp.stepped": lambda: {
        "layers": layers(),
        "gradients": weight_gradients_of(),
        "learning_rate": Number(0.1, outside=(-0.1,)),
    },
    "lstm.secret": lambda: {"number": Count(1)},
    "lstm.gradients": lambda: {"number": Count(1), "forget_bias": Number(0.5), "scale": Number(1.0)},
    "descent.clip_by_norm": lambda: {
        "gradient": Numbers(W),
        "max_norm": Numbers([1.0, 2.0], inf=True, outside=(0.0, -1.0)),
        "axis": Count(1, negative=True, optional=True),
    },
    "descent.adam": lambda: {
        "theta": Numbers(W, "S P"),
        "gradient": Numbers(W, "S P"),
        "moments": moments(),
        "learning_rate": Number(0.1, outside=(0.0, -0.1)),
        "beta_1": Number(0.9, outside=(1.0, -0.1)),
        "beta_2": Number(0.9, outside=(1.0, -0.1)),
        "epsilon": Number(1e-8, outside=(0.0, -0.1)),
    },
    "descent.momentum": lambda: {
        "theta": Numbers(W, "S P"),
        "gradient": Numbers(W, "S P"),
        "moments": moments(),
        "learning_rate": Number(0.1, outside=(0.0, -0.1)),
        "beta": Number(0.9, outside=(1.0, -0.1)),
    },
    "descent.no_moments": lambda: {"theta": Numbers(W)},
    "rnn.candidate_products": lambda: {"net": rnn(), "run": rnn_run()},
    "rnn.run_alone": lambda: {
        "W": Numbers(W, "n n"),
        "h0": Numbers(H0, "n", loose=True),
        "n_steps": Count(2),
        "activation": name("tanh"),
        "b": Numbers(B, "n", optional=True),
    },
    "fixed_points.to_tanh": lambda: {"w": Numbers(B), "b": Numbers(H0)},
    "fixed_points.wall_bias": lambda: {
        "h0": Numbers([0.5, 0.6, 0.5], outside=(0.0, 1.0, -0.5, 1.5)),
        "w": Numbers([6.0, 6.0, 7.0], outside=(4.0, -7.0)),
    },
    "fixed_points.bistable_interval": lambda: {"activation": name("tanh", "relu"), "w": Numbers(B)},
    "fixed_points.two_cycle_interval": lambda: {"activation": name("tanh", "relu"), "w": Numbers(B)},
    "fixed_points.regime": lambda: {"activation": name("tanh", "relu"), "w": Numbers(B), "b": Numbers(B)},
    "rnn.run_rnn": lambda: {"net": rnn(), "h0": Numbers(H0, "n"), "X": Numbers(X, "T m")},
    "rnn.step_jacobians": lambda: {"net": rnn(), "run": rnn_run()},
    "rnn.state_transition": lambda: {"J": Numbers(R.normal(size=(3, 2, 2)), "T n n"), "t": Count(2), "k": Count(1)},
    "rnn.bptt": lambda: {"net": rnn(), "run": rnn_run(), "G": rows()},
    "rnn.truncated_bptt": lambda: {"net": rnn(), "run": rnn_run(), "G": rows(), "window": Count(2)},
    "scalar.orbit": lambda: ORBIT,
    "scalar.orbit_gradients": lambda: ORBIT,
    "scalar.log10_transition": lambda: {"J": Numbers(B, inf=True), "since": Count(1)},
    "scalar.steps_remembered": lambda: {
        "log10_transition": Numbers([0.0, -1.0, -2.0], inf=True),
        "fraction": Number(0.1, outside=(0.0, -0.1)),
    },
    "scalar.memory_time": lambda: {"multiplier": Numbers([0.5, 0.9, 0.7], outside=(1.1, -1.1))},
    "fixed_points.fixed_points": lambda: {**UNIT, "w": Number(0.5), "b": Number(0.1)},
    "fixed_points.attractor": lambda: {**UNIT, "h0": Numbers(B)},
    "fixed_points.long_run": lambda: {**UNIT, "h0": Numbers(B)},
    "depth.shrink": lambda: {
        "J": Numbers(U, "k m", loose=True),
        "v": Numbers(X[0], "m"),
        "norm": Of(2, (3, "2", "fro", [2])),
    },
    "depth.diagonal_norms": lambda: {"d": Numbers(B, "n")},
    "depth.rms_slope": lambda: {"activation": name("tanh"), "q": Number(1.0, outside=(0.0, -1.0))},
    "depth.layers_to_lose": lambda: {
        "factor": Numbers([10.0, 20.0, 30.0], outside=(0.9, -1.0)),
        "eta": Numbers([0.5, 0.6, 0.7], outside=(0.0, -0.1)),
    },
    "depth.squeeze": lambda: {"activation": name("tanh"), "Z": Numbers(X, "D m"), "v": Numbers(X[0], "m")},
    "tasks.word_classes": lambda: {"gap": Count(3)},
    "tasks.draw": lambda: {"task": name("latch"), "rng": rng(), "length": Count(3), "batch": Count(2)},
    "tasks.sentence": lambda: {"x": Numbers(np.eye(26)[:3], "T 26", outside=(2.0, 0.5, -1.0))},
    "tasks.is_wrong": lambda: {
        "task": name("latch"),
        "Y": Numbers(np.eye(2)[:, [0, 1, 1]], "2 B", inf=True, nan=True),
        "D": Numbers(np.eye(2)[:, [0, 1, 1]], "2 B"),
    },
    "tasks.wilson_interval": lambda: {"count": Numbers([0.0, 1.0, 2.0], outside=(-1.0, 0.5, 3.0)), "n": Count(2)},
    "training.Training.__init__": lambda: {
        "recipe": recipe(),
        "n_test": Count(100),
        "dtype": Of(float, ("f", int, complex, object, np.float16), (float,)),
    },
    "training.Training.outputs": lambda: {
        "X": Numbers(R.normal(size=(3, 1, 2)), "T 1 B"),
        "state": Of(None, allowed=(None,)),
    },
    "training.Training.flow": lambda: {"n": Count(2)},
    "training.Training.net": lambda: {"s": Count(1)},
    "training.losses": lambda: {
        "task": name("latch"),
        "Y": Numbers(np.tile(np.eye(2)[:, [0, 1, 1]], (2, 1, 1)), "S 2 B", inf=True, nan=True),
        "D": Numbers(np.tile(np.eye(2)[:, [0, 1, 1]], (2, 1, 1)), "S 2 B"),
    },
    "vector_activations.softmax": lambda: {"z": Numbers(B)},
    "vector_activations.softmax_jacobian": lambda: {"z": Numbers(B, "n")},
    "vector_activations.layernorm": lambda: {"z": Numbers(B), "eps": Number(0.0)},
    "vector_activations.layernorm_jacobian": lambda: {"z": Numbers(B, "n"), "eps": Number(0.0)},
    "vector_activations.activation_jacobian": lambda: {"name": name("softmax"), "z": Numbers(B, "n")},
    "vector_activations.known_activation": lambda: {"name": name("softmax")},
    "descent.wall_loss": lambda: WALL,
    "descent.wall_gradient": lambda: WALL,
    "descent.descend": lambda: {
        "w": Numbers(6.0),
        "b": Numbers(-3.0),
        "learning_rate": Numbers([0.1, 0.2, 0.3], outside=(-0.1,)),
        "n_updates": Count(2),
        "max_norm": Numbers([1.0, 2.0, 3.0], inf=True, outside=(0.0, -1.0)),
        "h0": Number(0.5),
        "n_steps": Count(4),
        "target": Number(0.7),
    },
}
ALSO_NAMED = {"name": "activation", "f": "f(x)", "layers": r"[Wbzh]_\d", "log10_transition": "J"}
"""What an argument may be called in a message, beside its own name and those of its fields."""
UNCHECKED = {
    "linear.unit_entries": "the first line of long products, which have checked",
    "mlp.checked_layers": "is itself the check of layers",
    "many_nets.parameters": "makes views at every update, also of arrays that are yet to be filled",
    "rnn.checked_run": "is itself the check of a run",
    "linear.random_rows": "its gates are ours to count; what else it takes is tried as `random_lstm` and `random_gru`",
    "rnn.checked_net": "is itself the check of a net",
    "rnn.checked_inputs": "is itself the check of inputs",
    "rnn.slopes": "is itself the check of a net and its run",
    "activations.sigmoid": "called at every step of a run: activation('sigmoid') checks",
    "rnn.parameter_gradients": "the last lines of three ways back, which have checked",
}
"""Functions that check nothing, and why."""


def public():
    """Return {name: function} of everything in helpers.maths that is called with arguments by a reader."""
    found = {}
    for module in pkgutil.iter_modules(helpers.maths.__path__):
        if module.name.startswith("_"):
            continue
        module_of = importlib.import_module(f"helpers.maths.{module.name}")
        for key, thing in vars(module_of).items():
            if not key.startswith("_") and inspect.isfunction(thing) and thing.__module__ == module_of.__name__:
                found[f"{module.name}.{thing.__name__}"] = thing
    tanh = activations.activation("tanh")
    found |= {"activations.Activation.__call__": tanh.__call__, "activations.Activation.slope": tanh.slope}
    found["training.Training.__init__"] = Training
    for method in ("outputs", "flow", "net"):
        found[f"training.Training.{method}"] = lambda method=method, **given: getattr(
            Training(recipe().good, n_test=100), method
        )(**given)
    return found


PUBLIC = public()


def test_every_public_function_has_its_right_call_here():
    """A new function is put into CALLS with a right call, or into UNCHECKED with a reason."""
    missing, gone = set(PUBLIC) - set(CALLS) - set(UNCHECKED), {*CALLS, *UNCHECKED} - set(PUBLIC)
    assert not missing, f"give CALLS in tests/test_arguments.py a right call of {', '.join(sorted(missing))}"
    assert not gone, (
        f"take {', '.join(sorted(gone))} out of CALLS in tests/test_arguments.py: there is no such function"
    )


def test_every_argument_of_a_right_call_is_given():
    """So that each is tried with wrong values."""
    for key, call in CALLS.items():
        parameters = inspect.signature(PUBLIC[key]).parameters
        if "given" not in parameters:
            assert set(call()) == set(parameters), f"CALLS in tests/test_arguments.py must give each argument of {key}"


def letters_of(call):
    """All letters of the shapes of a call, as often as they stand there."""

    def of(thing):
        if isinstance(thing, Numbers):
            return [axis[0] for axis in (thing.shape or "").split()]
        if isinstance(thing, Record):
            return [letter for field in thing.fields.values() for letter in of(field)]
        return [letter for member in thing.members for letter in of(member)] if isinstance(thing, Several) else []

    return [letter for thing in call.values() for letter in of(thing)]


def names_in(argument, thing):
    """The names by which a message may call an argument: its own, and those of its fields."""
    names = {argument, *([ALSO_NAMED[argument]] if argument in ALSO_NAMED else [])}
    if isinstance(thing, Record):
        for field, described in thing.fields.items():
            names |= names_in(field, described)
    if isinstance(thing, Several):
        for member in thing.members:
            names |= names_in(argument, member)
    return names


def complaint(function, given, names):
    """Return what is wrong with how a call is refused, or nothing."""
    try:
        result = function(**given)
        if inspect.isgenerator(result):
            list(result)
    except ValueError as refusal:
        said = str(refusal)
        if not any(
            re.search(rf"(?<!\w){name if name.startswith('[') else re.escape(name)}(?!\w)", said) for name in names
        ):
            return f"says {said!r}, which names none of {sorted(names)}"
    except Exception as failure:
        return f"raises {type(failure).__name__}"
    else:
        return "is taken"
    return None


@pytest.mark.parametrize("key", CALLS)
def test_a_wrong_argument_is_refused_by_its_name(key):
    """Each argument in turn is replaced by each wrong kind, in a call that is right otherwise."""
    call, function = CALLS[key](), PUBLIC[key]
    letters = letters_of(call)
    sharing = {}
    for argument, thing in call.items():
        for letter in letters_of({argument: thing}):
            sharing.setdefault(letter, set()).update(names_in(argument, thing))
    right = {argument: thing.good for argument, thing in call.items()}
    result = function(**right)
    if inspect.isgenerator(result):
        list(result)
    wrong = []
    for argument, thing in call.items():
        others = [(words, value, "") for words, value in thing.wrong()]
        for words, value, letter in [*others, *getattr(thing, "sizes", lambda _: ())(letters)]:
            fault = complaint(
                function, right | {argument: value}, names_in(argument, thing) | sharing.get(letter, set())
            )
            if fault:
                wrong.append(f"{key}: {argument}, {words}: {fault}")
    assert not wrong, "\n".join(wrong)


def test_a_missing_argument_is_pythons_type_error_with_its_name():
    """It is not caught on the way and made into something else."""
    said = {}
    for key, call in CALLS.items():
        right = {argument: thing.good for argument, thing in call().items()}
        for parameter in inspect.signature(PUBLIC[key]).parameters.values():
            if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                said[key, parameter.name] = "nothing"
                try:
                    PUBLIC[key](**{one: good for one, good in right.items() if one != parameter.name})
                except Exception as failure:
                    said[key, parameter.name] = f"{type(failure).__name__}: {failure}"
    assert {one: text for one, text in said.items() if not re.match(f"TypeError: .*{one[1]}", text)} == {}
    assert len(said) > 200
