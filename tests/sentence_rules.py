"""What the numbers of an explorer's sentence have to do with each other and with its settings, notebooks 04 to 09."""

import re
from math import isclose

import numpy as np

AMOUNT = r"(exactly 0|10\^-?[\d.]+\d|-?\d[\d.]*(?:e[-+]\d+)?(?<!\.))"


def size(word: str) -> float:
    """Return the number that a sentence writes as ``word``."""
    return 0.0 if word == "exactly 0" else 10.0 ** float(word[3:]) if word.startswith("10^") else float(word)


def read(sentence: str, pattern: str) -> list[float]:
    """Return the numbers that stand at each # of ``pattern`` in the sentence."""
    found = re.search(re.escape(pattern).replace(r"\#", AMOUNT), sentence)
    assert found, (pattern, sentence)
    return [size(word) for word in found.groups()]


def near(one: float, other: float, decimals: float = 0.06) -> bool:
    """Return whether two numbers of a sentence are the same, as far as it prints them."""
    if min(abs(one), abs(other)) == 0:
        return abs(one - other) < 1e-12
    return abs(np.log10(one) - np.log10(other)) < decimals


def at_most(one: float, other: float) -> bool:
    return one <= other or near(one, other)


def zoo(s, said):
    slope, gamma = read(said, "f ′ = #.")[0], re.search(r"bound γ = ([\d.]+)", said)
    assert gamma is None or abs(slope) <= float(gamma[1]) * 1.005


def squeezed(s, said):
    _, left, rms, average, bound = (
        read(said, "after # layer")[0],
        *read(said, "# of a vector of"),
        *read(said, "root mean square # of the slope, is #; the bound γ^k is #."),
    )
    assert at_most(left, bound)
    assert at_most(average, bound)
    assert near(average, rms ** s["depth"], 0.06 + s["depth"] * 1e-4)
    assert (left == 0 and rms > 0) == ("No neuron has a slope in each" in said)
    gone = re.search(r"millionth is left from layer (\d+) on", said)
    assert (left < 1e-6 or near(left, 1e-6)) if gone and s["depth"] >= int(gone[1]) else True
    assert gone or left >= 1e-6


def jacobian(s, said):
    norm, diagonal = read(said, "Its norm is #, the largest entry of its diagonal #,")
    least = read(said, "its smallest singular value #;")[0]
    assert at_most(least, diagonal + 1e-9) or "full" in said
    assert at_most(diagonal, norm + 1e-12)
    bound = re.search(r"the bound is (?:γ = |1/s = )?([\d.e+]+|½)\.", said)[1]
    assert at_most(norm, 0.5 if bound == "½" else float(bound))
    assert "full" in said or isclose(norm, diagonal, rel_tol=1e-9)


def depth(s, said):
    for name in ("deep net", "recurrent net"):
        left = read(said, f"{name} #")[0]
        factor = re.search(name + r" \S+ \(a factor of (\S+) per layer\)", said)
        assert (left == 0) == (factor is None)
        assert factor is None or near(float(factor[1]) ** 50, left, 0.06 + 50 * 2.2e-3)


def digits(s, said):
    (last,), (first,) = read(said, f"is # in layer {s['n_layers'] - 1}"), read(said, "and # in layer 1")
    factor = re.search(r"layer 1, a factor of (\S+?) per layer", said)
    assert factor is None or near(last * float(factor[1]) ** (s["n_layers"] - 2), first, 0.12 + 2.2e-3 * s["n_layers"])
    assert not ("keeps the update in every layer" in said and ("rounds most" in said or "An update is larger" in said))


def turn(s, said):
    (rho,), (norm, promised) = read(said, "ρ = #, so"), read(said, "its norm is #; σ_max^n would be #.")
    assert at_most(rho ** s["n"], norm) or s["n"] * abs(np.log10(rho)) * 1e-3 > 0.01
    assert at_most(norm, promised)
    assert ("grows." in said and rho >= 1) or ("fades." in said and rho <= 1) or ("neither" in said and rho == 1)


def bump(s, said):
    sigma, rho = read(said, "σ_max = #, ρ = #.")
    norm, factor = read(said, "At n = 100 it is #, a factor of # per step.")
    assert rho <= sigma * 1.001
    assert near(factor**100, norm, 0.08)
    assert ("is not below 1 for good" in said) or norm < 1.001


def spectrum(s, said):
    (above,), (same,) = read(said, "singular values # are"), read(said, "W^20 has the norm #,")
    largest, radius = read(said, "the largest is #. Its largest eigenvalue has the size #.")
    assert (above > 0) == (largest > 1)
    assert radius <= largest * 1.001
    assert at_most(same, largest**20 * 1.2)
    assert at_most(radius**20 / 1.2, same)


def contributions(s, said):
    (whole,), (left,) = read(said, "has the length #;"), read(said, "leaves out # of it.")
    long = read(said, "all lags from 20 on together have #.")[0]
    assert (left == 0) == (s["window"] == 40) or long == 0
    assert s["window"] != 20 or near(left, long / whole, 0.12)


def merging(s, said):
    start, gradient, bound = *read(said, "begin # apart"), *read(said, "is #. Neither can be above η^40, #.")
    assert start > 0
    assert at_most(gradient, bound)
    left = re.search(r"after 40 steps are " + AMOUNT + " times as far apart", said)
    assert at_most(size(left[1]), bound) if left else "the same to the last digits" in said


def ladder(s, said):
    factor = read(said, "γ‖W‖ = #,")[0]
    true, norms, etas, power = read(
        said, "norm of dh_t/dh_0 is #, the product of the ‖J_i‖ #, of the η_i #, and η^t #."
    )
    assert at_most(true, norms)
    assert at_most(norms, etas)
    assert at_most(etas, power)
    assert ("must vanish" in said) == (factor < 1)
    assert near(factor**40, power, 0.15)


def nilpotent(s, said):
    norm, eigenvalue = read(said, "‖W‖ = #.")[0], read(said, "eigenvalue a s² = #:")[0]
    left, bound = read(said, "dh_20/dh_0 is #, the bound #.")
    assert near(norm, 2 * s["a"])
    assert near(eigenvalue, s["a"] * s["s"] ** 2)
    assert at_most(left, bound)
    assert eigenvalue == 0 or at_most(eigenvalue**20 * 0.9, left)


def lyapunov(s, said):
    here = float(re.search(r"exponent is ([-+][\d.]+):", said)[1])
    assert ("gradient grows by" in said and here >= 0.02) or ("fades by" in said and here <= -0.02) or "neither" in said
    factor = re.search(r"by the factor (\S+) per step", said)
    assert factor is None or isclose(np.log(float(factor[1])), here, abs_tol=0.011)


def by_hand(s, said):
    left = read(said, "and # is left of a change")[0]
    assert (left == 0) == ("0" in s["program"])
    assert left == 0 or near(left, s["gate"] ** len(s["program"]))


def three_memories(s, said):
    identity, leaky, gated = (size(word) for word in re.findall("keeps " + AMOUNT + " of the start", said))
    assert identity == 1
    assert near(leaky, s["leak"] ** 100)
    assert gated == 0


def taps(s, said):
    hops, power, left = read(said, "takes # hops, and")[0], *read(said, f"{s['weight']:g}^# = # is left.")
    assert hops == power == np.ceil(100 / s["K"])
    assert near(left, s["weight"] ** hops)
    assert ("No hop lands on lag 100" in said) == bool(100 % s["K"])


def residual(s, said):
    left, bound = read(said, "residual steps is # (at most (1 + ε ‖W‖)^100 = #)")
    assert at_most(left, bound)
    assert s["eps"] * s["scale"] > 0 or left == bound == 1
    assert near(read(said, "ε times the depth is #.")[0], 100 * s["eps"])


def dissector(s, said):
    whole, carousel = read(said, "dc_t/dc_0 is # along all paths together, # along the carousel alone")
    power = read(said, "(σ(b_f)^t would be #)")[0]
    assert near(power, (1 / (1 + np.exp(-s["forget_bias"]))) ** s["lag"])
    most = re.search("adds most: " + AMOUNT, said)
    assert s["scale"] > 0 or (whole == carousel and not most)
    assert most is None or at_most(carousel, size(most[1]))


def cell(s, said):
    flows = {name: read(said, f"{name} #")[0] for name in ("carousel", "input gate", "output gate", "readout")}
    assert 0 <= flows["carousel"] <= 1
    assert 0 <= flows["readout"] <= 1
    assert s["scale"] > 0 or flows["input gate"] == flows["output gate"] == 0


def forget_bias(s, said):
    life, left = read(said, f"half is left after # steps, and # after {s['lag']}.")
    assert near(0.5 ** (s["lag"] / life), left, 0.06 + 2e-3 * s["lag"] / life)


def constant_input(s, said):
    (old,), (new,), (bound,) = (
        read(said, pattern) for pattern in ("1997 holds #", "2000 holds #", "|i g|/(1 − f) = #.")
    )
    assert at_most(new, bound)
    assert at_most(new, old + 1e-9)
    assert s["size"] > 0 or old == new == bound == 0


def one_cell(s, said):
    factor = float(re.search(r"multiplies by (\S+), and", said)[1])
    high, low = (float(word) for word in re.search(r"above (\S+) or below (\S+)\.", said).groups())
    outside = s["w_g"] > high + 1e-3 or s["w_g"] < low - 1e-3
    inside = low + 1e-3 < s["w_g"] < high - 1e-3
    grows, fades = (f"the gradient {does}." in said for does in ("explodes", "vanishes"))
    assert (grows and not inside) or (fades and not outside) or "keeps its size" in said
    assert not grows or abs(factor) >= 1
    assert not fades or abs(factor) <= 1
    assert s["c0"] > 0 or "at rest, leaves" in said


def gated_units(s, said):
    whole, gates = read(said, "dh_t/dh_0 of the GRU is #, of its product of z #;")
    assert read(said, "largest |h| is #,")[0] <= 1
    assert s["scale"] > 0 or whole == gates


RULES = {
    "zoo_explorer": zoo,
    "squeeze_explorer": squeezed,
    "jacobian_explorer": jacobian,
    "depth_explorer": depth,
    "digits_explorer": digits,
    "stretch_rotate_explorer": turn,
    "transient_explorer": bump,
    "spectrum_explorer": spectrum,
    "contributions_explorer": contributions,
    "merge_explorer": merging,
    "ladder_explorer": ladder,
    "nilpotent_explorer": nilpotent,
    "lyapunov_explorer": lyapunov,
    "by_hand_explorer": by_hand,
    "three_memories_explorer": three_memories,
    "taps_explorer": taps,
    "residual_explorer": residual,
    "dissector_explorer": dissector,
    "cell_explorer": cell,
    "forget_bias_explorer": forget_bias,
    "constant_input_explorer": constant_input,
    "one_cell_explorer": one_cell,
    "gated_units_explorer": gated_units,
}
