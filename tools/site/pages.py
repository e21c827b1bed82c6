"""The pages of the site: what Sphinx makes of the notebooks, and each explorer alone.

A notebook's page is the notebook as it is stored, with each explorer in place of its still: an element that names the
explorer's facts, which holds the still and the sentence until site.js plays the film.
"""

import base64
import hashlib
import html
import json
import math
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers.exercises import EXERCISES, check
from helpers.exercises.answers import ROUNDING, Exercise, last_place
from helpers.explorers import live
from helpers.explorers.controls import Choice, Slider
from helpers.explorers.questions import place_of
from helpers.explorers.sketch import CURVES, SCRIPT, data_of
from helpers.figures import style
from helpers.figures.recorder import Recorder
from helpers.figures.shown import reading
from tools.explorers import makers
from tools.site import address
from tools.site.films import ROOT, Call, Strip, all_strips, strip_name

HERE = Path(__file__).parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIVE = "live.html"  # the page that says how to run the notebooks
_ASKED = re.compile(r'^(?:with )?question\("([\d.]+)"\)', flags=re.MULTILINE)
_CALL = re.compile(rf"^(({'|'.join(makers())})\(.*?\))(?:\.settles\(\"([\d.]+)\"\))?$", flags=re.MULTILINE)


class Shown(NamedTuple):
    """An explorer of a notebook: the name of its facts, the line that makes it, where it stands, and its still."""

    name: str
    call: Call
    notebook: Path
    cell: str
    png: bytes
    sentence: str
    settles: str | None = None  # the name of a question

    @property
    def element(self) -> str:
        """The HTML of its place in a page beside which lies the folder of stills."""
        words = html.escape(self.sentence)
        return (
            f'<div class="explorer" id="{self.name}" data-explorer="{self.name}" data-live="{LIVE}">'
            f'<img class="still" loading="lazy" width="860" alt="{words}" src="stills/{self.still}">'
            f'<p class="sentence">{words}</p>'
            f'<noscript><p class="note">This is a still: it moves where scripts are allowed, and in the '
            f'<a href="{LIVE}">notebook</a>.</p></noscript></div>'
        )

    @property
    def still(self) -> str:
        """The name of the file of its still."""
        return f"{self.name}-{hashlib.sha256(self.png).hexdigest()[:8]}.png"


def explorers(paths=NOTEBOOKS) -> list[Shown]:
    """Return the explorers of the notebooks at ``paths``, in order."""
    found: list[Shown] = []
    for path in paths:
        for cell in nbformat.read(path, as_version=4).cells:
            call = cell.cell_type == "code" and _CALL.search(cell.source)
            if call:
                n = 1 + sum(one.call.name == call[2] for one in found)
                data = cell.outputs[0].data
                png = base64.b64decode(re.search(r"base64,([^\"]+)", data["text/html"])[1])
                name = call[2] if n == 1 else f"{call[2]}-{n}"
                found.append(Shown(name, Call(call[1]), path, cell.id, png, data["text/plain"], call[3]))
    return found


def facts(call: Call) -> tuple[dict, list[tuple[str, Strip]]]:
    """Return what site.js must know of an explorer, and its strips with the names of their files."""
    explorer = call.explorer()
    controls, opened = [], {}
    for spec in explorer.specs.values():
        one = {"name": spec.name, "label": spec.label}
        opened[spec.name] = in_page(spec, explorer.settings[spec.name])
        if isinstance(spec, Slider):
            one |= {"kind": "slider", "low": spec.low, "high": spec.high, "whole": spec.whole}
        elif isinstance(spec, Choice):
            one |= {"kind": "choice", "options": [[spec.label_of(value), str(value)] for value in spec.samples]}
        else:
            one |= {"kind": "typed", "most": spec.most}
        controls.append(one)
    named = [(strip_name(call, explorer, strip), strip) for strip in all_strips(call, explorer)]
    rows, written = [], []
    for file, strip in named:
        fixed = {name: in_page(explorer.specs[name], value) for name, value in strip.fixed.items()}
        moving = {}
        for name, values in strip.moving.items():
            if values not in rows:
                rows.append(values)
            moving[name] = rows.index(values)
        other = {name: value for name, value in fixed.items() if value != opened[name]}
        written.append({"fixed": other, "moving": moving, "file": file})
    size = {"width": explorer._scene.width, "height": explorer._scene.height}
    handles = [handle.controls for handle in explorer._scene.handles]
    return size | {"controls": controls, "opened": opened, "handles": handles, "stops": rows, "strips": written}, named


def guess(one: Shown) -> dict:
    """Return how site.js draws a guess at the question that an explorer settles; nothing where it settles none.

    ``lists`` holds, for the numbers at both ends of the axis on which guesses lie, the display list of each choice;
    where the answer is a number, that of 41 places along the axis and of one beyond each end.
    """
    asked = EXERCISES.get(one.settles)
    if not getattr(asked, "guess", {}):
        return {}
    explorer, lists = one.call.explorer().settles(one.settles), {}
    scene, mark = explorer._scene, explorer.guess
    recorder, opened = Recorder(scene.figure), explorer.settings
    chosen = [spec for spec in explorer.specs.values() if isinstance(spec, Choice)]
    for settings in [{}, *({spec.name: value} for spec in chosen for value in spec.samples)]:
        explorer.update(**opened | settings)
        low, high = map(float, mark.limits)
        made = lists.setdefault((low, high), {})
        places = getattr(asked, "says", ()) or [f"{low + k * (high - low) / 40:g}" for k in range(-1, 42)]
        for choice in set(places) - set(made):
            mark.place = place_of(one.settles, choice)
            with style.styled():
                mark.draw(recorder)
            made[choice] = base64.b64encode(recorder.taken()).decode()
        mark.place = None
    shown = next(k for k, shown in enumerate(scene.shown) if shown.artist.axes is mark.axes and reading(shown))
    ends = [[*ends, made] for ends, made in lists.items()]
    return {"guess": {"question": one.settles, "shown": shown, "way": mark.way, "lists": ends}}


def as_js(value) -> str:
    """Return ``value`` as JSON, which is JavaScript too."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def in_page(spec, value):
    """Return ``value`` of a control as the page keeps it: of a choice its name, of a slider a number."""
    return str(value) if isinstance(spec, Choice) else value


def title(name: str) -> str:
    """Return what an explorer shows, in words.

    >>> title("memory_explorer")
    'What one neuron remembers'
    >>> title("first_look")
    'The smallest explorer of the course: one weight, three starts'
    """
    words = makers()[name].__doc__.splitlines()[0].partition(";")[0].rstrip(".")
    words = re.sub(r"^Return (the explorer (of |that )?)?", "", words)
    return words[0].upper() + words[1:]


def script() -> str:
    """Return site.js with the player and the drawing of curves in it, as one classic script."""
    body, _, exported = live.Player._esm.rpartition("export default ")
    if not body or "export " in body or "import " in body.replace("important", ""):
        raise ValueError("player.js: wanted one `export default { ... };` at its end, and no import")
    player = f"(() => {{\n{body}return {exported.strip()}\n}})()"
    site = (HERE / "site.js").read_text("utf-8")
    return site.replace("const player = PLAYER;", f"const player = {player};\n{SCRIPT}")


# Sources for Sphinx


def project() -> dict:
    """Return what pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def notebook_source(path: Path, shown: list[Shown], found: dict | None = None, lite: bool = False) -> str:
    """Return the notebook at ``path`` for Sphinx: explorers in place of stills, buttons in place of choices.

    found : the addresses that are configured (`address.urls`), to which a line below the title leads.
    lite : whether the site has a JupyterLite, to which it leads, too.
    """
    notebook = nbformat.read(path, as_version=4)
    ways = address.ways(found or {}, path.name, lite)
    if ways:
        heading, _, rest = notebook.cells[0].source.partition("\n")
        notebook.cells[0].source = f"{heading}\n\n{ways}\n{rest}"
    places = {one.cell: one for one in shown if one.notebook == path}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            if "data-question" in page:
                output.data = {"text/html": answerable(page)}
            elif "data-sketch" in page:
                output.data = {"text/html": drawable(page)}
        if cell.id in places:
            cell.outputs = [nbformat.v4.new_output("display_data", data={"text/html": places[cell.id].element})]
    return nbformat.writes(notebook)


def answerable(page: str) -> str:
    """Return a question as it is stored, its choices as buttons that know what is said to each, a number as a field.

    >>> "Check</button>" in answerable('<div data-question="01.1"><ul><li>a number</li></ul></div>')
    True
    """
    name = re.search(r'data-question="([\d.]+)"', page)[1]
    if choices := getattr(EXERCISES[name], "says", ()):
        verdicts = {choice: check(name, choice) for choice in choices}
        answers = "".join(
            f'<button type="button" data-right="{verdict.right}" data-verdict="{html.escape(verdict.text)}">'
            f"{html.escape(choice)}</button>"
            for choice, verdict in verdicts.items()
        )
    else:
        answers = (
            '<input type="text" inputmode="decimal" autocomplete="off" aria-label="Your answer" placeholder="a number" '
            f'data-spans="{html.escape(as_js(spans(EXERCISES[name])))}"><button type="button">Check</button>'
        )
    answers = f'<p>{answers}</p><p class="note" role="status"></p>'
    return re.sub(r"<ul>.*?</ul>", lambda _: answers, page, count=1, flags=re.DOTALL)


def spans(exercise: Exercise) -> list[list]:
    """Return what the page says to which answers, [low, high, right, text]: the first span that holds one says it.

    More digits than are asked for need not be right there.
    """
    answer, digits = exercise.answer, exercise.digits
    half = last_place(answer, digits) / 2 if digits else exercise.tolerance * ROUNDING
    low, high = answer - half, answer + half
    found = [[low, high, True, f"Right. {exercise.explanation}"]]
    found += [[*span, False, text] for span, text in exercise.hints]
    fewer = [float(f"{answer:.{n}g}") for n in range(1, digits)]
    misses = [(100 * low, 100 * high), *((rounded, rounded) for rounded in fewer)]
    for off in (4 * half, 0.1 * abs(answer)):
        misses += [(answer - off, answer), (answer, answer + off)]
    found += [[*ends, False, exercise.missed(sum(ends) / 2)] for ends in misses]
    found += [[-math.inf, math.inf, False, exercise.otherwise]]
    far = 1e300  # JSON knows no infinity
    return [[max(low, -far), min(high, far), right, text] for low, high, right, text in found]


def drawable(page: str) -> str:
    """Return a curve to be drawn as it is stored, with what sketch.js needs."""
    name = re.search(r'data-sketch="(\w+)"', page)[1]
    data = html.escape(as_js(data_of(CURVES[name])[0]))
    return page.replace(f'data-sketch="{name}"', f'data-sketch="{data}"')


def map_table() -> str:
    """Return the table of the notebooks as the README has it, with links that hold here."""
    text = (ROOT / "README.md").read_text("utf-8")
    table = re.search(r"^\| \|.*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)[0]
    return table.replace("(notebooks/", "(")


def sources(shown: list[Shown], where: dict | None = None, lite: bool = False) -> dict[str, str]:
    """Return, by name, the files of which Sphinx makes the site; the rest is as for `notebook_source`."""
    where = where or {}
    found = {path.name: notebook_source(path, shown, where, lite) for path in NOTEBOOKS}
    names = [path.stem for path in NOTEBOOKS]
    first = shown[0].element
    ways = address.ways(where, NOTEBOOKS[0].name, lite)
    texts = {"ways": f"With nothing to install: {ways}.\n\n" if ways else ""}
    texts |= {"paste": "" if "Site" in where else ", with the address of this site before `explorers/`"}
    texts |= {"map": map_table(), "first": first, "toc": "\n".join(names), "description": project()["description"]}
    for page in ("index", "live", "explorers"):
        found[f"{page}.md"] = (HERE / f"{page}.md").read_text("utf-8")
    found["teaching.md"] = (ROOT / "docs" / "teaching.md").read_text("utf-8")
    rows, site = [], where.get("Site", "")
    for one in shown:
        if one.name == one.call.name:
            rows.append(
                f'## {title(one.name)}\n\n<a href="explorers/{one.name}.html">Open it alone</a> · in notebook '
                f"[{one.notebook.stem[:2]}]({one.notebook.name}), where it is explained\n\n"
                f"```html\n{frame_line(one, site)}\n```\n"
            )
    texts["explorers"] = "\n".join(rows)
    for name, text in texts.items():
        for page in ("index", "live", "explorers"):
            found[f"{page}.md"] = found[f"{page}.md"].replace(f"%{name}%", text)
    return found


def frame_line(one: Shown, site: str = "") -> str:
    """Return the line that puts an explorer of the ``site`` at this address into another page."""
    # Of the still, which is twice as fine, and of what stands around.
    height = int.from_bytes(one.png[20:24]) // 2 + 260
    return (
        f'<iframe src="{site and f"{site}/"}explorers/{one.name}.html" title="{html.escape(title(one.name))}" '
        f'width="100%" height="{height}" loading="lazy"></iframe>'
    )


def alone(one: Shown) -> str:
    """Return the page that holds the explorer ``one`` and nothing else."""
    words = html.escape(title(one.name))
    place = one.element.replace('class="explorer"', 'class="explorer" data-alone').replace(LIVE, f"../{LIVE}")
    place = place.replace("stills/", "../stills/").replace(' loading="lazy"', "")
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words}</title>
<link rel="stylesheet" href="../site.css">
<script defer src="../site.js"></script>
<body class="alone">
<h1>{words}</h1>
{place}
<footer>From <a href="../{one.notebook.stem}.html#{one.name}">notebook {one.notebook.stem[:2]}</a> of
<a href="../index.html">Gradient carousel</a>. Figure: CC BY 4.0; code: BSD-3-Clause.</footer>
</body>
</html>
"""
