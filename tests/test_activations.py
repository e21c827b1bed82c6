import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from autograd.extend import defvjp, primitive
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.activations import ACTIVATIONS, Activation, activation
from tests.at_random import PROPERTY

NAMES = list(ACTIVATIONS)
BOUNDED = [name for name in NAMES if math.isfinite(ACTIVATIONS[name].gamma)]
Z = np.setdiff1d(np.linspace(-8, 8, 641), [-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])  # clear of every kink
JUMP_CANDIDATES = np.arange(-8.0, 9.0)

erf = primitive(np.vectorize(math.erf, otypes=[float]))
defvjp(erf, lambda ans, x: lambda g: g * 2 / np.sqrt(np.pi) * np.exp(-(x**2)))


def logistic(z):
    return 1 / (1 + anp.exp(-z))


# The definitions of the papers, written again and without looking at overflow; autograd differentiates them.
TEXTBOOK = {
    "identity": lambda z: z,
    "sigmoid": logistic,
    "tanh": lambda z: (anp.exp(z) - anp.exp(-z)) / (anp.exp(z) + anp.exp(-z)),
    "relu": lambda z: anp.where(z > 0, z, 0 * z),
    "relu6": lambda z: anp.where(z > 0, anp.where(z < 6, z, 6 + 0 * z), 0 * z),
    "leaky_relu": lambda z: anp.where(z > 0, z, z / 100),
    "elu": lambda z: anp.where(z > 0, z, anp.exp(z) - 1),
    "celu": lambda z: anp.where(z > 0, z, anp.exp(z) - 1),
    "selu": lambda z: 1.0507009873554805 * anp.where(z > 0, z, 1.6732632423543772 * (anp.exp(z) - 1)),
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "softsign": lambda z: z / (1 + anp.abs(z)),
    "hardtanh": lambda z: anp.where(z > 1, 1 + 0 * z, anp.where(z < -1, -1 + 0 * z, z)),
    "hardsigmoid": lambda z: anp.where(z > 3, 1 + 0 * z, anp.where(z < -3, 0 * z, z / 6 + 1 / 2)),
    "arctan": anp.arctan,
    "sin": anp.sin,
    "silu": lambda z: z * logistic(z),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + anp.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    "mish": lambda z: z * anp.tanh(anp.log(1 + anp.exp(z))),
    "hardswish": lambda z: z * anp.where(z > 3, 1 + 0 * z, anp.where(z < -3, 0 * z, (z + 3) / 6)),
    "lecun_tanh": lambda z: 1.7159 * anp.tanh(2 * z / 3),
    "gaussian": lambda z: anp.exp(-(z**2)),
    "squared_relu": lambda z: anp.where(z > 0, z, 0 * z) ** 2,
    "exp": anp.exp,
}
LIMITS = {  # f(-inf), f(inf), f'(-inf), f'(inf)
    "identity": (-np.inf, np.inf, 1, 1),
    "sigmoid": (0, 1, 0, 0),
    "tanh": (-1, 1, 0, 0),
    "relu": (0, np.inf, 0, 1),
    "relu6": (0, 6, 0, 0),
    "leaky_relu": (-np.inf, np.inf, 0.01, 1),
    "elu": (-1, np.inf, 0, 1),
    "celu": (-1, np.inf, 0, 1),
    "selu": (-1.0507009873554805 * 1.6732632423543772, np.inf, 0, 1.0507009873554805),
    "softplus": (0, np.inf, 0, 1),
    "softsign": (-1, 1, 0, 0),
    "hardtanh": (-1, 1, 0, 0),
    "hardsigmoid": (0, 1, 0, 0),
    "arctan": (-np.pi / 2, np.pi / 2, 0, 0),
    "silu": (0, np.inf, 0, 1),
    "gelu": (0, np.inf, 0, 1),
    "gelu_tanh": (0, np.inf, 0, 1),
    "mish": (0, np.inf, 0, 1),
    "hardswish": (0, np.inf, 0, 1),
    "lecun_tanh": (-1.7159, 1.7159, 0, 0),
    "gaussian": (0, 0, 0, 0),
    "squared_relu": (0, np.inf, 0, np.inf),
    "exp": (0, np.inf, 0, np.inf),
}


def test_the_table_holds_every_activation_of_the_ledger():
    assert set(NAMES) == set(TEXTBOOK)


@pytest.mark.parametrize("name", NAMES)
def test_the_value_is_that_of_the_textbook(name):
    np.testing.assert_allclose(activation(name)(Z), TEXTBOOK[name](Z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_what_autograd_finds(name):
    slope = elementwise_grad(TEXTBOOK[name])(Z)
    np.testing.assert_allclose(activation(name).slope(Z), slope, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_the_central_difference_of_the_value(name):
    act, s = activation(name), 1e-4
    difference = (act(Z + s) - act(Z - s)) / (2 * s)
    # error s^2 |f'''| / 6, largest for exp at z = 8
    np.testing.assert_allclose(act.slope(Z), difference, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_a_kink_is_listed_exactly_where_the_slope_jumps_and_takes_the_slope_from_the_left(name):
    act, s = activation(name), 1e-9
    left, right = act.slope(JUMP_CANDIDATES - s), act.slope(JUMP_CANDIDATES + s)
    jumps = np.abs(left - right) > 1e-4
    assert JUMP_CANDIDATES[jumps].tolist() == list(act.kinks)
    np.testing.assert_allclose(act.slope(JUMP_CANDIDATES), left, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", BOUNDED)
def test_gamma_is_the_least_upper_bound_of_the_slope(name):
    act = activation(name)
    grid = np.union1d(np.linspace(-12, 12, 24001), [*act.kinks, 40.0])
    largest = np.abs(act.slope(grid)).max()
    assert largest <= act.gamma * (1 + 1e-14)
    assert largest >= act.gamma * (1 - 1e-6)  # the grid is 1e-3 wide: at a smooth maximum it misses at most 1e-7


@pytest.mark.parametrize(
    ("name", "gamma"),
    [
        ("sigmoid", 1 / 4),
        ("tanh", 1.0),
        ("hardsigmoid", 1 / 6),
        ("selu", 1.7580993408),
        ("silu", 1.0998393201),
        ("gelu", 1.1289041452),
        ("gelu_tanh", 1.1289930687),
        ("mish", 1.0884981612),
        ("hardswish", 1.5),
        ("lecun_tanh", 1.1439333),
        ("gaussian", 0.8577639),
    ],
)
def test_gamma_is_the_number_of_the_ledger(name, gamma):
    assert activation(name).gamma == pytest.approx(gamma, abs=6e-8)


@pytest.mark.parametrize(("name", "infimum"), [("silu", -0.0998393), ("gelu", -0.1289041)])
def test_the_slope_of_a_smooth_gate_goes_below_zero(name, infimum):
    assert activation(name).slope(np.linspace(-5, 0, 50001)).min() == pytest.approx(infimum, abs=1e-7)


def test_the_steepest_point_of_silu_solves_its_equation():
    act, z = activation("silu"), 2.3993572805
    assert z * math.tanh(z / 2) == pytest.approx(2, abs=1e-9)
    assert act.slope(z) == pytest.approx(act.gamma, abs=1e-15)


@pytest.mark.parametrize("name", ["squared_relu", "exp"])
def test_an_unbounded_slope_has_gamma_inf(name):
    assert activation(name).gamma == math.inf
    assert activation(name).slope(1e10) > 1e9


def test_relu_has_slope_zero_at_zero():
    assert activation("relu").slope(0.0) == 0.0


def test_selu_at_zero_has_the_slope_from_the_left():
    assert activation("selu").slope(0.0) == activation("selu").gamma == pytest.approx(1.7580993408, abs=1e-10)


@pytest.mark.parametrize("z", [25.0, 40.0, 300.0, 700.0])
@pytest.mark.parametrize("side", [-1, 1])
def test_the_tail_of_the_sigmoid_slope_keeps_its_digits(z, side):
    assert activation("sigmoid").slope(side * z) == pytest.approx(math.exp(-z), rel=1e-10, abs=0)


@pytest.mark.parametrize("z", [25.0, 100.0, 350.0])
@pytest.mark.parametrize("side", [-1, 1])
def test_the_tail_of_the_tanh_slope_keeps_its_digits(z, side):
    assert activation("tanh").slope(side * z) == pytest.approx(4 * math.exp(-2 * z), rel=1e-12, abs=0)


@pytest.mark.parametrize("name", NAMES)
def test_no_finite_argument_gives_nan_or_a_warning(name):
    z = np.array([0.0, 5e-324, 1e-300, 1.0, 39.0, 41.0, 745.0, 799.0, 801.0, 1e10, 1e155, 1e300, np.finfo(float).max])
    z = np.concatenate([-z, z])
    for y in (activation(name)(z), activation(name).slope(z)):
        assert not np.isnan(y).any()
    if name not in ("squared_relu", "exp"):
        y = np.clip(activation(name)(z), -np.finfo(float).max, np.finfo(float).max)
        assert (np.abs(y) / 2 <= np.abs(z) + 1).all()


@pytest.mark.parametrize("name", list(LIMITS))
def test_the_limits_at_infinity_are_exact(name):
    act, ends = activation(name), np.array([-np.inf, np.inf])
    np.testing.assert_allclose([*act(ends), *act.slope(ends)], LIMITS[name], rtol=1e-15, atol=0)


def test_where_there_is_no_limit_infinity_is_refused():
    with pytest.raises(ValueError, match="sin has no limit at infinity"):
        activation("sin")(np.inf)


@pytest.mark.parametrize("name", NAMES)
def test_the_shape_of_z_is_kept(name):
    act = activation(name)
    for z in (0.5, np.zeros(3), np.zeros((2, 0)), np.ones((2, 3, 1)), [1, 2]):
        assert np.shape(act(z)) == np.shape(act.slope(z)) == np.shape(z)
        assert np.asarray(act(z)).dtype == float


@pytest.mark.parametrize("name", NAMES)
def test_the_unchecked_functions_are_the_checked_ones(name):
    act = activation(name)
    np.testing.assert_array_equal(act.f(Z), act(Z))
    np.testing.assert_array_equal(act.derivative(Z), act.slope(Z))
    assert float(act.f(0.3)) == act(0.3)


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_complete(name):
    act = activation(name)
    assert isinstance(act, Activation)
    assert act.name == name
    assert act.label
    assert act.attained


@PROPERTY
@given(st.sampled_from(BOUNDED), st.floats(-50, 50), st.floats(-50, 50))
def test_gamma_is_a_lipschitz_constant(name, x, y):
    act = activation(name)
    assert abs(act(x) - act(y)) <= act.gamma * abs(x - y) * (1 + 1e-12) + 1e-14


@PROPERTY
@given(st.sampled_from(NAMES), st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_a_valid_argument(name, z):
    act = activation(name)
    assert not np.isnan(act(z))
    assert not np.isnan(act.slope(z))


@pytest.mark.parametrize("name", ["sigmoid", "relu", "gelu"])
@pytest.mark.parametrize("z", [np.nan, [0.0, np.nan], "1", None, True, 1j, [[1.0], [1.0, 2.0]], {}])
def test_a_bad_argument_is_refused(name, z):
    for function in (activation(name), activation(name).slope):
        with pytest.raises(ValueError, match=r"z must (hold real numbers|not hold NaN|be an array).*got"):
            function(z)


@pytest.mark.parametrize("name", ["ReLU", "swish", "", None, 3, ["relu"]])
def test_an_unknown_name_is_refused_with_the_list_of_names(name):
    with pytest.raises(ValueError, match=r"activation must be one of identity, sigmoid, tanh, .*got"):
        activation(name)
