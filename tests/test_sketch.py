"""A curve that the reader draws: its truth, the hand on its marks, and the verdict in words."""

import base64
import html
import json
import math
import re

import nbformat
import numpy as np
import pytest

from helpers.explorers.player import Player
from helpers.explorers.rnn import N, net_of, readout
from helpers.explorers.sketch import CURVES, SCRIPT, Sketch, data_of, sketch
from helpers.figures import style
from helpers.maths.rnn import bptt, run_rnn, truncated_bptt
from tests.player_page import in_the_browser
from tools.chromium import Page
from tools.site import pages
from tools.site.films import operations

PLAYER = Player._esm.rpartition("export default")[0]


def left_at_one(at):
    h, left, found = 0.9, 1.0, [0.0]
    for _ in range(50):
        h = math.tanh(h)
        left *= 1 - h * h
        found.append(math.log10(left))
    return [found[k] for k in at]


def half_lives(at):
    return [math.log10(math.log(2) / math.log(1 + math.exp(-b))) for b in at]


def parts_by_lag(at):
    """What a window more adds to truncated backpropagation, beside the whole gradient."""
    net, X = net_of("gaussian", 0.9, "tanh", "noise", 40)
    run = run_rnn(net, np.full(N, 0.1), X)
    V, targets = readout(40)
    G = np.vstack([np.zeros(N), (run.H[1:] @ V.T - targets) @ V])
    up_to = [0 * net.W, *(truncated_bptt(net, run, G, window=lag + 1).W for lag in range(40))]
    parts = [np.linalg.norm(up_to[lag + 1] - up_to[lag]) for lag in at]
    return np.log10(parts / np.linalg.norm(bptt(net, run, G).W))


@pytest.mark.parametrize(("name", "truth"), [("01", left_at_one), ("06", parts_by_lag), ("09", half_lives)])
def test_the_truth_is_what_a_few_lines_make_it(name, truth):
    np.testing.assert_allclose(
        data_of(CURVES[name])[0]["truth"], truth(CURVES[name].at), atol=1e-3
    )  # the longest lag is 1e-11 of it


def test_what_is_told_of_each_curve_is_so():
    told = {name: data_of(curve)[0]["told"] for name, curve in CURVES.items()}
    five, more = map(float, re.findall(r"leave ([\d.]+), .* next 45 leave ([\d.]+) of that", told["01"])[0])
    y = left_at_one(range(51))
    assert (five, more) == (pytest.approx(10 ** y[5], rel=0.01), pytest.approx(10 ** (y[50] - y[5]), rel=0.01))
    # Straight: the best line through the points of a logarithmic axis leaves a tenth of their fall at most.
    x, logs = CURVES["06"].truth()
    assert np.abs(logs - np.polyval(np.polyfit(x, logs, 1), x)).max() < 0.1 * (logs[0] - logs[-1])
    assert f"10^{logs[-1] - logs[0]:.1f}" in told["06"]
    factor = 10 ** (half_lives([8])[0] - half_lives([2])[0])
    assert f"factor of {factor:.3g}" in told["09"]
    assert factor == pytest.approx(math.exp(6), rel=0.15)
    assert half_lives([0])[0] == pytest.approx(0)


@pytest.mark.parametrize("name", CURVES)
def test_the_truth_is_painted_through_the_marks(name):
    data, (empty, whole) = data_of(CURVES[name])
    assert empty.shape == whole.shape
    assert (empty != whole).any()
    ys = np.interp(data["truth"], [data["low"], data["high"]], [data["bottom"], data["top"]])
    orange = [int(style.GRADIENT[k : k + 2], 16) for k in (1, 3, 5)]
    painted = (np.abs(whole[..., :3].astype(int) - orange) < 40).all(axis=-1)
    for x, y in zip(data["x"], ys, strict=True):
        row, column = round(2 * y), round(2 * x)
        assert painted[max(row - 5, 0) : row + 6, max(column - 5, 0) : column + 6].any(), (x, y)
    assert len(operations(base64.b64decode(data["list"]))) == 1


def test_where_no_kernel_runs_it_is_its_axes_and_the_truth_stands_in_a_fold():
    one = sketch("09")
    bundle, _ = one._repr_mimebundle_()
    assert bundle["text/plain"] == CURVES["09"].ask
    outside = re.sub(r"<details>.*</details>", "", bundle["text/html"])
    assert "grows by a factor" in bundle["text/html"]
    assert "grows by a factor" not in outside
    assert outside.count("<img") == 1


def test_each_curve_is_drawn_once_before_an_explorer_shows_it():
    settled = {"01": "What you", "06": "contributions_explorer", "09": "forget_bias_explorer"}
    for name in CURVES:
        (path,) = [path for path in pages.NOTEBOOKS if path.stem.startswith(name)]
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        places = [k for k, source in enumerate(cells) if source == f'sketch("{name}")']
        assert len(places) == 1
        shows = [k for k, source in enumerate(cells) if source.startswith(settled[name])]
        assert all(places[0] < k for k in shows)


def test_an_unknown_curve_is_refused():
    with pytest.raises(ValueError, match="no curve is called"):
        sketch("02")


# In a browser


@pytest.fixture(scope="module")
def chromium():
    with Page(1000, 800, 1.0) as page:
        page.evaluate(
            f"(() => {{ {PLAYER} {SCRIPT}; Object.assign(window, {{ sketch, comparison, player: {{ render }} }}) }})()"
        )
        page.evaluate("document.body.style.margin = 0")
        yield page
        assert page.complaints == []


TRUTH = [0, -1, -2, -3, -4]


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ([0, -1.1, -1.9, -3, -4.1], "That is how it goes."),
        ([0, -0.5, -1, -1.5, -2], "The right shape, but too flat. At d you have 0.01, and it is 10^-4.0."),
        ([0, -2, -4, -6, -8], "The right shape, but too steep. At d you have 10^-8.0, and it is 10^-4.0."),
        ([1, 0, -1, -2, -3], "The right shape, but too high."),
        ([-1, -2, -3, -4, -5], "The right shape, but too low."),
        ([0.4, -1, -2, -3, -4.4], "The right shape, but too high in one place and too low in another."),
        ([0, 1, 2, 3, 4], "It goes the other way."),
        ([-1, -1, -1, -1, -1], "Yours is level, or nearly."),
        ([0, 0, 0, -4, -4], "Another shape,"),
        ([0, -3.4, -3.7, -3.9, -4], "Another shape,"),
    ],
)
def test_a_line_is_compared_with_the_truth_in_words(chromium, drawn, said):
    got = chromium.evaluate(f"comparison({drawn}, {TRUTH}, ['0', 'a', 'b', 'c', 'd'], 0.3)")
    assert got["text"].startswith(said)
    assert got.get("right", False) == (said == "That is how it goes.")


HANDLES = "[...document.querySelectorAll('.handle')]"
VERDICT = "document.querySelector('#here > [role=status]').textContent"


def opened(page, name, width=860):
    data = data_of(CURVES[name])[0]
    page.evaluate(
        f"document.body.innerHTML = '<div id=here></div>'; here.style.width = '{width}px';"
        f"window.leave?.(); window.leave = sketch(here, {json.dumps(data)}, player); true"
    )
    page.wait_for(f"{HANDLES}.length", "the marks")
    return data


def heights(page):
    return [float(one) for one in page.evaluate(f"{HANDLES}.map(one => one.getAttribute('aria-valuenow'))")]


def press(page):
    page.click(*page.middle("document.querySelector('#here > button')"))


@in_the_browser
@pytest.mark.browser
def test_marks_move_by_mouse_keys_and_touch_and_then_the_truth_is_seen_with_a_verdict(chromium):
    data = opened(chromium, "09")
    assert heights(chromium) == [0] * 6  # nothing is preset
    x, y = chromium.middle(f"{HANDLES}[5]")
    up = (data["bottom"] - data["top"]) / (data["high"] - data["low"])  # CSS pixels of a decade
    chromium.drag((x, y), (x, y - 2 * up), seconds=0.2)
    chromium.wait_for(f"{HANDLES}[5].getAttribute('aria-valuenow') > 1.9", "the mark to follow the mouse")
    assert heights(chromium)[5] == pytest.approx(2, abs=0.06)
    chromium.evaluate(f"{HANDLES}[4].focus()")
    chromium.key("ArrowUp", 38)
    chromium.key("PageUp", 33)
    chromium.wait_for(f"{HANDLES}[4].getAttribute('aria-valuenow') > 0.4", "the mark to follow the keys")
    assert heights(chromium)[4] == pytest.approx(11 * data["step"])
    x, y = chromium.middle(f"{HANDLES}[3]")
    for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(x, y - up)]), ("touchEnd", [])):
        chromium.send("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": a, "y": b} for a, b in points])
    chromium.wait_for(f"{HANDLES}[3].getAttribute('aria-valuenow') > 0.9", "the mark to follow the finger")
    assert chromium.evaluate("document.querySelector('canvas').getAttribute('aria-label')").startswith(
        "Your line: bias −2"
    )
    before = chromium.evaluate("document.querySelector('canvas').toDataURL()")
    press(chromium)
    assert re.match(r"✗ .* grows by a factor", chromium.evaluate(VERDICT))
    chromium.wait_for(f"!{HANDLES}.length", "the marks to go")
    assert chromium.evaluate("document.querySelector('canvas').toDataURL()") != before
    press(chromium)
    chromium.wait_for(f"{HANDLES}.length === 6", "another try")
    assert heights(chromium) == [0] * 6
    assert chromium.evaluate(VERDICT) == ""


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize("name", CURVES)
def test_who_draws_the_truth_is_right_also_on_a_narrow_page(chromium, name):
    data = opened(chromium, name, width=390)
    for k, height in enumerate(data["truth"][data["fixed"] :]):
        chromium.evaluate(f"{HANDLES}[{k}].focus()")
        steps = round(height / data["step"])
        for _ in range(abs(steps)):
            chromium.key(*(("ArrowUp", 38) if steps > 0 else ("ArrowDown", 40)))
    assert chromium.evaluate("document.documentElement.scrollWidth") <= 1000
    press(chromium)
    assert chromium.evaluate(VERDICT).startswith("✓ That is how it goes.")


def test_on_the_site_a_curve_has_what_it_needs_and_the_script_draws_it():
    page = pages.drawable(sketch("06")._repr_mimebundle_()[0]["text/html"])
    (data,) = re.findall(r'class="sketch" data-sketch="(.*?)"', page)
    assert json.loads(html.unescape(data)) == json.loads(json.dumps(data_of(CURVES["06"])[0]))
    assert "function sketch(" in pages.script()
    assert "function sketch(" in Sketch._esm
