"""What a legend, a title, an axis and a colour say is what the state holds: each moving artist names its field."""

import html
import re
from collections import Counter
from pathlib import Path
from random import Random

import nbformat
import numpy as np
import pytest

from helpers.explorers.words import underlined
from helpers.figures import style
from helpers.figures.shown import field
from tests.sweeping import TRAINING, close, stops
from tools.explorers import makers

MAKERS = makers()
CALL = re.compile(rf"^({'|'.join(MAKERS)})\(", flags=re.MULTILINE)

# What stands where: of each explorer, a field with a colour of style, words of its legend and words of its axes.
# An artist without a legend has its words in the title.
TABLE = """
first_look H.T.0 STATE ; start at 0.9 ; state
first_look H.T.1 OTHER ; start at 0.3 ; state
first_look H.T.2 GRADIENT ; start at -0.6 ; state
stretch_rotate_explorer once.1 STATE ; after one step, M ; unit circle
stretch_rotate_explorer often.1 GRADIENT ; after n, scaled to length 1 ; unit circle
stretch_rotate_explorer inputs.1 RULE ; stretched by σ ; unit circle
stretch_rotate_explorer outputs.1 RULE ; their images under M ; unit circle
stretch_rotate_explorer turned.1 MARK ; (1, 0), turned by θ ; unit circle
stretch_rotate_explorer log10_largest RULE ; σ$_{max}^n$ ; norm
stretch_rotate_explorer log10_long_run RULE ; ρ$^n$ ; norm
stretch_rotate_explorer log10_norms GRADIENT ; ‖M$^n$‖ ; norm
stretch_rotate_explorer log10_norm MARK ; ; norm
stretch_rotate_explorer sigma1 STATE ; σ$_1$ ; factor
stretch_rotate_explorer sigma2 STATE ; σ$_2$ ; factor
stretch_rotate_explorer growth RULE ; ρ(θ) ; factor
stretch_rotate_explorer border MARK ; ρ = 1 ; angle
stretch_rotate_explorer rho MARK ; ; growth
transient_explorer log10_largest RULE ; σ$_{max}^n$ ; norm
transient_explorer log10_long_run RULE ; ρ$^n$ ; norm
transient_explorer log10_norms GRADIENT ; ‖W$^n$‖ ; norm
transient_explorer transient.log10_peak MARK ; its peak ; norm
transient_explorer gone_from MARK ; below 1 for good ; power n
transient_explorer sigma_max RULE ; σ$_{max}$ ; factor
transient_explorer rho RULE ; ρ ; factor
transient_explorer factors GRADIENT ; ‖W$^n$‖$^{1/n}$ ; factor
spectrum_explorer g RULE ; radius g ; eigenvalues
spectrum_explorer eigenvalues.imag STATE ; ; eigenvalues
spectrum_explorer sigmas OTHER ; ; singular values
spectrum_explorer log10_largest RULE ; σ$_{max}^k$ ; norm
spectrum_explorer log10_same GRADIENT ; one W, k times ; norm
spectrum_explorer log10_different OTHER ; k different draws ; norm
contributions_explorer log10_pairs - ; ; contributes at step k
contributions_explorer step STATE ; of the loss at step ; contributes at step k
contributions_explorer step STATE ; to step ; contributes at step k
contributions_explorer window RULE ; window ; contributes at step k
contributions_explorer step MARK ; ; contributes at step k
contributions_explorer log10_back STATE ; of its loss, to the steps before ; contributions of one step
contributions_explorer log10_ahead STATE ; to it, of the losses after ; contributions of one step
contributions_explorer log10_pair MARK ; ; contributions of one step
contributions_explorer log10_by_lag GRADIENT ; this lag ; the gradient by lag
contributions_explorer log10_beyond OTHER ; all lags beyond ; the gradient by lag
contributions_explorer window RULE ; window ; lag
merge_explorer one STATE ; from one start ; state of one neuron
merge_explorer other OTHER ; from another ; state of one neuron
merge_explorer log10_apart STATE ; distance of the runs ; how far apart
merge_explorer log10_gradient GRADIENT ; ‖dh$_t$/dh$_0$‖ ; dh$_t$/dh$_0$
merge_explorer log10_bound RULE ; η$^t$, the bound ; factor
ladder_explorer log10_rungs.true GRADIENT ; ‖dh$_t$/dh$_0$‖, the truth ; norm
ladder_explorer log10_rungs.product_of_norms STATE ; ∏‖J$_i$‖ ; norm
ladder_explorer log10_rungs.product_of_etas OTHER ; ∏η$_i$ ; norm
ladder_explorer log10_rungs.power_of_eta RULE ; η$^t$, η = γ‖W‖ ; norm
nilpotent_explorer log10_net GRADIENT ; the net at rest ; norms
nilpotent_explorer log10_linear STATE ; W$^t$ alone ; norms
nilpotent_explorer log10_bound RULE ; η$^t$ ; norms
nilpotent_explorer eigenvalues RULE ; ; eigenvalue of J
nilpotent_explorer eigenvalue MARK ; ; eigenvalue of J
lyapunov_explorer exponents - ; ; Lyapunov exponent
lyapunov_explorer promised RULE ; γ‖W‖ = 1 at the gain ; dotted: γ‖W‖ = 1
lyapunov_explorer size MARK ; ; size of the input
lyapunov_explorer row GRADIENT ; ; exponent
lyapunov_explorer promised RULE ; ; gain
lyapunov_explorer here MARK ; ; exponent
by_hand_explorer M STATE ; ; what it holds
by_hand_explorer M_written STATE ; ; full dots: written
by_hand_explorer M_reset STATE ; ; hollow dots: reset
by_hand_explorer log10_left GRADIENT ; ; |d$m_T$/d$m_k$|
three_memories_explorer memories.0 STATE ; identity ; what they hold
three_memories_explorer log10_left.0 STATE ; identity ; left of the start
three_memories_explorer memories.1 OTHER ; leaky ; what they hold
three_memories_explorer log10_left.1 OTHER ; leaky ; left of the start
three_memories_explorer memories.2 GRADIENT ; gated ; what they hold
three_memories_explorer log10_left.2 GRADIENT ; gated ; left of the start
taps_explorer log10_left GRADIENT ; ; hop of K lands (dots)
taps_explorer log10_one_tap RULE ; ; dotted: one tap
taps_explorer left RULE ; ; left of the gradient
taps_explorer left_here MARK ; ; left of the gradient
residual_explorer log10_residual GRADIENT ; residual: I + ε A ; norm of the product
residual_explorer log10_plain STATE ; plain: A alone ; norm of the product
residual_explorer log10_bound RULE ; (1 + ε ‖W‖)$^t$, a bound ; norm of the product
dissector_explorer log10_paths.0 GRADIENT ; all paths ; ‖dc$_t$/dc$_0$‖
dissector_explorer log10_paths.1 STATE ; carousel alone ; ‖dc$_t$/dc$_0$‖
dissector_explorer log10_bias RULE ; σ(b$_f$)$^t$ ; ‖dc$_t$/dc$_0$‖
dissector_explorer lag MARK ; ; lag in steps
dissector_explorer log10_here GRADIENT ; ; at this lag
cell_explorer flows.carousel STATE ; carousel ; the norm of what one step carries
cell_explorer flows.forget gate GRADIENT ; forget gate ; the norm of what one step carries
cell_explorer flows.input gate GRADIENT ; input gate ; the norm of what one step carries
cell_explorer flows.cell input GRADIENT ; cell input ; the norm of what one step carries
cell_explorer flows.output gate GRADIENT ; output gate ; the norm of what one step carries
cell_explorer flows.readout GRADIENT ; readout ; the norm of what one step carries
cell_explorer norms GRADIENT ; ; the norm of what one step carries, by path
forget_bias_explorer kept GRADIENT ; ; left of the gradient
forget_bias_explorer log10_lag MARK ; ; lag in steps
forget_bias_explorer log10_half_lives RULE ; ; half-life
forget_bias_explorer log10_lag MARK ; ; dashed: the lag
forget_bias_explorer log10_half_life MARK ; ; half-life
constant_input_explorer bound RULE ; |i g|/(1 − f) ; what they hold
constant_input_explorer C.0 STATE ; 1997 ; what they hold
constant_input_explorer C.1 OTHER ; 2000 ; what they hold
constant_input_explorer H.0 STATE ; 1997 ; what they show
constant_input_explorer H.1 OTHER ; 2000 ; what they show
constant_input_explorer log10_readout.0 STATE ; 1997 ; readout: dh$_t$/dc$_t$
constant_input_explorer log10_readout.1 OTHER ; 2000 ; readout: dh$_t$/dc$_t$
one_cell_explorer factors RULE ; ; factor
one_cell_explorer borders GRADIENT ; ; dashed: the borders
one_cell_explorer factor MARK ; ; factor
one_cell_explorer log10_measured GRADIENT ; measured ; |dc$_t$/dc$_0$|
one_cell_explorer log10_carousel STATE ; carousel alone ; |dc$_t$/dc$_0$|
one_cell_explorer log10_power RULE ; as at rest ; |dc$_t$/dc$_0$|
gated_units_explorer log10_gru GRADIENT ; GRU, whole ; gradient
gated_units_explorer log10_gates STATE ; GRU, product of z ; gradient
gated_units_explorer log10_lstm OTHER ; LSTM, whole ; gradient
gated_units_explorer log10_h GRADIENT ; GRU: |h$_t$| ; largest entry of the state
gated_units_explorer log10_c OTHER ; LSTM: |c$_t$| ; largest entry of the state
mystery_explorer log10_carousel STATE ; the carousel, the mystery ; ‖dc$_t$/dc$_0$‖
mystery_explorer log10_guess_carousel STATE ; the carousel, your guess ; ‖dc$_t$/dc$_0$‖
mystery_explorer log10_whole GRADIENT ; all paths, the mystery ; ‖dc$_t$/dc$_0$‖
mystery_explorer log10_guess_whole GRADIENT ; all paths, your guess ; ‖dc$_t$/dc$_0$‖
by_lag_explorer log10_left.the tanh net GRADIENT ; tanh net ; what is left
by_lag_explorer log10_left.the LSTM GRADIENT ; LSTM ; what is left
by_lag_explorer log10_left.the minGRU STATE ; minGRU ; what is left
by_lag_explorer log10_left.the disc RULE ; disc of eigenvalues (rms) ; what is left
by_lag_explorer log10_left.the running mean RULE ; running mean ; what is left
by_lag_explorer log10_left.attention OTHER ; attention ; what is left
by_lag_explorer end MARK ; ; lag in steps
valley_explorer losses RULE ; loss ; the valley
valley_explorer path_losses MARK ; descent ; the valley
valley_explorer log10_product STATE ; λ$^{memory}$ ; the product
valley_explorer log10_moved GRADIENT ; rms of ds/dp, p learned ; what learning moves
valley_explorer log10_moved_here MARK ; ; what learning moves
write_explorer log10_c STATE ; rms of c ; what it holds
write_explorer log10_readout OTHER ; dh/dc, median ; what it holds
write_explorer log10_whole GRADIENT ; all paths ; ‖dc$_t$/dc$_0$‖
write_explorer log10_carousel STATE ; carousel alone ; ‖dc$_t$/dc$_0$‖
write_explorer input_bias MARK ; ; input bias
looking_back_explorer log10_share STATE ; its share ; its share
looking_back_explorer log10_even RULE ; 1/T ; its share
looking_back_explorer best_heard GRADIENT ; ; moves its own weight
looking_back_explorer best_heard_here MARK ; ; moves its own weight
bits_explorer right_odd STATE ; odd lengths ; right answers
bits_explorer right_even OTHER ; even lengths ; right answers
bits_explorer trained MARK ; learned here ; right answers
bits_explorer eigenvalues.holds.imag STATE ; holds ; imaginary
bits_explorer eigenvalues.alternates.imag OTHER ; alternates ; imaginary
bits_explorer eigenvalues.forgets.imag INPUT ; forgets ; imaginary
bits_explorer eigenvalue.imag MARK ; this one ; imaginary
candidates_explorer matrices.0 - ; ;
candidates_explorer matrices.1 - ; ;
candidates_explorer matrices.2 - ; ;
candidates_explorer matrices.3 - ; ;
candidates_explorer matrices.4 - ; ;
candidates_explorer log10_errors GRADIENT ; ; distance to the finite difference
depth_explorer log10_deep GRADIENT ; a deep net: another W in each layer ; gradient
depth_explorer log10_recurrent STATE ; a recurrent net: the same W in each ; gradient
digits_explorer log10_norms GRADIENT ; one neuron ; |gradient|
digits_explorer log10_lost RULE ; below: the update is rounded away ; |gradient|
digits_explorer log10_levels STATE ; root mean square ; |gradient|
digits_explorer losses OTHER ; ; loss (chance: 2.3)
gap_explorer right.T.0 STATE ; seed 0 ; right answers
gap_explorer right.T.1 STATE ; seed 1 ; right answers
gap_explorer right.T.2 STATE ; seed 2 ; right answers
gap_explorer log10_before.T.0 EDGE ; before training ; gradient (1 at the end)
gap_explorer log10_before.T.1 EDGE ; before training ; gradient (1 at the end)
gap_explorer log10_before.T.2 EDGE ; before training ; gradient (1 at the end)
gap_explorer log10_now.T.0 GRADIENT ; now ; gradient (1 at the end)
gap_explorer log10_now.T.1 GRADIENT ; now ; gradient (1 at the end)
gap_explorer log10_now.T.2 GRADIENT ; now ; gradient (1 at the end)
gap_explorer heads STATE ; ; right answers
gap_explorer solved_at OTHER ; solved ; right answers
gap_explorer name_at MARK ; the name ; gradient (1 at the end)
hearing_explorer solved_at OTHER ; solved ; solved after so many updates
hearing_explorer solved_at RULE ; not solved ; solved after so many updates
hearing_explorer solved_at MARK ; median of each ; solved after so many updates
hearing_explorer place MARK ; this kind ; share that solved it
jacobian_explorer J - ; ; the Jacobian ∂h/∂z
jacobian_explorer log10_singular GRADIENT ; singular values ; size
jacobian_explorer log10_diagonal STATE ; diagonal entries ; size
jacobian_explorer log10_bound RULE ; bound ; size
memory_explorer H STATE ; ; state $h_t$
memory_explorer read.x INPUT ; ; $x_t$
memory_explorer read.event MARK ; the event ; state $h_t$
memory_explorer read.event MARK ; the event ; what is left
memory_explorer log10_left GRADIENT ; ; what is left
memory_explorer log10_peak GRADIENT ; ; what is left
memory_explorer here MARK ; ; state $h_t$
memory_explorer log10_here MARK ; ; what is left
memory_explorer map_f RULE ; ; $h_{t+1}$
memory_explorer stairs_f STATE ; ; $h_{t+1}$
memory_explorer here MARK ; ; $h_{t+1}$
memory_explorer multipliers RULE ; ; multiplier |λ|
memory_explorer settled.multiplier MARK ; ; multiplier |λ|
output_explorer log10_error EDGE ; the error |y − d| ; size
output_explorer log10_sizes.0 GRADIENT ; KL (cross-entropy) ; size
output_explorer log10_sizes.1 STATE ; L2 ; size
output_explorer log10_error EDGE ; the error |y − d| ; one factor ∇f further
output_explorer log10_sizes.2 GRADIENT ; KL (cross-entropy) ; one factor ∇f further
output_explorer log10_sizes.3 STATE ; L2 ; one factor ∇f further
output_explorer log10_here.0 MARK ; ; size
output_explorer log10_here.1 MARK ; ; one factor ∇f further
regime_explorer b MARK ; ; bias b
regime_explorer H.T.0 STATE ; ; state $h_t$
regime_explorer log10_dh0.T.0 STATE ; ; |d$h_t$/d$h_0$|
regime_explorer H.T.1 OTHER ; ; state $h_t$
regime_explorer log10_dh0.T.1 OTHER ; ; |d$h_t$/d$h_0$|
shapes_explorer factors - ; ; the factors, output first
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer factors - ; ;
shapes_explorer log10_lengths GRADIENT ; ; the length of the row
squeeze_explorer shares GRADIENT ; ; share of the neurons
squeeze_explorer rms STATE ; root mean square ; share of the neurons
squeeze_explorer gamma RULE ; γ, the bound ; share of the neurons
squeeze_explorer log10_left GRADIENT ; measured ; what is left
squeeze_explorer log10_typical STATE ; (root mean square)$^k$ ; what is left
squeeze_explorer log10_bound RULE ; γ$^k$ ; what is left
squeeze_explorer log10_here MARK ; ; what is left
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer place MARK ; ;
survey_explorer line MARK ; ;
survey_explorer solved_by.0 STATE ; length 10 ; seeds solved
survey_explorer solved_by.1 STATE ; length 20 ; seeds solved
survey_explorer solved_by.2 STATE ; length 50 ; seeds solved
survey_explorer solved_by.3 STATE ; length 200 ; seeds solved
survey_explorer solved_by.4 STATE ; ; seeds solved
three_activations orbits.sigmoid.T.0 STATE ; $h_0$ = 1 ; state $h_t$
three_activations orbits.sigmoid.T.1 OTHER ; $h_0$ = 0.5 ; state $h_t$
three_activations orbits.sigmoid.T.2 GRADIENT ; $h_0$ = -0.5 ; state $h_t$
three_activations orbits.tanh.T.0 STATE ; $h_0$ = 1 ; tanh
three_activations orbits.tanh.T.1 OTHER ; $h_0$ = 0.5 ; tanh
three_activations orbits.tanh.T.2 GRADIENT ; $h_0$ = -0.5 ; tanh
three_activations orbits.relu.T.0 STATE ; $h_0$ = 1 ; ReLU
three_activations orbits.relu.T.1 OTHER ; $h_0$ = 0.5 ; ReLU
three_activations orbits.relu.T.2 GRADIENT ; $h_0$ = -0.5 ; ReLU
wall_explorer paths.0.1 white ; ; bias b
wall_explorer paths.0.1 GRADIENT ; plain ; bias b
wall_explorer losses.0 GRADIENT ; plain ; loss E
wall_explorer paths.1.1 STATE ; clipped ; bias b
wall_explorer losses.1 STATE ; clipped ; loss E
wall_explorer b MARK ; ; bias b
wall_explorer first_loss MARK ; ; loss E
zoo_explorer tangent GRADIENT ; ; f(z)
zoo_explorer value MARK ; ; f(z)
zoo_explorer slope MARK ; ; f ′(z)
"""


# What stands across below each panel in which something moves, in the order in which it does; "" is nothing.
ACROSS = """
looking_back_explorer ; token k ; standard deviation s of the logits
valley_explorer ; what is learned: λ ; memory in steps
write_explorer ; step t ; lag in steps ; forget bias
by_lag_explorer ; lag in steps
ladder_explorer ; steps t
lyapunov_explorer ; gain g of W
nilpotent_explorer ; steps t ; s, where the second neuron rests
contributions_explorer ; step ; lag t − k
merge_explorer ; step t ; step t
depth_explorer ; layers between the output and here
digits_explorer ; layer (1: the first ; updates
spectrum_explorer ; real part ; share of all ; factors k
stretch_rotate_explorer ; ; steps n ; angle θ in degrees
transient_explorer ; power n ; power n
cell_explorer ;
constant_input_explorer ; step t ; step t ; step t
dissector_explorer ; lag in steps ;
forget_bias_explorer ; lag in steps ; forget bias
gated_units_explorer ; lag in steps ; step t
mystery_explorer ; lag in steps
one_cell_explorer ; weight w$_g$ from h to the cell input ; lag in steps
by_hand_explorer ; ; step k
residual_explorer ; depth in steps
taps_explorer ; lag ; taps K
three_memories_explorer ; step t ; step t
candidates_explorer ;
output_explorer ; argument z of the output ; argument z of the output
shapes_explorer ; one factor more, from the output to the input
regime_explorer ; weight w ; step t ; step t
wall_explorer ; weight w ; update ; bias b
first_look ; step t
memory_explorer ; ; ; step t ; $h_t$ ; weight w
three_activations ; step t ; step t ; step t
jacobian_explorer ; rank, from the largest
squeeze_explorer ; |f ′(z)| ; layers
zoo_explorer ; z ; z
survey_explorer ; updates
bits_explorer ; length ; real
gap_explorer ; updates ; steps back from the question
hearing_explorer ; gradient at the name ; median gradient at the name
"""


class Read:
    """A state that notes which of its fields are read."""

    def __init__(self, state):
        self.state, self.names = state, set()

    def __getattr__(self, name):
        self.names.add(name)
        return getattr(self.state, name)


def some_states(explorer, most=6):
    """Yield a state of the default setting and of some others."""
    found = [stop for stop in stops(explorer) if not any(stop.get(name) for name in TRAINING)]
    for stop in found[:1] + Random(3).sample(found, min(most, len(found))):
        yield explorer._run(stop, None)


def rows(name):
    """Return the rows of the table of an explorer: field, colour, words of the legend, words of the axes."""
    found = []
    for line in TABLE.strip().splitlines():
        head, legend, axes = (part.strip() for part in line.split(";"))
        what, colour = head.partition(" ")[2].rsplit(" ", 1)
        found += [(what, colour, legend, axes)] if head.startswith(f"{name} ") else []
    return found


def words_of(axes):
    """Return all that stands at the axes."""
    return " ".join(
        [axes.get_title(loc="left"), axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
        + [text.get_text() for text in axes.texts]
    )


def number_at(text: str) -> float:
    """Return the logarithm of what is written at a tick: 0.01, 100, 10⁻⁵."""
    raised = text[2:].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(raised) if raised != text[2:] else np.log10(float(text))


def in_powers(axes):
    """Return whether the numbers up the axes are powers of ten, each written at its logarithm."""
    low, high = sorted(axes.get_ylim())
    places = [at for at in axes.get_yticks() if low <= at <= high]
    written = axes.yaxis.get_major_formatter().format_ticks(places)
    return len(places) > 1 and np.allclose([number_at(text) for text in written], places)


def test_what_a_legend_an_axis_and_a_colour_say_is_the_field_that_is_shown(explorer):
    name = explorer.name
    shown = explorer._scene.shown
    wanted = rows(name)
    rest = Counter(one.fields[0] for one in shown)
    rest.subtract(row[0] for row in wanted)
    missing = [f"{name} {field} COLOUR ; legend ; axes" for field, n in rest.items() for _ in range(n)]
    assert not missing, f"write these rows into TABLE of tests/test_shown.py: {missing}"
    assert not any(rest.values()), f"take the rows of {[field for field in rest if rest[field]]} out of TABLE"
    for one in shown:
        label = getattr(one.artist, "get_label", str)()
        label = "" if label.startswith("_") or not hasattr(one.artist, "get_color") else label
        colour = one.artist.get_color() if hasattr(one.artist, "get_color") else "-"
        said = words_of(one.artist.axes)
        fits = [
            row
            for row in wanted
            if row[0] == one.fields[0]
            and row[3] in said
            and (row[2] in label if row[2] else not label)
            and colour == getattr(style, row[1], row[1])
        ]
        assert fits, (one.fields, label, colour, said)
        wanted.remove(fits[0])
        if one.is_log10 and not one.by:
            alike = [axes for axes in one.artist.figure.axes if axes.get_ylim() == one.artist.axes.get_ylim()]
            assert any(in_powers(axes) for axes in alike), one.fields


def test_below_each_panel_stands_what_its_axis_counts(explorer):
    name = explorer.name
    panels = dict.fromkeys(one.artist.axes for one in explorer._scene.shown if one.artist.axes.axison)
    below = [axes.get_xlabel() for axes in panels]
    lines = [[part.strip() for part in line.split(";")] for line in ACROSS.strip().splitlines()]
    wanted = next((words for first, *words in lines if first == name), None)
    assert wanted is not None, f"write this row into ACROSS of tests/test_shown.py: {' ; '.join([name, *below])}"
    assert len(below) == len(wanted)
    for label, words in zip(below, wanted, strict=True):
        assert bool(label) == bool(words), label
        assert label.startswith(words)


def test_each_moving_artist_shows_its_field_or_is_a_note(explorer):
    scene = explorer._scene
    declared = [one.artist for one in scene.shown]
    assert len(set(map(id, declared))) == len(declared)
    for artist in scene._moving:
        assert artist in declared or hasattr(artist, "get_text"), artist


def test_the_data_of_an_artist_are_its_field_at_any_setting(explorer):
    for state in some_states(explorer):
        explorer._scene.set(state)
        for one in explorer._scene.shown:
            if one.by:
                continue
            drawn = np.asarray(one.artist.get_data(), float)
            for values, what in zip(drawn, (one.x, one.y), strict=True):
                held = field(state, what) if isinstance(what, str) else what
                if held is None:
                    assert (what is one.x and one.x is None) or drawn.size == 0
                    continue
                held = np.broadcast_to(np.asarray(held, float), values.shape) if drawn.size else values
                visible = np.abs(held) < 300
                if one.inside:
                    low, high = one.artist.axes.get_ylim()
                    visible &= (low < held) & (held < high)
                np.testing.assert_array_equal(values[visible], held[visible])
                assert not (np.abs(values[~visible]) < 20).any() or one.inside


def test_every_field_that_is_computed_is_drawn_or_said(explorer):
    found, read = set(), set()
    for state in some_states(explorer):
        found |= set(vars(state)) - set(explorer.specs) - {f"{name}_label" for name in explorer.specs}
        spy = Read(state)
        explorer._describe(spy)
        explorer._scene._staged = None  # so that the stage is set anew
        explorer._scene.set(spy)
        read |= spy.names
    assert found - read == set()


# Names of curves in the sentence


def luminance(colour: str) -> float:
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
@pytest.mark.parametrize("colour", [style.STATE, style.GRADIENT, style.OTHER, style.MARK])
def test_the_line_under_a_name_is_seen_on_a_light_page_and_on_a_dark_one(colour, page):
    low, high = sorted((luminance(colour), luminance(page)))
    assert (high + 0.05) / (low + 0.05) > 3  # WCAG 2.1 asks it of what is no text; the words keep the page's colour


def test_a_name_in_the_sentence_has_a_line_in_the_colour_of_its_curve_where_there_is_a_drawing():
    explorer = MAKERS["dissector_explorer"]()
    assert "<span" not in explorer._words.value  # a picture alone cannot tell
    explorer._player.set_state({"lives": True})
    found = dict(re.findall(r"(#\w+)\)\">(.*?)</span>", explorer._words.value))
    assert found == {style.GRADIENT: "all paths", style.STATE: "carousel alone"}
    text = html.unescape(re.sub(r"<[^>]+>", "", explorer._words.value))
    assert text == explorer.sentence
    close(explorer)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("the LSTM, and LSTMs", ["LSTM"]),
        ("a minGRU is no GRU", ["minGRU", "GRU"]),
        ("black and grey", []),
        ("|a| + b(1)", ["|a|", "b(1)"]),
    ],
)
def test_a_name_is_a_whole_word_and_the_longest_one_and_a_grey_is_none(sentence, wanted):
    colours = {"LSTM": "#d55e00", "GRU": "#009e73", "minGRU": "#0072b2", "|a|": "#009e73", "b(1)": "#0072b2"}
    shown = [{"name": name, "colour": colour} for name, colour in colours.items()]
    shown += [None, {"name": "", "colour": "#0072b2"}, {"name": "black", "colour": "#000000"}]
    shown.append({"name": "grey", "colour": style.EDGE})
    found = re.findall(r"(#\w+)\)\">(.*?)</span>", underlined(sentence, shown))
    assert found == [(colours[name], name) for name in wanted]


SPAN = re.compile(r'<span style="border-bottom: 2px solid (#\w{6})">(.*?)</span>')


def words_without_their_curve(cells) -> list[str]:
    """Return the underlined words of texts that name no curve of that colour in the explorer that was shown last."""
    curves, found = {}, []
    for cell in cells:
        call = cell.cell_type == "code" and CALL.search(cell.source)
        if call:
            explorer = MAKERS[call[1]]()
            lines = [one for one in explorer._scene.shown if hasattr(one.artist, "get_color")]
            curves = {}
            for one in lines:
                curves.setdefault(one.artist.get_color(), []).append(f"{one.artist.get_label()} {one.y}")
            close(explorer)
        for colour, words in SPAN.findall(cell.source if cell.cell_type == "markdown" else ""):
            if not any(words in one for one in curves.get(colour, ())):
                found.append(words)
    return found


def test_a_word_of_the_text_that_is_underlined_names_a_curve_of_that_colour_in_the_picture_before_it():
    marked = 0
    for path in sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        if any("border-bottom" in cell.source for cell in cells):
            assert words_without_their_curve(cells) == []
            marked += sum(len(SPAN.findall(cell.source)) for cell in cells)
    assert marked >= 8
    made = [nbformat.v4.new_code_cell("dissector_explorer()")]
    for words, colour in (("all paths", style.STATE), ("some paths", style.GRADIENT)):
        text = f'the <span style="border-bottom: 2px solid {colour}">{words}</span>'
        assert words_without_their_curve([*made, nbformat.v4.new_markdown_cell(text)]) == [words]
