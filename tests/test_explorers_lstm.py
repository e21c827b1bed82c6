"""The sentences of the explorers of the LSTM (notebook 09) say what the maths says."""

import re

import numpy as np
import pytest

from helpers.explorers.lstm import cell_explorer, dissector_explorer, forget_bias_explorer


def size(word):
    return 10 ** float(word[3:]) if word.startswith("10^") else float(word)


@pytest.mark.claim("C91")
def test_with_no_weights_all_paths_are_the_carousel_and_the_carousel_is_the_power_of_its_gate():
    explorer = dissector_explorer(forget_bias=3.0, scale=0.0)
    explorer.update(drive="noise", lag=20)
    whole = re.search(r"all paths together leave (\S+) of", explorer.sentence)[1]
    carousel = re.search(r"the carousel alone (\S+) ", explorer.sentence)[1]
    assert size(whole) == size(carousel)


@pytest.mark.claim("C91")
def test_large_weights_part_the_whole_gradient_from_the_carousel():
    explorer = dissector_explorer(scale=6.0)
    explorer.update(drive="noise", lag=100)
    whole = re.search(r"all paths together leave (\S+) of", explorer.sentence)[1]
    carousel = re.search(r"the carousel alone (\S+) ", explorer.sentence)[1]
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
    low = float(re.search(r"carousel ([\d.]+),", explorer.sentence)[1])
    explorer.update(forget_bias=8)
    assert low < 0.4 < 0.98 < float(re.search(r"carousel ([\d.]+),", explorer.sentence)[1])
    assert re.search(r"input gate 0, forget gate 0, cell input 0, output gate 0,", explorer.sentence)


@pytest.mark.claim("C91")
def test_a_forget_bias_of_one_bridges_two_steps():
    explorer = forget_bias_explorer(1.0)
    assert "half is left after 2.21 steps" in explorer.sentence
    assert "takes b_f = 4.97; ln(T − 1) = 4.6 keeps 0.366" in explorer.sentence
    kept = 1 / (1 + np.exp(-1.0))
    assert f"and 10^{100 * np.log10(kept):.1f} after 100" in explorer.sentence
