"""The sentences of the explorers of the LSTM (notebook 09) say what the maths says."""

import re

import numpy as np
import pytest

from helpers.explorers.lstm import (
    cell_explorer,
    constant_input_explorer,
    dissector_explorer,
    forget_bias_explorer,
    forget_bias_state,
    gated_units_explorer,
    one_cell_explorer,
)


def size(word):
    return 10 ** float(word[3:]) if word.startswith("10^") else float(word)


@pytest.mark.claim("C91: true of the truncated gradient of 1997 alone")
def test_with_no_weights_all_paths_are_the_carousel_and_the_carousel_is_the_power_of_its_gate():
    explorer = dissector_explorer(forget_bias=3.0, scale=0.0)
    explorer.update(inputs="noise", lag=20)
    whole = re.search(r"is (\S+) along all paths together", explorer.sentence)[1]
    carousel = re.search(r"together, (\S+) along the carousel alone", explorer.sentence)[1]
    assert size(whole) == size(carousel)


@pytest.mark.claim("C91")
def test_large_weights_part_the_whole_gradient_from_the_carousel():
    explorer = dissector_explorer(scale=6.0)
    explorer.update(inputs="noise", lag=100)
    whole = re.search(r"is (\S+) along all paths together", explorer.sentence)[1]
    carousel = re.search(r"together, (\S+) along the carousel alone", explorer.sentence)[1]
    assert size(whole) > 1e3 * size(carousel)


def test_a_sentence_is_read_and_a_character_that_it_does_not_know_is_told():
    explorer = dissector_explorer()
    explorer.update(sentence="Then she paid.")
    assert "reading the sentence" in explorer.sentence
    with pytest.raises(ValueError, match="does not have '7'"):
        explorer.update(sentence="Room 7")
    assert "does not have '7'" in explorer.sentence


def test_the_thickness_of_the_carousel_is_the_gate():
    explorer = cell_explorer()
    explorer.update(scale=0, forget_bias=-2)
    low = float(re.search(r"carousel ([\d.]+),", explorer.sentence)[1])  # of the cell that keeps most
    explorer.update(forget_bias=8)
    assert low < 0.5 < 0.98 < float(re.search(r"carousel ([\d.]+),", explorer.sentence)[1])
    assert "input gate 0, forget gate 0, cell input 0, output gate 0." in explorer.sentence


@pytest.mark.claim("C91")
def test_a_forget_bias_of_one_bridges_two_steps():
    explorer = forget_bias_explorer(1.0)
    assert "half is left after 2.21 steps" in explorer.sentence
    assert "takes b_f = 4.968; ln(T − 1) = 4.595 keeps 0.366" in explorer.sentence
    kept = 1 / (1 + np.exp(-1.0))
    assert f"and 10^{100 * np.log10(kept):.1f} after 100" in explorer.sentence


@pytest.mark.parametrize("bias", [-2, -0.3, 0, 3.7, 8])
def test_the_half_life_is_drawn_as_far_as_the_bias_is_raised_so_that_it_does_not_answer_the_sketch(bias):
    state = forget_bias_state(bias, 100)
    assert state["biases"][[0, -1]] == pytest.approx([-2, bias])
    halves = np.log(0.5) / np.log(1 / (1 + np.exp(-state["biases"])))
    np.testing.assert_allclose(state["log10_half_lives"], np.log10(halves), atol=1e-9)


@pytest.mark.claim("C92: true of the cell of 1997")
def test_under_a_constant_input_the_cell_of_1997_grows_by_i_g_a_step_and_that_of_2000_has_a_bound():
    explorer = constant_input_explorer(forget_bias=1.0)
    i_g = 0.5 * (4 / (1 + np.exp(-1.0)) - 2)
    assert f"The cell of 1997 holds {50 * i_g:.3g} and shows 0.5." in explorer.sentence
    bound = i_g / (1 - 1 / (1 + np.exp(-1.0)))
    assert f"The cell of 2000 holds {bound:.3g} " in explorer.sentence  # 50 steps of 0.73 have settled
    assert f"|i g|/(1 − f) = {bound:.3g}." in explorer.sentence


@pytest.mark.claim("C92")
def test_what_h_tells_of_c_dies_in_the_cell_of_1997_and_what_is_left_of_the_start_dies_in_both():
    explorer = constant_input_explorer(forget_bias=1.0)
    of_1997, of_2000 = (
        (size(now), size(start))
        for now, start in re.findall(
            r"Its h shows (\S+) of a change of c just made, and (\S+) of one made at step 0\.(?: |$)", explorer.sentence
        )
    )
    assert of_1997[0] == of_1997[1] < 1e-9  # the carousel keeps 1: all is lost on the way out
    assert of_2000[0] > 0.1
    assert of_2000[1] == pytest.approx(of_2000[0] * (1 / (1 + np.exp(-1.0))) ** 50, rel=0.15)  # of printed digits
    explorer.update(size=5, forget_bias=8)
    assert "exactly 0" not in explorer.sentence


@pytest.mark.claim("C91")
def test_one_cell_tells_its_borders_and_at_rest_its_run_is_the_power_of_its_factor():
    explorer = one_cell_explorer(w_g=4.0)
    assert "multiplies by 1.5, and the gradient explodes" in explorer.sentence
    assert "above 2.0000 or below -6.0000" in explorer.sentence
    assert f"leaves 10^{np.log10(0.5 * 1.5**49):.1f} after 50 steps" in explorer.sentence
    explorer.update(w_g=2)
    assert "keeps its size" in explorer.sentence
    explorer.update(w_g=-2)
    assert "vanishes" in explorer.sentence
    assert "leaves exactly 0 after 50 steps" in explorer.sentence


@pytest.mark.claim("C91")
def test_a_cell_that_explodes_at_rest_settles_elsewhere_and_there_it_vanishes():
    explorer = one_cell_explorer(w_g=4.0)
    explorer.update(c0=0.1)
    assert size(re.search(r"leaves (\S+) after", explorer.sentence)[1]) < 1e-6
    c = 0.8
    for _ in range(1000):
        c = 0.5 * c + 0.5 * np.tanh(4 * 0.5 * np.tanh(c))
    assert f"from c = 0.1 to {c:.3g}" in explorer.sentence


@pytest.mark.parametrize("variant", ["cho", "cudnn"])
def test_without_weights_a_gru_keeps_the_product_of_z_and_never_holds_more_than_one(variant):
    explorer = gated_units_explorer()
    explorer.update(scale=0, variant=variant)
    whole, gates = re.search(r"dh_t/dh_0 of the GRU is (\S+), of its product of z (\S+);", explorer.sentence).groups()
    assert whole == gates
    explorer.update(scale=8)
    assert float(re.search(r"GRU's largest \|h\| is (\S+),", explorer.sentence)[1]) <= 1
    assert float(re.search(r"LSTM's largest \|c\| (\S+)\.$", explorer.sentence)[1]) > 1
