"""Activation functions, each with its derivative beside it and the largest absolute slope, gamma = sup|f'|.

Two conventions hold for the whole table. At a kink the derivative is the one-sided derivative from the left:
ReLU'(0) = 0, SELU'(0) = 1.7581. And f and f' are meant for every float up to +-inf wherever the
limit exists, with tails that keep their digits (sigmoid'(40) = 4.2e-18): logarithms of gradients are built on them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.maths._check import one_of, real_array, shown


@dataclass(frozen=True)
class Activation:
    """An elementwise activation f with its derivative f'.

    name, label : the key in ACTIVATIONS and the text for a legend
    f, derivative : functions of an array z of any shape, as they are (not checked: for loops)
    gamma : sup over z of |f'(z)|, math.inf where there is no bound
    attained : where that supremum is attained, in words
    kinks : the z at which f' jumps; there `derivative` is the derivative from the left
    gain_note : a remark on the slope, may be empty

    Calling the record checks z first: `act(z)` is f(z) and `act.slope(z)` is f'(z).
    """

    name: str
    label: str
    f: Callable
    derivative: Callable
    gamma: float
    attained: str
    kinks: tuple[float, ...] = ()
    gain_note: str = ""

    def __call__(self, z):
        """Return f(z), of the shape of z.

        z : numbers of any shape, +-inf allowed where f has a limit there.
        Raises ValueError for NaN, for what is not a real number, and at +-inf where there is no limit.

        >>> float(activation("relu")(-3.0))
        0.0
        """
        return self._checked(self.f, z)

    def slope(self, z):
        """Return f'(z), of the shape of z; at a kink the derivative from the left.

        z : numbers of any shape, +-inf allowed where f' has a limit there.
        Raises ValueError for NaN, for what is not a real number, and at +-inf where there is no limit.

        >>> float(activation("sigmoid").slope(0.0))
        0.25
        """
        return self._checked(self.derivative, z)

    def _checked(self, function, z):
        with np.errstate(invalid="ignore"):
            y = np.asarray(function(real_array("z", z, infinite_allowed=True)), dtype=float)
        if np.isnan(y).any():
            raise ValueError(f"{self.name} has no limit at infinity, got z = {shown(z)}")
        return y[()]


def sigmoid(z):
    """Return 1/(1 + e^-z), of the shape of z, without overflow and with all its digits where it is small.

    z : an array or a number, as it is (not checked: for loops). 1 - sigmoid(z) is sigmoid(-z), with its digits.

    >>> f"{sigmoid(-38.0):.6e}"
    '3.139133e-17'
    """
    return np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))


def _sech2(z):
    """1/cosh(z)^2 = (2 e^-|z| / (1 + e^-2|z|))^2, which never overflows."""
    e = np.exp(-np.abs(z))
    return (2.0 * e / (1.0 + e * e)) ** 2


def _softplus(z):
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _normal_cdf(z):
    return 0.5 * np.asarray(_erfc(-np.asarray(z) / math.sqrt(2.0)), dtype=float)


def _normal_pdf(z):
    return np.exp(-0.5 * np.clip(z, -40.0, 40.0) ** 2) / math.sqrt(2.0 * math.pi)


# The smooth gates below are z times a gate that is 0 (or 1) to the last bit well before |z| = 800 (GELU: 40).
# Clipping the factor z there turns the undefined -inf * 0 into 0 and changes no other value.


def _silu(z):
    return np.maximum(z, -800.0) * sigmoid(z)


def _silu_slope(z):
    return sigmoid(z) + np.clip(z, -800.0, 800.0) * 0.25 * _sech2(0.5 * np.asarray(z))


def _gelu(z):
    return np.maximum(z, -40.0) * _normal_cdf(z)


def _gelu_slope(z):
    return _normal_cdf(z) + np.clip(z, -40.0, 40.0) * _normal_pdf(z)


def _gelu_tanh(z):
    x = np.clip(z, -40.0, 40.0)
    u = math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)
    return np.maximum(z, -40.0) * sigmoid(2.0 * u)


def _gelu_tanh_slope(z):
    x = np.clip(z, -40.0, 40.0)
    u = math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)
    du_dx = math.sqrt(2.0 / math.pi) * (1.0 + 3.0 * 0.044715 * x**2)
    return sigmoid(2.0 * u) + 0.5 * x * _sech2(u) * du_dx


def _mish(z):
    return np.maximum(z, -800.0) * np.tanh(_softplus(z))


def _mish_slope(z):
    s = _softplus(z)
    return np.tanh(s) + np.clip(z, -800.0, 800.0) * _sech2(s) * sigmoid(z)


def _quiet_overflow(function):
    """The same function, but inf comes without a warning where the value is beyond the largest float."""

    def quiet(z):
        with np.errstate(over="ignore"):
            return function(z)

    return quiet


def _leaky_relu(z):
    return np.where(z > 0, z, 0.01 * z)


def _elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0)))


def _elu_slope(z, alpha=1.0):
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))


_SELU_LAMBDA, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017


@_quiet_overflow
def _selu(z):
    return _SELU_LAMBDA * _elu(z, _SELU_ALPHA)


def _selu_slope(z):
    return _SELU_LAMBDA * _elu_slope(z, _SELU_ALPHA)


@_quiet_overflow
def _squared_relu(z):
    return np.maximum(z, 0.0) ** 2


@_quiet_overflow
def _squared_relu_slope(z):
    return 2.0 * np.maximum(z, 0.0)


def _lecun_tanh(z):
    return 1.7159 * np.tanh(2.0 / 3.0 * z)


def _lecun_tanh_slope(z):
    return 1.7159 * 2.0 / 3.0 * _sech2(2.0 / 3.0 * z)


def _softsign(z):
    size = np.minimum(np.abs(z), 1e300)
    return np.sign(z) * size / (1.0 + size)


def _hardsigmoid(z):
    return np.clip(z / 6.0 + 0.5, 0.0, 1.0)


def _hardswish(z):
    return np.maximum(z, -3.0) * _hardsigmoid(z)


def _hardswish_slope(z):
    return np.where(z > 3, 1.0, np.where(z > -3, (2.0 * np.clip(z, -3.0, 3.0) + 3.0) / 6.0, 0.0))


def _bell(z):
    return np.exp(-(np.clip(z, -40.0, 40.0) ** 2))


def _bell_slope(z):
    return -2.0 * np.clip(z, -40.0, 40.0) * _bell(z)


def _ramp(slope, low, high=math.inf, below=0.0):
    """The derivative of what has this slope for low < z <= high, is flat beyond, and has the slope `below` before."""
    return lambda z: np.where(z > high, 0.0, np.where(z > low, slope, below))


_NOTES = {
    "sigmoid": "a weight below 4 cannot make one step expand",
    "leaky_relu": "the slope is never below 0.01: the gradient is never exactly 0",
    "elu": "alpha = 1; with alpha > 1 gamma is alpha, at z = 0 from the left",
    "celu": "alpha = 1, where CELU is the ELU; gamma is 1 for every alpha",
    "selu": "the slope for z > 0 is 1.0507, but just left of 0 it is 1.7581",
    "hardsigmoid": "the version of PyTorch; other libraries use the slope 0.2",
    "silu": "the slope goes down to -0.0998: f is not monotone",
    "gelu": "the slope goes down to -0.1289: f is not monotone",
    "gelu_tanh": "not the same number as for the GELU with erf: 1.128993 against 1.128904",
    "lecun_tanh": "scaled so that f(1) = 1 and f(-1) = -1, nearly",
}


def _row(name, label, f, derivative, gamma, attained, *kinks):
    return Activation(name, label, f, derivative, float(gamma), attained, kinks, _NOTES.get(name, ""))


_TABLE = [
    _row("identity", "identity", lambda z: 1.0 * z, lambda z: np.ones(np.shape(z)), 1.0, "every z"),
    _row("sigmoid", "sigmoid", sigmoid, lambda z: 0.25 * _sech2(0.5 * z), 0.25, "z = 0"),
    _row("tanh", "tanh", np.tanh, _sech2, 1.0, "z = 0"),
    _row("relu", "ReLU", lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0), 1.0, "every z > 0", 0.0),
    _row("relu6", "ReLU6", lambda z: np.clip(z, 0.0, 6.0), _ramp(1.0, 0.0, 6.0), 1.0, "0 < z <= 6", 0.0, 6.0),
    _row("leaky_relu", "leaky ReLU (0.01)", _leaky_relu, _ramp(1.0, 0.0, below=0.01), 1.0, "every z > 0", 0.0),
    _row("elu", "ELU", _elu, _elu_slope, 1.0, "every z >= 0"),
    _row("celu", "CELU", _elu, _elu_slope, 1.0, "every z >= 0"),
    _row("selu", "SELU", _selu, _selu_slope, _SELU_LAMBDA * _SELU_ALPHA, "z = 0, from the left", 0.0),
    _row("softplus", "softplus", _softplus, sigmoid, 1.0, "approached as z grows"),
    _row("softsign", "softsign", _softsign, lambda z: (1.0 / (1.0 + np.abs(z))) ** 2, 1.0, "z = 0"),
    _row(
        "hardtanh", "hard tanh", lambda z: np.clip(z, -1.0, 1.0), _ramp(1.0, -1.0, 1.0), 1.0, "-1 < z <= 1", -1.0, 1.0
    ),
    _row("hardsigmoid", "hard sigmoid", _hardsigmoid, _ramp(1 / 6, -3.0, 3.0), 1 / 6, "-3 < z <= 3", -3.0, 3.0),
    _row("arctan", "arctan", np.arctan, lambda z: (1.0 / np.hypot(1.0, z)) ** 2, 1.0, "z = 0"),
    _row("sin", "sin", np.sin, np.cos, 1.0, "every multiple of pi"),
    _row("silu", "SiLU", _silu, _silu_slope, _silu_slope(2.399357280520546), "z = 2.3994, where z tanh(z/2) = 2"),
    _row("gelu", "GELU", _gelu, _gelu_slope, _gelu_slope(math.sqrt(2.0)), "z = sqrt 2"),
    _row("gelu_tanh", "GELU (tanh form)", _gelu_tanh, _gelu_tanh_slope, _gelu_tanh_slope(1.418503978), "z = 1.4185"),
    _row("mish", "Mish", _mish, _mish_slope, _mish_slope(1.490571138770), "z = 1.4906"),
    _row("hardswish", "hard swish", _hardswish, _hardswish_slope, 1.5, "z = 3, from the left", -3.0, 3.0),
    _row("lecun_tanh", "1.7159 tanh(2z/3)", _lecun_tanh, _lecun_tanh_slope, 1.7159 * 2.0 / 3.0, "z = 0"),
    _row("gaussian", "exp(-z^2)", _bell, _bell_slope, math.sqrt(2.0 / math.e), "z = -1/sqrt 2 and z = 1/sqrt 2"),
    _row("squared_relu", "squared ReLU", _squared_relu, _squared_relu_slope, math.inf, "it grows with z"),
    _row("exp", "exp", _quiet_overflow(np.exp), _quiet_overflow(np.exp), math.inf, "it grows with z"),
]

ACTIVATIONS: dict[str, Activation] = {act.name: act for act in _TABLE}


def activation(name):
    """Return the Activation called `name`.

    name : a key of ACTIVATIONS, such as "sigmoid", "tanh", "relu".
    Raises ValueError for any other name, with the list of known names.

    >>> activation("tanh").gamma
    1.0
    """
    return ACTIVATIONS[one_of("activation", name, ACTIVATIONS)]
