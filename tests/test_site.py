"""The site: a film gives what the kernel gives, and a page that is opened from its folder needs nothing else."""

import ast
import base64
import html
import importlib.util
import json
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.exercises import EXERCISES, check
from helpers.exercises.answers import Exercise, Verdict
from helpers.explorers.controls import Choice, Slider
from tests.player_page import in_the_browser
from tests.test_exercises import RIGHT, WRONG
from tools.chromium import Page
from tools.site import __main__ as site
from tools.site import address, films, links, lite, pages


@cache
def in_notebooks() -> dict[str, pages.Shown]:
    """Return the explorers of the notebooks, by name."""
    return {one.name: one for one in pages.explorers()}


# One with a choice and a mark that is dragged both ways, one with two sliders recorded together, and a small one.
FILMED = ("regime_explorer", "candidates_explorer", "survey_explorer", "taps_explorer")


# What is recorded


@pytest.mark.parametrize("name", ["memory_explorer", "digits_explorer"])
def test_each_slider_alone_and_each_choice_is_recorded(name):
    call = in_notebooks()[name].call
    explorer = call.explorer()
    opened, found = explorer.settings, films.strips(explorer, call.name)
    choices = (
        films.SMALL[name][0]
        if name in films.SMALL
        else [s.name for s in explorer.specs.values() if isinstance(s, Choice)]
    )
    for strip in found:
        others = {key for key in strip.fixed if isinstance(explorer.specs[key], Slider)}
        assert all(strip.fixed[key] == opened[key] for key in others)
        assert set(strip.fixed) | set(strip.moving) == set(explorer.specs)
    for spec in explorer.specs.values():
        if isinstance(spec, Slider):
            values = {v for strip in found if set(strip.moving) == {spec.name} for v in strip.moving[spec.name]}
            assert {spec.low, spec.default, spec.high} <= values
        elif spec.name in choices:
            assert {strip.fixed[spec.name] for strip in found} == set(spec.samples)


def test_a_slider_is_recorded_for_those_choices_with_which_it_can_act():
    explorer = in_notebooks()["gap_explorer"].call.explorer()
    models = {name: set() for name in ("gain", "forget_bias")}
    for strip in films.strips(explorer, "gap_explorer"):
        for name in models.keys() & strip.moving:
            models[name].add(strip.fixed["model"])
    assert models == {"gain": {"tanh", "irnn", "gru", "lstm"}, "forget_bias": {"gru", "lstm"}}


def test_each_pair_that_a_mark_drags_is_recorded_over_both_ranges():
    explorer = in_notebooks()["regime_explorer"].call.explorer()
    (strip, *_) = [one for one in films.strips(explorer, "regime_explorer") if len(one.moving) == 2]
    for name, values in strip.moving.items():
        spec = explorer.specs[name]
        assert (values[0], values[-1]) == (spec.low, spec.high)
        assert np.diff(values).max() <= (spec.high - spec.low) / 50
    frames = list(strip.settings())
    assert len(frames) == len(strip.moving["w"]) * len(strip.moving["b"])
    assert [frame["w"] for frame in frames[:2]] == strip.moving["w"][:2]


@pytest.mark.parametrize("name", films.TOGETHER)
def test_two_sliders_that_a_text_moves_one_after_the_other_are_recorded_together(name):
    explorer, (one, other) = in_notebooks()[name].call.explorer(), films.TOGETHER[name]
    found = films.strips(explorer, name)
    (strip,) = [strip for strip in found if {one, other} == set(strip.moving)]
    assert strip.fixed.items() <= explorer.settings.items()
    assert strip.n_frames == len(strip.moving[one]) * len(strip.moving[other])


def test_a_film_is_named_by_what_makes_it(monkeypatch):
    call = in_notebooks()["taps_explorer"].call
    explorer = call.explorer()
    strip = films.strips(explorer, call.name)[0]

    def name():
        films.made_by.cache_clear()
        return films.strip_name(call, explorer, strip)

    sources, now = films._sources(), name()
    assert name() == now
    for module, same in (
        ("helpers.maths.memory", False),
        ("helpers.explorers.live", False),
        ("helpers.maths.mlp", True),
    ):
        _, needed = sources[module]
        monkeypatch.setattr(films, "_sources", lambda: sources | {module: ("another source", needed)})  # noqa: B023
        assert (name() == now) == same, module
    monkeypatch.undo()
    films.made_by.cache_clear()


def test_notebooks_share_the_films_of_all_that_does_not_hang_on_how_they_open():
    for name, most in (("survey_explorer", 0), ("memory_explorer", 8)):
        names = []
        for one in (name, f"{name}-2"):
            call = in_notebooks()[one].call
            explorer = call.explorer()
            names.append({films.strip_name(call, explorer, strip) for strip in films.all_strips(call, explorer)})
        assert len(names[1] - names[0]) <= most < len(names[0])


# Pages


def test_a_question_that_is_answered_by_choosing_is_answered_on_the_page():
    asked = set()
    for path in pages.NOTEBOOKS:
        notebook = nbformat.reads(pages.notebook_source(path, []), as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        for page in (output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})):
            if "data-question" not in page:
                continue
            name = re.search('data-question="(.*?)"', page)[1]
            choices = getattr(EXERCISES[name], "says", ())
            told = [html.unescape(text) for text in re.findall('data-verdict="(.*?)"', page)]
            assert told == [check(name, choice).text for choice in choices]
            assert page.count('data-right="True"') == bool(choices)
            assert bool(choices) != ("data-spans" in page)
            asked.add(name)
    assert len(asked) > 20


def test_a_number_is_answered_on_the_page_as_in_the_notebook():
    spans, n_asked = {}, 0
    for name, answer, *_ in [*WRONG, *RIGHT.items()]:
        if not (isinstance(EXERCISES[name], Exercise) and isinstance(answer, float | int)):
            continue
        if (name, answer) == ("08.2", 0.9932):  # a digit more than is asked for, and wrong: the page lets it pass
            continue
        if name not in spans:
            page = pages.answerable(f'<div data-question="{name}"><ul><li>a number</li></ul></div>')
            spans[name] = json.loads(html.unescape(re.search('data-spans="(.*?)"', page)[1]))
        right, said = next(verdict for low, high, *verdict in spans[name] if low <= answer <= high)
        assert Verdict(right, said) == check(name, answer), (name, answer)
        n_asked += 1
    assert n_asked > 150


def test_a_player_that_is_no_plain_module_is_refused(monkeypatch):
    monkeypatch.setattr(pages.live.Player, "_esm", "import x from 'y';\nexport default { x };\n")
    with pytest.raises(ValueError, match="no import"):
        pages.script()


BOTH = {"Repository": "https://github.com/owner/name", "Site": "https://owner.github.io/name"}


def configured(found):
    return "[project]\n[project.urls]\n" + "".join(f'{name} = "{url}"\n' for name, url in found.items())


def test_what_is_published_needs_the_address_and_says_where_it_is_written():
    assert address.urls(configured(BOTH), publish=True) == BOTH
    for missing in BOTH:
        other = {name: url for name, url in BOTH.items() if name != missing}
        assert address.urls(configured(other)) == other  # enough to read it
        with pytest.raises(ValueError, match=rf"no {missing}.*\[project.urls\]"):
            address.urls(configured(other), publish=True)
    with pytest.raises(ValueError, match="wanted an address"):
        address.urls(configured(BOTH | {"Site": "javascript:alert()"}))


def test_each_page_leads_to_where_its_notebook_runs_if_that_is_configured():
    for path in pages.NOTEBOOKS[:2]:
        source = nbformat.reads(pages.notebook_source(path, [], BOTH), as_version=4).cells[0].source
        assert f"mybinder.org/v2/gh/owner/name/HEAD?urlpath=lab/tree/notebooks/{path.name})" in source
        assert f"#fileId=https%3A%2F%2Fowner.github.io%2Fname%2Fcolab%2F{path.name})" in source
        plain = nbformat.reads(pages.notebook_source(path, []), as_version=4).cells[0].source
        assert plain == nbformat.read(path, as_version=4).cells[0].source


def test_each_page_leads_to_its_notebook_in_the_browser_if_the_site_has_one():
    for path in pages.NOTEBOOKS[:2]:
        source = nbformat.reads(pages.notebook_source(path, [], lite=True), as_version=4).cells[0].source
        assert source.count(f'<a href="lite/lab/index.html?path={path.name}">') == 1
        assert "lite/" not in nbformat.reads(pages.notebook_source(path, [], BOTH), as_version=4).cells[0].source


README = (films.ROOT / "README.md").read_text("utf-8")


def test_the_readme_leads_to_where_the_course_is_read_and_run_and_to_nowhere_if_that_is_not_configured():
    made = address.with_ways(README, BOTH)
    told = re.search(f"{address.BEGIN}(.*){address.END}", made, flags=re.DOTALL)[1]
    urls = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", told)
    assert [name for name, _ in urls] == [
        "Read it, and move it",
        "Run it in Binder",
        "Run it in Colab",
        "Run it in the browser",
    ]
    assert all(re.match(r"https://(owner\.github\.io/name/|mybinder\.org/|colab\.)", url) for _, url in urls)
    assert "https://" not in re.search(f"{address.BEGIN}(.*){address.END}", address.with_ways(made, {}), re.DOTALL)[1]
    with pytest.raises(ValueError, match="one place"):
        address.with_ways("# Course", BOTH)


def test_the_links_of_the_readme_are_those_of_pyproject():
    assert address.with_ways(README, address.urls()) == README, "run: python -m tools.site.address"


def test_the_line_that_puts_an_explorer_into_a_page_has_the_address_of_the_site(monkeypatch):
    monkeypatch.setattr(pages, "NOTEBOOKS", pages.NOTEBOOKS[:1])
    one = in_notebooks()["taps_explorer"]
    without, there = (pages.sources([one], *urls)["explorers.md"] for urls in ((), (BOTH,)))
    assert 'src="explorers/taps_explorer.html"' in pages.frame_line(one)
    assert 'src="https://owner.github.io/name/explorers/taps_explorer.html"' in there
    assert "with the address of this site" in without
    assert "with the address of this site" not in there


def test_the_wheels_for_the_browsers_kernel_are_those_of_the_lock():
    lock = (films.ROOT / "requirements.lock").read_text("utf-8")
    entries = lite.locked(lite.WHEELS, lock)
    assert re.findall(r"^([\w-]+)==", entries, flags=re.MULTILINE) == list(lite.WHEELS)
    assert entries.count("--hash=sha256:") >= len(lite.WHEELS)
    assert set(entries.strip().splitlines()) <= set(lock.splitlines())
    with pytest.raises(ValueError, match="does not pin nothing"):
        lite.locked(["nothing"], lock)


def test_jupyterlite_is_made_by_the_environment_that_is_named_from_wherever_it_is_asked_for(monkeypatch, tmp_path):
    ran = []
    monkeypatch.setattr(lite, "fill", lambda folder, paths: None)
    monkeypatch.setattr(lite.subprocess, "run", lambda command, **more: ran.append(command))
    lite.build(".venv-lite/bin/python", tmp_path, tmp_path / "site", [])
    assert [command[0] for command in ran] == [Path.cwd() / ".venv-lite" / "bin" / "jupyter"]


def test_a_copy_for_colab_installs_the_course_before_all_else_and_only_where_it_is_missing(monkeypatch):
    notebook = nbformat.read(pages.NOTEBOOKS[1], as_version=4)
    copied = address.copy(notebook, f"git+{BOTH['Repository']}")
    nbformat.validate(copied)
    first = next(cell for cell in copied.cells if cell.cell_type == "code")
    assert [cell for cell in copied.cells if cell is not first] == notebook.cells
    script, asked = re.sub(r"%pip (.*)", r"asked.append('\1')", first.source), []
    exec(script, {"asked": asked})
    assert asked == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    exec(script, {"asked": asked})
    assert asked == ["install --quiet git+https://github.com/owner/name"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('<a href="there.html#one">x</a> <a href="there.html#w=1">x</a> <img src="a%20b.png"> <h1 id="two"></h1>', 0),
        ('<a href="#two">x</a> <h1 id="two"></h1> <a href="https://example.org">x</a>', 0),
        ('<a href="nowhere.html">x</a>', 1),
        ('<a href="there.html#three">x</a>', 1),
        ('<a href="#two">x</a>', 1),
        ('<script src="https://example.org/x.js"></script>', 1),
        ('<link rel="stylesheet" href="//example.org/x.css">', 1),
        ('<img src="none.png">', 1),
    ],
)
def test_a_dead_link_and_a_file_of_another_host_are_seen(tmp_path, text, wrong):
    (tmp_path / "there.html").write_text('<h1 id="one"></h1>', encoding="utf-8")
    (tmp_path / "a b.png").write_bytes(b"")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert len(links.faults(tmp_path)) == wrong


def test_a_style_that_loads_from_another_host_is_seen(tmp_path):
    (tmp_path / "x.css").write_text("a { background: url('https://example.org/x.png') }", encoding="utf-8")
    assert len(links.faults(tmp_path)) == 1


# In a browser, from the folder


class Watched(Page):
    """A page that notes what it asks for."""

    def __enter__(self):
        super().__enter__()
        self.asked = []
        self.send("Network.enable")
        return self

    def _hear(self, message):
        super()._hear(message)
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])

    def go(self, address):
        """Open a page and wait until its explorer moves."""
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        self.wait_for("window.carousel && carousel.explorers[0] && carousel.explorers[0].shown()", "the explorer")
        painted = "(one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean)"
        self.wait_for(f"({painted})(document.querySelector('canvas'))", "what it paints")

    def shown(self):
        """Return the settings that are shown."""
        return self.evaluate("carousel.explorers[0].shown().settings")

    def note(self):
        """Return what the page says beside the sentence."""
        return self.evaluate("document.querySelector('.note').textContent")


K = 1  # as it opens


def few(patch):
    """Let fewer stops be recorded than the site has."""
    for name, most in {"FIRST": (30, 3, 3), "OTHER": (12, 2, 0), "PAIR": (5, 5)}.items():
        patch.setattr(films, name, most)
    patch.setitem(films.SMALL, "survey_explorer", (("length",), 3))
    patch.setitem(films.SENT_TO, "survey_explorer", [{"task": "latch"}])
    patch.setattr(films, "_strips_of", cache(films._strips_of.__wrapped__))  # what is kept has all stops


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the pages of two explorers, films and all."""
    made = tmp_path_factory.mktemp("site")
    shown = [in_notebooks()[name] for name in FILMED]
    with pytest.MonkeyPatch.context() as patch:
        few(patch)
        site.standalone(shown, made)
        site.films(shown, made, tmp_path_factory.mktemp("films"), workers=1)
    return made


@pytest.fixture(scope="module")
def browser():
    with Watched(900, 1000) as page:
        yield page


@pytest.fixture
def page(browser, folder):
    """Give a function that opens an explorer's page; nothing may be complained of, and nothing come from elsewhere."""
    browser.complaints.clear()
    browser.asked.clear()
    yield lambda name, hash="": browser.go(f"{(folder / 'explorers' / name).as_uri()}.html{hash}") or browser
    assert browser.complaints == []
    assert {address.partition(":")[0] for address in browser.asked} <= {"file", "about"}


@in_the_browser
@pytest.mark.browser
@pytest.mark.parametrize("name", FILMED)
def test_a_film_gives_operation_for_operation_what_the_kernel_gives(name, page, thorough):
    call = in_notebooks()[name].call
    explorer, opened = call.explorer(), page(name)
    explorer._player.lives = True
    rng = np.random.default_rng()  # any settings will do
    with pytest.MonkeyPatch.context() as patch:
        few(patch)
        frames = [frame for strip in films.strips(explorer, call.name) for frame in strip.settings()]
    for settings in rng.permutation(frames)[: 12 if thorough else 6]:
        wanted = {key: pages.in_page(explorer.specs[key], value) for key, value in settings.items()}
        got = opened.evaluate(
            f"""(async () => {{
                const one = carousel.explorers[0];
                const text = ({{ buffer }}) =>
                    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
                await one.show({json.dumps(wanted)});
                const {{ still, moving, ...told }} = one.held;
                return {{ still: text(still), moving: text(moving), told, settings: one.shown().settings }};
            }})()"""
        )
        moving, (still, facts), told = films.frame(explorer, settings)
        assert got["settings"] == wanted
        assert base64.b64decode(got["moving"]) == moving, settings
        assert base64.b64decode(got["still"]) == still, settings
        assert got["told"].pop("facts") == json.loads(facts)
        assert got["told"] == json.loads(json.dumps({key: value for key, value in told.items() if key != "off"}))


@in_the_browser
@pytest.mark.browser
def test_controls_move_the_picture_the_sentence_and_one_another(page):
    opened = page("taps_explorer")
    picture = "document.querySelector('canvas').toDataURL()"
    first, told = opened.evaluate(picture), opened.evaluate("document.querySelector('.sentence').textContent")
    assert told == in_notebooks()["taps_explorer"].sentence
    opened.evaluate("document.querySelector('input[type=range]').focus()")
    opened.key("ArrowRight", 39)
    opened.wait_for(f"{picture} !== {json.dumps(first)}", "another picture")
    assert opened.shown()["K"] == K + 1
    assert opened.evaluate("document.querySelector('input[type=text]').value") == str(K + 1)
    said = "document.querySelector('.sentence').textContent"  # it follows within a tenth of a second
    opened.wait_for(f"{said} !== {json.dumps(told)}", "another sentence")
    opened.evaluate("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Reset').click()")
    opened.wait_for(f"{picture} === {json.dumps(first)}", "the first picture")
    opened.wait_for(f"{said} === {json.dumps(told)}", "the first sentence")
    assert opened.shown()["K"] == K


@in_the_browser
@pytest.mark.browser
def test_a_slider_stays_where_it_was_put_when_another_is_moved_if_both_are_recorded_together(page):
    opened = page("candidates_explorer")
    for name, keys in {"n": ["Home"], "n_steps": ["ArrowRight", "ArrowRight"]}.items():
        label = in_notebooks()["candidates_explorer"].call.explorer().specs[name].label
        opened.evaluate(f"document.querySelector('input[type=range][aria-label={json.dumps(label)}]').focus()")
        for key in keys:
            before = opened.shown()[name]
            opened.key(key, {"Home": 36, "ArrowRight": 39}[key])
            opened.wait_for(f"carousel.explorers[0].shown().settings.{name} !== {before}", "the slider to move")
    assert (opened.shown()["n"], opened.shown()["n_steps"]) == (1, 3)
    assert opened.note() == ""


@in_the_browser
@pytest.mark.browser
def test_a_slider_that_goes_to_the_nearest_stop_for_a_choice_is_not_said_to_be_recorded_there_only(page):
    opened = page("regime_explorer")
    opened.evaluate("document.querySelector('input[type=range]').focus()")
    before = opened.shown()
    opened.key("ArrowLeft", 37)
    opened.wait_for(f"carousel.explorers[0].shown().settings.w !== {before['w']}", "w to move")
    opened.evaluate(
        "(one => { one.selectedIndex = 1; one.dispatchEvent(new Event('change')); })(document.querySelector('select'))"
    )
    opened.wait_for(f"carousel.explorers[0].shown().settings.activation !== '{before['activation']}'", "the choice")
    opened.wait_for("document.querySelector('.note').textContent", "the note")
    assert opened.note().startswith(f"The nearest that was recorded is weight w = {opened.shown()['w']:g}.")


@in_the_browser
@pytest.mark.browser
def test_that_another_control_went_back_is_said_for_as_long_as_the_one_is_moved(page):
    opened = page("regime_explorer")
    sliders = "document.querySelectorAll('input[type=range]')"

    def step(which, name):
        opened.evaluate(f"{sliders}[{which}].focus()")
        before = opened.shown()[name]
        opened.key("ArrowLeft", 37)
        opened.wait_for(f"carousel.explorers[0].shown().settings.{name} !== {before}", f"{name} to move")

    first = opened.shown()["w"]
    step(0, "w")
    assert opened.note() == ""
    for _ in range(3):
        step(2, "h0")
        assert opened.shown()["w"] == first
        assert f"was recorded with weight w = {first:g} only" in opened.note()
    step(0, "w")
    assert "middle of the two starts" in opened.note()
    assert "with weight w" not in opened.note()
    opened.evaluate("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Reset').click()")
    opened.wait_for("!document.querySelector('.note').textContent", "the note to go")


@in_the_browser
@pytest.mark.browser
def test_from_a_picture_to_which_a_text_alone_leads_a_slider_leads_on(page):
    opened = page("survey_explorer")
    opened.evaluate(
        "(one => { one.selectedIndex = [...one.options].findIndex(({text}) => text === 'one bit');"
        "one.dispatchEvent(new Event('change')); })(document.querySelector('select'))"
    )
    opened.wait_for("carousel.explorers[0].shown().settings.task === 'latch'", "the task")
    before = opened.shown()["row"]
    opened.evaluate("document.querySelector('input[type=range]').focus()")
    opened.key("ArrowRight", 39)
    opened.wait_for(f"carousel.explorers[0].shown().settings.row > {before}", "the row to move")
    assert opened.shown()["task"] != "latch"


@in_the_browser
@pytest.mark.browser
def test_on_a_telephone_a_wide_formula_is_moved_and_not_the_page(browser, tmp_path):
    wide, narrow = (f"<math{{}}><mi>{letters}</mi></math>" for letters in ("x" * 99, "x"))
    body = "".join(f'<div class="math">{one.format(" display=block")}</div>' for one in (wide, narrow))
    style = (Path(site.__file__).parent / "site.css").read_text("utf-8")
    path = tmp_path / "page.html"
    path.write_text(f"<style>{style}</style><div class=bd-article>{body}<p>{wide.format('')}</p></div>", "utf-8")
    browser.send("Page.navigate", url=path.as_uri())
    screen = {"height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", width=390, **screen)
    browser.wait_for("document.querySelectorAll('math').length === 3", "the page")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = browser.evaluate(
        "[...document.querySelectorAll('.math, p')].map(one => [one.scrollWidth, one.clientWidth])"
    )
    assert [whole > seen for whole, seen in boxes] == [True, False, True]
    lefts = browser.evaluate("[...document.querySelectorAll('math')].map(one => one.getBoundingClientRect().left)")
    assert min(lefts) >= 0  # what lies left of its box nobody can reach
    middle = "(box => box.left + box.width / 2)(document.querySelectorAll('math')[1].getBoundingClientRect())"
    assert browser.evaluate(middle) == pytest.approx(195, abs=12)
    browser.send("Emulation.setDeviceMetricsOverride", width=900, **screen)


def with_handle(page, name):
    """Open the page of an explorer, and return it and where its handle lies."""
    opened = page(name)
    opened.wait_for("!!document.querySelector('.handle')", "the handle")
    return opened, *opened.middle("document.querySelector('.handle')")


@in_the_browser
@pytest.mark.browser
def test_a_mark_is_dragged_by_mouse_and_by_keys(page):
    opened, x, y = with_handle(page, "regime_explorer")
    before = opened.shown()
    opened.drag((x, y), (x + 40, y - 80), seconds=0.3)
    opened.wait_for(f"carousel.explorers[0].shown().settings.w > {before['w']}", "w to follow")
    after = opened.shown()
    assert after["b"] > before["b"]
    there = opened.middle("document.querySelector('.handle')")
    assert np.hypot(there[0] - x - 40, there[1] - y + 80) < 50  # at the nearest stop: there are 9 times 9 in this test
    opened.evaluate("document.querySelector('.handle').focus()")
    opened.key("ArrowLeft", 37)
    opened.wait_for(f"carousel.explorers[0].shown().settings.w < {after['w']}", "w to follow")


@in_the_browser
@pytest.mark.browser
def test_a_mark_that_chooses_is_dragged_from_option_to_option(page):
    opened, x, y = with_handle(page, "survey_explorer")
    assert opened.shown()["length"] == "20"
    opened.drag((x, y), (x - 130, y), seconds=0.3)
    opened.wait_for("carousel.explorers[0].shown().settings.length === '10'", "the length before")
    opened.evaluate("document.querySelector('.handle').focus()")
    opened.key("ArrowRight", 39)
    opened.wait_for("carousel.explorers[0].shown().settings.length === '20'", "the length again")
    x, y = opened.middle("document.querySelectorAll('.handle')[1]")
    opened.click(x + 300, y + 2 * 33)
    opened.wait_for("carousel.explorers[0].shown().settings.row === 3", "the row that was clicked")
    opened.evaluate("document.querySelectorAll('.handle')[1].focus()")
    opened.key("ArrowUp", 38)
    opened.wait_for("carousel.explorers[0].shown().settings.row === 2", "the row above")


def typed(opened, name, text):
    opened.evaluate(
        f"(field => {{ field.value = {json.dumps(text)}; field.dispatchEvent(new Event('change')) }})"
        f"(document.querySelector('[id$=-{name}]'))"
    )


@in_the_browser
@pytest.mark.browser
def test_what_is_typed_is_taken_or_said(page):
    opened = page("taps_explorer")
    typed(opened, "weight", "0,75")
    opened.wait_for("carousel.explorers[0].shown().settings.weight === 0.75", "the number with a comma")
    assert opened.note() == ""
    typed(opened, "K", "99")
    assert opened.note() == f"K = 99: wanted a whole number from 1 to 30. It stays at {K}."
    typed(opened, "K", "7")
    opened.wait_for("carousel.explorers[0].shown().settings.K === 7", "K")
    # Two sliders at once were not recorded: that is said, with the way to what can, and nothing is out of step.
    assert "weight" in opened.note()
    assert "The live notebook" in opened.note()
    assert opened.evaluate("document.querySelector('.note a').getAttribute('href')") == "../live.html"
    assert opened.shown()["weight"] == in_notebooks()["taps_explorer"].call.explorer().settings["weight"]


@in_the_browser
@pytest.mark.browser
def test_a_setting_is_a_link_and_a_wrong_one_is_said(page):
    opened = page("taps_explorer", "#K=9")
    assert opened.shown()["K"] == 9
    assert opened.note() == ""
    opened.evaluate("document.querySelector('input[type=range]').focus()")
    opened.key("ArrowRight", 39)
    opened.wait_for("location.hash === '#K=10'", "the address to follow")
    opened = page("taps_explorer", "#K=99&v=2")
    assert opened.shown()["K"] == K
    assert "K = 99: wanted a whole number from 1 to 30" in opened.note()
    assert "No control is called v: wanted one of K, weight." in opened.note()
    opened = page("regime_explorer", "#activation=nothing")
    assert "activation = nothing: wanted one of" in opened.note()


@in_the_browser
@pytest.mark.browser
def test_a_page_fits_a_telephone(page, browser):
    browser.send("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=2, mobile=True)
    try:
        opened = page("regime_explorer")
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390
        assert opened.evaluate("document.querySelector('canvas').getBoundingClientRect().width") <= 390
        # The first slider stays in sight while its panels are looked at, one below the other.
        opened.evaluate("document.querySelector('.sentence').scrollIntoView({block: 'end'})")
        top = opened.evaluate("document.querySelector('input[type=range]').getBoundingClientRect().top")
        assert opened.evaluate("scrollY") > 200
        assert 0 <= top < 100
    finally:
        browser.send("Emulation.setDeviceMetricsOverride", width=900, height=1000, deviceScaleFactor=1, mobile=False)


@in_the_browser
@pytest.mark.browser
def test_what_is_chosen_or_typed_is_answered_with_a_sign_and_what_is_no_number_is_refused(browser, folder):
    asked = '<div class="question" data-question="{}"><ul><li></li></ul></div>'
    page = pages.answerable(asked.format("01.1")) + pages.answerable(asked.format("02.3"))
    (folder / "asked.html").write_text(f'<meta charset="utf-8">{page}<script src="site.js"></script>', encoding="utf-8")
    browser.send("Page.navigate", url=(folder / "asked.html").as_uri())
    browser.wait_for("document.querySelector('.question button')?.onclick && document.readyState === 'complete'", "it")
    for typed, said in (("0,905", "✓ Right"), ("90.5 %", "✓ Right"), ("1.1", "✗ Above 1"), ("one", "✗ Answer with")):
        browser.evaluate("document.querySelector('input').select()")
        browser.type(typed)
        assert browser.evaluate("document.querySelector('[role=status]').textContent").startswith(said)
    for choice, verdict in ((1, "✓ Right. g is replaced"), (2, "✗ Not yet. Is the gradient")):
        browser.evaluate(f"document.querySelectorAll('button')[{choice}].click()")
        assert browser.evaluate("document.querySelectorAll('[role=status]')[1].textContent").startswith(verdict)


def test_nothing_of_the_site_needs_what_only_its_pages_need():
    """Films and single explorers are made, and tested, without Sphinx."""
    for path in pages.HERE.glob("*.py"):
        if path.name != "conf.py":
            tree = ast.parse(path.read_text("utf-8"))
            names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
            names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            assert not {name for name in names if name.startswith(("sphinx", "myst", "latex2mathml", "docutils"))}
