"""The sentences of the explorers of depth (notebooks 03 to 05) say what the maths says."""

import re
from itertools import pairwise

import numpy as np
import pytest

from helpers.explorers.depth import (
    depth_explorer,
    digits_explorer,
    jacobian_explorer,
    layers_told,
    squeeze_explorer,
    zoo_explorer,
)
from helpers.explorers.linear import spectrum_explorer, stretch_rotate_explorer, transient_explorer
from helpers.explorers.mlp import candidates_explorer, output_explorer, shapes_explorer
from helpers.figures.cells import Cells, painted, pixel_axes, shades
from helpers.figures.form import PATH
from helpers.figures.scene import Drawing
from helpers.figures.style import new_figure
from helpers.maths.activations import ACTIVATIONS
from helpers.maths.mlp import random_net
from tests.sweeping import number_told, said
from tests.test_contrast import contrast
from tests.test_recorder import read, shape

SHAPES, ZOO = shapes_explorer(), zoo_explorer()


def shapes_in(sentence):
    return [tuple(map(int, pair)) for pair in re.findall(r"\((\d+)×(\d+)\)", sentence)]


@pytest.mark.claim("C16: true", "C20: true")
@pytest.mark.parametrize("k", range(5))
@pytest.mark.parametrize("widths", [(4, 5, 3), (8, 2, 8), (1, 7, 2)])
def test_the_shapes_chain_from_one_row_to_the_width_of_layer_k(k, widths):
    sentence = said(SHAPES, k=k, n_in=widths[0], n_hidden=widths[1], n_out=widths[2])
    *factors, whole = shapes_in(sentence)
    assert factors[0] == (1, widths[2])
    assert len(factors) == 1 + 2 * (4 - k)
    assert all(before[1] == after[0] for before, after in pairwise(factors))
    assert whole == (1, [widths[0], *[widths[1]] * 3, widths[2]][k])


def test_the_price_of_the_product_is_counted_from_both_ends():
    explorer = shapes_explorer()
    explorer.update(k=0, n_in=2, n_hidden=3, n_out=2)
    # From the output: 4 + 6 + 5 * 9 + 6; from the input two columns through each: 2 (5 * 9 + 6 + 4 + 2).
    assert "From the output: 61 multiplications; from the input: 114." in explorer.sentence


@pytest.mark.claim("C60: true in one order", "C64")
def test_the_finite_difference_accepts_one_order_and_with_one_neuron_all():
    explorer = candidates_explorer()
    explorer.update(n_steps=3)
    assert "accepts ‘newest left, S W’. Relative" in explorer.sentence
    explorer.update(n=1)
    assert "accepts all four" in explorer.sentence
    explorer.update(n=4, n_steps=1)
    assert "accepts ‘newest left, S W’ and ‘oldest left, S W’." in explorer.sentence


@pytest.mark.claim("C43: true for L₂; for KL one factor later")
@pytest.mark.parametrize(("z", "d"), [(-10, 1), (3, 0), (0.5, 0.25)])
def test_the_gradients_at_the_output_are_those_of_the_two_losses(z, d):
    explorer = output_explorer()
    explorer.update(z=z, d=d)
    y = 1 / (1 + np.exp(-z))
    told = re.findall(r"= (-?[\d.^-]+?)[,. ]*(?=dD|L2|$)", explorer.sentence)
    exact = (-d / y + (1 - d) / (1 - y), y - d, y - d, (y - d) * y * (1 - y))
    for words, value in zip(told, exact, strict=True):
        size, rounding = number_told(words)
        assert size == pytest.approx(value, rel=rounding)


@pytest.mark.claim("C31: false")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_zoo_says_gamma_or_that_there_is_none(name):
    gamma = ACTIVATIONS[name].gamma
    told = "no bound" if np.isinf(gamma) else f"the bound γ = {gamma:.6g}"
    assert told in said(ZOO, activation=name)


@pytest.mark.parametrize(("activation", "mean"), [("tanh", 0.605706), ("sigmoid", 0.206621), ("relu", 0.5)])
def test_the_shares_of_the_slopes_are_those_of_all_slopes_and_lie_where_these_do(activation, mean):
    """The mean slope at N(0, 1), by quadrature; a bin is 0.045 wide."""
    state = squeeze_explorer(activation)._state
    assert state.shares.sum() == pytest.approx(1)
    assert state.bins @ state.shares == pytest.approx(mean, abs=0.03)


@pytest.mark.claim("C36: false in general")
def test_the_squeeze_says_what_ten_layers_leave():
    explorer = squeeze_explorer("tanh")
    explorer.update(variance=0.01, depth=10)
    left = float(re.search(r"after 10 layers ([\d.]+) of", explorer.sentence)[1])
    assert left == pytest.approx(0.98067**5, abs=0.01)  # E[tanh'^2] for q = 0.01
    explorer.update(activation="identity")
    assert "Less than a millionth is left in none of the 60 layers shown." in explorer.sentence
    assert "after 10 layers 1 of a vector" in explorer.sentence


@pytest.mark.claim("C25", "C29")
def test_softmax_with_two_equal_arguments_has_the_norm_a_half_and_a_diagonal_of_a_quarter():
    explorer = jacobian_explorer("softmax")
    explorer.update(n=2, spread=0.1)
    assert "a full Jacobian" in explorer.sentence
    norm, diagonal = (float(value) for value in re.findall(r"(?:norm is|diagonal) ([\d.]+)", explorer.sentence))
    p = 1 / (1 + np.exp(-0.2))
    assert norm == pytest.approx(2 * p * (1 - p), abs=1e-3)
    assert diagonal == pytest.approx(p * (1 - p), abs=1e-3)
    explorer.update(activation="relu")
    assert "a diagonal Jacobian" in explorer.sentence


@pytest.mark.claim("C8: true", "C9")
def test_the_identity_of_gain_g_multiplies_by_about_g_in_the_deep_and_in_the_recurrent_net():
    explorer = depth_explorer("identity")
    for gain in (0.5, 1.0, 2.0):
        explorer.update(gain=gain)
        factors = [float(value) for value in re.findall(r"a factor of ([\d.]+) per layer", explorer.sentence)]
        assert factors == pytest.approx([gain, gain], rel=0.2)


@pytest.mark.claim("C45", "C46")
def test_the_digits_say_the_layers_in_which_single_precision_loses_gradient_and_update():
    explorer = digits_explorer("sigmoid")
    assert re.search(
        r"is 0\.1\d+ in layer 18 and 10\^-1[12]\.\d in layer 1, a factor of 0\.2\d+ per layer", explorer.sentence
    )
    assert re.search(r"rounds most of an update away in layers 1 to (7|8|9|10|11)\.", explorer.sentence)
    explorer.update(n_layers=50, scheme="small")
    assert re.search(r"cannot hold the gradient itself in layers 1 to 2\d\.", explorer.sentence)
    explorer.update(activation="relu", scheme="large", batch=128)
    assert "An update is larger than the weights in layers 1 to 50." in explorer.sentence


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ([1, 0, 0], "layer 1"),
        ([0, 1, 1], "layers 2 to 3"),
        ([1, 0, 1], "2 layers between 1 and 3"),
    ],
)
def test_layers_are_told_in_words(which, words):
    assert layers_told(np.array(which, bool)) == words


@pytest.mark.claim("C39: true of one multiplication, in general false of many", "C44: imprecise")
def test_the_turned_stretch_says_its_growth_and_its_critical_angle():
    explorer = stretch_rotate_explorer(0.0)
    assert "ρ = 2, so M^n grows" in explorer.sentence
    assert "border" not in explorer.sentence
    explorer.update(theta=48)
    assert "The border lies at 48.1897°." in explorer.sentence
    explorer.update(theta=90)
    assert f"ρ = {np.sqrt(0.5):.4g}, so M^n fades" in explorer.sentence
    explorer.update(sigma1=1, sigma2=1)
    assert "neither grows nor fades" in explorer.sentence


@pytest.mark.claim("C41: true in the long run, where ρ is not 1")
def test_the_bump_says_its_peak_and_when_it_is_gone():
    assert "peaks at 7.77, at n = 9" in transient_explorer().sentence
    assert "below 1 for good from n = 44" in transient_explorer().sentence
    assert "never above 1, its value at n = 0" in transient_explorer(b=0.0).sentence
    assert "still grow" in transient_explorer(a=1.0).sentence


@pytest.mark.claim("C38", "C41")
def test_the_spectrum_of_an_orthogonal_matrix_is_g_and_so_is_the_growth():
    explorer = spectrum_explorer(1.0, "orthogonal")
    assert "Of its singular values 0 are above 1, the largest is 1." in explorer.sentence
    explorer.update(g=0.5)
    assert explorer.sentence.count("has the norm 10^-6.0") == 2  # 0.5^20 = 9.5e-7


# The cells


def test_a_cell_is_white_for_zero_and_full_for_the_largest_entry():
    colours = shades(np.array([[0.0, 2.0], [-2.0, 1.0]]))
    np.testing.assert_array_equal(colours[0, 0], [1, 1, 1])
    assert colours[0, 1].sum() < colours[1, 1].sum() < 3
    assert np.abs(colours[1, 0] - colours[0, 1]).max() > 0.3
    np.testing.assert_array_equal(shades(np.zeros((1, 2))), np.ones((1, 2, 3)))


def test_in_grey_a_minus_tells_the_sign_of_every_entry_that_is_not_white():
    """In the picture and in the list, and nowhere else: of each size one cell above 0 and one below."""
    sizes = np.arange(16) / 15
    matrix, side = np.array([sizes, -sizes, -sizes]) * 7.0, 20
    grey = painted(matrix, side)[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
    rows, columns = [slice(k * side + 4, (k + 1) * side - 2) for k in range(3)], range(16)
    cells = [[grey[row, k * side + 4 : (k + 1) * side - 2] for k in columns] for row in rows]
    assert all(np.ptp(cell) == 0 for cell in [*cells[0], cells[1][0]])
    for cell in cells[1][1:]:
        assert 4 < (cell == 0).sum() < cell.size / 10
        assert contrast([cell.max()] * 3, [cell.min()] * 3) > 3
    figure = new_figure(400, 100)
    some = Cells(pixel_axes(figure, 0, 0, 400, 100), side)
    some.show_one((200, 50), matrix)
    dashes = [one for one in read(Drawing.of(figure).still) if one.kind == PATH and one.stroke]
    points = [shape(one.rest, one.flags & 8)[0] for one in dashes if one.stroke[0][:3] == (0, 0, 0)]
    assert [len(some) for some in points] == [2 * 2 * 15]
    assert set(np.round((points[0][:, 1] - 50) / side, 2)) == {0, 1}  # the second row, and the third below it


def test_the_first_row_of_a_matrix_is_painted_at_the_top():
    image = painted(np.array([[1.0, 0.0], [0.0, 0.0]]), 10)
    assert image[5, 5, :3].sum() < 300
    assert image[15, 5, :3].sum() == image[15, 15, :3].sum() == 765


def layernorm_in_numpy(z):
    """Return y and dy/dz of LayerNorm, with the epsilon of a net."""
    n, centred = len(z), z - z.mean()
    s = np.sqrt((centred**2).mean() + 1e-5)
    y = centred / s
    return y, (np.eye(n) - 1 / n - np.outer(y, y) / n) / s


@pytest.mark.draws
def test_of_any_row_layernorm_takes_the_constant_part_and_the_part_along_its_output(draws):
    """So a target of ones would leave nothing, and at a width of 2 nothing is left of any row: theorems, up to eps."""
    for seed in draws():
        rng = np.random.default_rng(seed)
        for n in (2, 3, 8):
            z = np.array([1.0, -1.0, *rng.standard_normal(n - 2)])  # a spread that makes the epsilon small
            row = rng.standard_normal(n)
            y = (z - z.mean()) / z.std()
            _, J = layernorm_in_numpy(z)
            basis = np.linalg.svd(np.array([np.ones(n), y]))[2][2:]  # what is neither constant nor along y
            np.testing.assert_allclose(row @ J * z.std(), row @ basis.T @ basis, atol=2e-4 * np.abs(row).sum())
            assert np.abs((y - 1) @ J).max() < 1e-3  # a target of ones
            if n > 2:
                assert np.linalg.norm((y - np.eye(n)[0]) @ J) == pytest.approx(
                    np.linalg.norm(np.eye(n)[0] @ basis.T) / z.std(), abs=1e-3
                )


@pytest.mark.parametrize("widths", [(4, 5, 3), (8, 8, 8), (4, 2, 3), (3, 5, 2)])
def test_the_length_of_a_layernorm_row_is_that_of_plain_numpy_and_more_than_nothing(widths):
    explorer = shapes_explorer()
    explorer.update(activation="layernorm", n_in=widths[0], n_hidden=widths[1], n_out=widths[2])
    layers = random_net([widths[0], *[widths[1]] * 3, widths[2]], "layernorm", np.random.default_rng(3))
    h = np.linspace(1.0, -1.0, widths[0])
    for layer in layers:
        h, J = layernorm_in_numpy(layer.W @ h)
    length = np.linalg.norm((h - np.eye(widths[2])[0]) @ J @ layers[-1].W)
    told = re.search(r"of length (10\^)?(\S+?)\.? ", explorer.sentence)
    told = 10 ** float(told[2]) if told[1] else float(told[2])
    assert told == pytest.approx(length, rel=0.13 if length < 1e-4 else 0.006)
    assert (length < 0.05) == (widths[2] == 2)  # "with a width of 2 ... the row all but vanishes"


def test_a_row_that_a_dead_layer_stops_is_said_to_be_stopped_there():
    explorer, told = shapes_explorer(), set()
    for n_out in range(2, 9):
        for n_hidden in range(2, 9):
            sentence = said(explorer, k=0, n_in=1, n_hidden=n_hidden, n_out=n_out, activation="relu")
            layers = random_net([1, *[n_hidden] * 3, n_out], "relu", np.random.default_rng(3))
            h, on = np.array([1.0]), []
            for layer in layers:
                h = np.maximum(layer.W @ h, 0)
                on.append(h.any())
            off = re.search(r"every neuron of layer (\d) is off", sentence)
            assert bool(off) == (not all(on)), sentence
            if off:
                assert not on[int(off[1]) - 1]
                assert "of length exactly 0" in sentence
            told.add(bool(off))
    assert told == {True, False}
