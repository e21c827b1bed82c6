"""What the tests of recurrent nets share: random nets, and what autograd says of their gradients."""

import math
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.extend import defvjp, primitive

from helpers.maths.activations import ACTIVATIONS
from helpers.maths.rnn import RNN, Gradients, run_rnn
from tests.at_random import rng

N_NETS = 96  # four of each activation, three of each size
SMOOTH = [f for f in ACTIVATIONS if not ACTIVATIONS[f].kinks and f not in ("elu", "celu", "softsign", "squared_relu")]


@primitive
def erf(z):
    return np.vectorize(math.erf)(z)


defvjp(erf, lambda _, z: lambda g: g * 2 / math.sqrt(math.pi) * anp.exp(-(z**2)))


def logistic(z):
    return 0.5 * (1 + anp.tanh(0.5 * z))


def elu(z):
    return anp.where(z > 0, z, anp.exp(anp.minimum(z, 0.0)) - 1)


def softplus(z):
    return anp.log(1 + anp.exp(z))


IN_AUTOGRAD = {
    "identity": lambda z: z,
    "sigmoid": logistic,
    "tanh": anp.tanh,
    "relu": lambda z: anp.maximum(z, 0.0),
    "relu6": lambda z: anp.clip(z, 0.0, 6.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "elu": elu,
    "celu": elu,
    "selu": lambda z: 1.0507009873554805 * anp.where(z > 0, z, 1.6732632423543772 * (anp.exp(anp.minimum(z, 0.0)) - 1)),
    "softplus": softplus,
    "softsign": lambda z: z / (1 + anp.abs(z)),
    "hardtanh": lambda z: anp.clip(z, -1.0, 1.0),
    "hardsigmoid": lambda z: anp.clip(z / 6 + 0.5, 0.0, 1.0),
    "arctan": anp.arctan,
    "sin": anp.sin,
    "silu": lambda z: z * logistic(z),
    "gelu": lambda z: z * 0.5 * (1 + erf(z / math.sqrt(2))),
    "gelu_tanh": lambda z: z * logistic(math.sqrt(8 / math.pi) * (z + 0.044715 * z**3)),
    "mish": lambda z: z * anp.tanh(softplus(z)),
    "hardswish": lambda z: z * anp.clip(z / 6 + 0.5, 0.0, 1.0),
    "lecun_tanh": lambda z: 1.7159 * anp.tanh(2 / 3 * z),
    "gaussian": lambda z: anp.exp(-(z**2)),
    "squared_relu": lambda z: anp.maximum(z, 0.0) ** 2,
    "exp": anp.exp,
}


def loss(H, targets):
    """Half the summed squared errors of the states of all steps, h_0 among them, and of all members of a batch."""
    return 0.5 * np.sum((H - targets) ** 2)


def loss_in_autograd(activation, W, U, b, h0, X, targets):
    f, h = IN_AUTOGRAD[activation], h0
    total = 0.5 * anp.sum((h - targets[0]) ** 2)
    for x, d in zip(X, targets[1:], strict=True):
        h = f(anp.dot(h, W.T) + anp.dot(x, U.T) + b)
        total = total + 0.5 * anp.sum((h - d) ** 2)
    return total


def draw_net(r, n, m, activation, gain):
    """A net with weights of this gain: kept small where the slope has no bound, for its states to stay finite."""
    scale = gain if math.isfinite(ACTIVATIONS[activation].gamma) else 0.1
    W, U, b = (r.standard_normal(shape) for shape in ((n, n), (n, m), n))
    return RNN(scale * W / np.sqrt(n), scale * U / np.sqrt(m), 0.3 * scale * b, activation)


def draw_problem(seed, activations=tuple(IN_AUTOGRAD), longest=40):
    """A random net that runs, alone or as a batch, towards random targets; G holds the rows of its loss.

    Long runs are rarer than short ones, for autograd to be done soon.
    """
    r, name = rng(seed), activations[seed % len(activations)]
    n, m, T = 1 + seed % 32, int(r.integers(1, 5)), 1 + int(longest * r.random() ** 3)
    batch = [(), (), (1,), (8,)][int(r.integers(4))]
    net = draw_net(r, n, m, name, r.uniform(0.3, 1.2))
    X, h0 = r.standard_normal((T, *batch, m)), r.standard_normal((*batch, n))
    run = run_rnn(net, h0, X)
    targets = r.standard_normal(run.H.shape)
    return SimpleNamespace(net=net, run=run, h0=h0, X=X, targets=targets, G=run.H - targets, T=T, n=n)


def autograd_gradients(p):
    def of_parameters(parameters):
        return loss_in_autograd(p.net.activation, *parameters, p.X, p.targets)

    return Gradients(*grad(of_parameters)((p.net.W, p.net.U, p.net.b, p.h0)))
