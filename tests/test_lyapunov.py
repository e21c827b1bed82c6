import numpy as np
import pytest

from helpers.maths.initial import gaussian, orthogonal
from helpers.maths.linear import lyapunov_exponents
from helpers.maths.lyapunov import lyapunov_of_runs
from helpers.maths.rnn import RNN, run_rnn, step_jacobians


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("gain", [0.3, 1.0, 4.0])
def test_a_linear_orthogonal_net_has_the_exponent_ln_g(gain):
    """Also where its state leaves the floats: the exponent does not depend on it."""
    found = lyapunov_of_runs(orthogonal(8, rng()), [gain], np.zeros((600, 8)), "identity", rng())
    assert found[0] == pytest.approx(np.log(gain), abs=1e-9)


def test_the_linear_gaussian_net_has_the_logarithm_of_its_spectral_radius():
    W = gaussian(12, 1.0, rng(3))
    found = lyapunov_of_runs(W, [1.0], np.zeros((4000, 12)), "identity", rng(), warm_up=500)
    assert found[0] == pytest.approx(np.log(np.abs(np.linalg.eigvals(W)).max()), abs=2e-3)


@pytest.mark.claim("C38")
def test_along_a_run_it_is_what_the_qr_method_finds_on_the_step_jacobians():
    W, inputs = gaussian(10, 1.0, rng(1)), rng(2).standard_normal((600, 10))
    found = lyapunov_of_runs(W, [1.2], inputs, "tanh", rng(5), warm_up=100)
    net = RNN(1.2 * W, np.eye(10), np.zeros(10))
    h0 = rng(5).standard_normal((2, 1, 10))[0, 0] / np.sqrt(10)
    J = step_jacobians(net, run_rnn(net, h0, inputs))[100:]
    assert found[0] == pytest.approx(lyapunov_exponents(J, 1)[0], abs=0.02)


def test_many_gains_at_once_are_as_many_single_runs():
    W, gains, inputs = gaussian(6, 1.0, rng()), np.array([0.5, 1.0, 2.0]), rng(1).standard_normal((300, 6))
    together = lyapunov_of_runs(W, gains, inputs, "tanh", rng(), warm_up=200)
    repeated = lyapunov_of_runs(W, gains, np.repeat(inputs[:, None], 3, axis=1), "tanh", rng(), warm_up=200)
    np.testing.assert_array_equal(together, repeated)
    assert (np.diff(together) > 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_without_input_a_tanh_net_turns_near_gain_one_and_with_input_later(seed):
    """Sompolinsky, Crisanti and Sommers 1988: chaos sets in at g = 1 for n large; n = 200 here."""
    W = gaussian(200, 1.0, rng(seed))
    noise = rng(seed + 50).standard_normal((400, 200))
    alone = lyapunov_of_runs(W, [0.7, 1.5, 3.0], np.zeros((400, 200)), "tanh", rng(seed), warm_up=150)
    driven = lyapunov_of_runs(W, [1.0, 1.5, 3.0], noise, "tanh", rng(seed), warm_up=150)
    assert alone[0] < -0.2
    assert alone[2] == pytest.approx(0.295, abs=0.06)
    assert driven[0] == pytest.approx(-0.43, abs=0.06)
    assert driven[1] < 0 < driven[2]


def test_a_tangent_that_dies_has_the_exponent_minus_infinity():
    assert lyapunov_of_runs(np.zeros((2, 2)), [1.0], np.zeros((60, 2)), "tanh", rng(), warm_up=10)[0] == -np.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": [[1.0, 2.0]]}, "W must be"),
        ({"gains": 1.0}, "gains must be"),
        ({"inputs": np.zeros((60, 3))}, "inputs"),
        ({"inputs": np.zeros((60, 2, 2))}, "inputs must hold 1 runs"),
        ({"activation": "softmax"}, "activation must be one of"),
        ({"warm_up": 60}, "warm_up must be from 0 to 59"),
        ({"rng": 0}, "rng must be a numpy Generator"),
    ],
)
def test_what_cannot_be_used_is_refused(change, message):
    given = {"W": np.eye(2), "gains": [1.0], "inputs": np.zeros((60, 2)), "activation": "tanh", "rng": rng()} | change
    with pytest.raises(ValueError, match=message):
        lyapunov_of_runs(**given)
