"""How soon does a picture follow its slider?

    python -m tools.bench [--quick | --kernel | --models]

In a real JupyterLab and a real Chromium, the memory explorer is dragged and stepped, in turns: as the drawing that it
is, as the picture that it is where no drawing can be shown, and as `ipywidgets.interact` that redraws the same figure.
What is seen carries the weight that it shows as a row of black and white cells, so that it is matched
to the input that asked for it. Times run from the event of the input to the first frame in which what it asked for, or
something later, can be painted; not to the light.

Then, without a browser: what a step of every explorer takes, where its time goes, how it grows, what other
encodings would take; and what an update of each model that is trained takes beside the LSTM's.
Prints tables and writes rows (what, ours, theirs, ratio, unit) to build/bench.json. Numbers are of the machine on which
it runs; compare only the columns of one run.
"""

import argparse
import base64
import io
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import nbformat
import numpy as np
from ipywidgets import FloatSlider, Layout, interact
from matplotlib.image import imread, imsave

from helpers.explorers import scalar
from helpers.explorers.controls import Slider
from helpers.explorers.live import Explorer
from helpers.figures import scalar as figures
from helpers.figures import stills, style
from helpers.figures.scene import Scene
from helpers.maths.many_nets import MODELS
from tools.bench_torch import our_update
from tools.chromium import ROOT, Lab, Page, find_chromium, wait_until
from tools.explorers import makers
from tools.regenerate import METADATA, small

LOW, HIGH, STEP = -8.0, 8.0, 0.01
N_CELLS, CELL = 12, 6  # cells of the mark, and the CSS pixels of one
LOG = "BENCH_LOG"  # the environment variable that names the file in which a kernel notes the seconds of its steps


# The figure that both sides draw


def cells_of(w: float) -> np.ndarray:
    """Return the mark of ``w``: a cell that is always black (1), then 11 binary digits of its step."""
    step = round((w - LOW) / STEP)
    return np.array([1, *(step >> digit & 1 for digit in reversed(range(N_CELLS - 1)))])


def weight_of(cells) -> float:
    """Return the weight that a mark stands for."""
    return round(LOW + STEP * int("".join(str(int(cell)) for cell in cells[1:]), 2), 10)


class Marked(figures.Memory):
    """The memory explorer's figure with the mark of its weight in the lower left corner."""

    def build(self):
        super().build()
        corner = self.figure.add_axes([0, 0, N_CELLS * CELL / self.width, CELL / self.height])
        corner.axis("off")
        look = {"cmap": "gray_r", "vmin": 0, "vmax": 1, "aspect": "auto", "interpolation": "none"}
        self.mark = corner.imshow(np.zeros((1, N_CELLS)), **look)
        self.moves(self.mark)

    def move(self, state):
        super().move(state)
        self.mark.set_data(cells_of(state.w)[None])


def noted(function):
    """Return ``function`` with each call's seconds, by the clock and of the processor, added to the log."""

    def wrapper(*arguments, **options):
        began, worked = time.perf_counter(), time.thread_time()
        answer = function(*arguments, **options)
        with open(os.environ[LOG], "a", encoding="utf-8") as log:
            log.write(f"{time.perf_counter() - began} {time.thread_time() - worked}\n")
        return answer

    return wrapper


def state_at(w: float):
    """Return what the memory explorer shows at a weight, all else as it is at first."""
    explorer = scalar.memory_explorer()
    return explorer._run(explorer.settings | {"w": w}, None)


def drawing() -> Explorer:
    """Return the memory explorer with its mark, as the engine shows it."""
    plain = scalar.memory_explorer()
    explorer = Explorer(list(plain.specs.values()), scalar.memory_state, Marked(), scalar.describe_memory)
    explorer._step = noted(explorer._step)
    return explorer


def picture() -> Explorer:
    """Return the same as it is where no drawing can be shown."""
    explorer = drawing()
    explorer._player.close()
    return explorer


def theirs(show):
    """Show the same figure by ``interact``, as most courses do: a new figure for each value, shown by ``show``."""

    def redraw(w):
        state, scene = state_at(w), Marked()
        with style.styled():
            scene.stage(state)
            for shown in scene.shown:
                shown.set(state)
            scene.move(state)
            for artist in scene._moving:
                artist.set_animated(False)
            picture = io.BytesIO()
            scene.figure.savefig(picture, format="png")
        show(picture.getvalue(), scene.width)

    slider = FloatSlider(value=0.9, min=LOW, max=HIGH, step=STEP, layout=Layout(width="860px"))
    interact(noted(redraw), w=slider)


# In the browser

WATCH = f"""(() => {{
const origin = document.querySelector('.noUi-handle').parentElement;
const canvas = document.createElement('canvas'); canvas.width = {N_CELLS}; canvas.height = 1;
const context = canvas.getContext('2d', {{willReadFrequently: true}});
const blobs = new Map(), create = URL.createObjectURL;
URL.createObjectURL = blob => {{ const url = create.call(URL, blob); blobs.set(url, blob); return url }};
window.bench = {{inputs: [], frames: [], ups: []}};
let stamp = null;
for (const kind of ['pointermove', 'keydown'])
    document.addEventListener(kind, event => {{ stamp = event.timeStamp; setTimeout(() => stamp = null) }}, true);
document.addEventListener('pointerup', event => bench.ups.push(event.timeStamp), true);
new MutationObserver(() => {{
    if (stamp === null) return;  // the kernel moved the handle
    const share = (parseFloat(/translate\\((-?[\\d.]+)%/.exec(origin.style.transform)[1]) + 1000) / 1000;
    bench.inputs.push([stamp, {LOW} + share * {HIGH - LOW}]);
}}).observe(origin, {{attributes: true, attributeFilter: ['style']}});
document.addEventListener('load', event => {{
    const image = event.target;
    if (image.tagName !== 'IMG' || image.naturalWidth < 500) return;
    const kept = blobs.get(image.src) || image.src;
    requestAnimationFrame(() => bench.frames.push([performance.now(), kept]));
}}, true);
const strip = document.createElement('canvas'); strip.width = {N_CELLS}; strip.height = 2000;
const kept = strip.getContext('2d', {{willReadFrequently: true}});
let row = 0;
const painted = document.querySelector('canvas[role=img]');
if (painted) new MutationObserver(() => {{  // the player names what it has painted, in the frame in which it paints it
    const cell = {CELL} * painted.width / {figures.Memory.width};
    kept.drawImage(painted, 0, painted.height - cell, {N_CELLS} * cell, cell, 0, row, {N_CELLS}, 1);
    bench.frames.push([performance.now(), row++]);
}}).observe(painted, {{attributes: true, attributeFilter: ['aria-label']}});
window.taken = async () => {{  // marks are read when all is over: reading them takes the page's time
    const seen = bench;
    bench = {{inputs: [], frames: [], ups: []}};
    for (const frame of seen.frames) {{
        if (typeof frame[1] === 'number') {{
            const pixels = kept.getImageData(0, frame[1], {N_CELLS}, 1).data;
            frame[1] = Array.from({{length: {N_CELLS}}}, (_, k) => pixels[4 * k] < 128 ? 1 : 0);
            continue;
        }}
        const blob = frame[1] instanceof Blob ? frame[1] : await (await fetch(frame[1])).blob();
        const image = await createImageBitmap(blob), cell = {CELL} * image.width / {figures.Memory.width};
        context.drawImage(image, 0, image.height - cell, {N_CELLS} * cell, cell, 0, 0, {N_CELLS}, 1);
        const pixels = context.getImageData(0, 0, {N_CELLS}, 1).data;
        frame[1] = Array.from({{length: {N_CELLS}}}, (_, k) => pixels[4 * k] < 128 ? 1 : 0);
    }}
    blobs.clear();
    row = 0;
    return seen}};
return true}})()"""


@dataclass
class Run:
    """What one variant did in one round: seconds, and pictures a second."""

    pictures: float
    latencies: list[float]
    keys: list[float]
    after_release: float
    steps: list[float]
    work: list[float]
    cores: dict[str, float]


def latencies(inputs: list[tuple[float, float]], frames: list[tuple[float, float]]) -> list[float]:
    """Return, for each input (time, value), how long until the first frame (time, value) that shows it or a later one.

    An input that no frame follows is left out; there is none where the last value is shown.
    """
    shown = []  # (time of the frame, index of the input that it shows)
    for at, value in frames:
        asked = [
            number for number, (when, wanted) in enumerate(inputs) if when <= at and abs(wanted - value) < STEP / 2
        ]
        if asked:
            shown.append((at, asked[-1]))
    waits = []
    for number, (when, _) in enumerate(inputs):
        at = next((at for at, latest in shown if latest >= number), None)
        if at is not None:
            waits.append(at - when)
    return waits


def watched(page: Page) -> tuple[list, list, list]:
    """Return inputs, frames and releases since the last call, in milliseconds, and forget them."""
    seen = page.evaluate("taken()")
    frames = [(at, weight_of(cells)) for at, cells in seen["frames"] if cells[0] == 1]
    return [(at, round(value, 2)) for at, value in seen["inputs"]], frames, seen["ups"]


CELLS = {
    "drawing": "from tools import bench\n\nbench.drawing()",
    "picture": "from tools import bench\n\nbench.picture()",
    "interact": "from IPython.display import Image, display\n\nfrom tools import bench\n\n"
    "bench.theirs(lambda png, width: display(Image(png, width=width)))",
}


def write_notebook(folder: Path, side: str) -> str:
    """Write a notebook of one cell that shows ``side`` (one of CELLS), and return its name."""
    cell = nbformat.v4.new_code_cell(CELLS[side])
    name = f"{side}_{time.monotonic_ns()}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=METADATA), folder / name)
    return name


def measure(lab: Lab, side: str, seconds: float, n_keys: int, pixel_ratio: float = 1.0) -> Run:
    """Drag and step one side in a page of its own."""
    log = Path(os.environ[LOG])
    with Page(1366, 1000, pixel_ratio) as page:
        page.open_notebook(lab, write_notebook(lab.folder, side))
        page.run_all()
        page.wait_for("!!document.querySelector('.noUi-handle')", "the slider")
        seen = "[...document.images].some(one => one.naturalWidth > 500)"
        page.wait_for(
            "!!document.querySelector('canvas[role=img]')" if side == "drawing" else seen, "what is to be seen"
        )
        page.evaluate("document.querySelector('.noUi-handle').closest('.jp-Cell').scrollIntoView({block: 'start'})")
        time.sleep(1)
        page.evaluate(WATCH)
        left, width = page.evaluate(
            "(b => [b.left, b.width])(document.querySelector('.noUi-base').getBoundingClientRect())"
        )
        x, y = page.middle("document.querySelector('.noUi-handle')")
        page.drag((x, y), (left + 0.1 * width, y), 1.0)  # to warm up
        time.sleep(1.5)
        watched(page)
        log.write_text("", "utf-8")
        before = cpu_seconds()
        page.drag((left + 0.1 * width, y), (left + 0.9 * width, y), seconds)
        cores = {name: (spent - before[name]) / seconds for name, spent in cpu_seconds().items()}
        time.sleep(1)
        inputs, frames, ups = watched(page)

        def shown_last():
            frames.extend(watched(page)[1])
            return next((at for at, value in frames if abs(value - inputs[-1][1]) < STEP / 2), None)

        final = wait_until(shown_last, 30, f"{side} to show where the drag ended", pause=1)
        steps = np.array(log.read_text("utf-8").split(), float).reshape(-1, 2) * 1000
        last_input = inputs[-1][0]
        dragged = [at for at, _ in frames if at <= last_input]
        waits = latencies(inputs, frames)
        keys = []
        page.evaluate("document.querySelector('.noUi-handle').focus()")
        for _ in range(n_keys):
            page.key("ArrowLeft", 37)
            seen: tuple[list, list] = ([], [])

            def answered(seen=seen):
                for all_seen, new in zip(seen, watched(page), strict=False):
                    all_seen.extend(new)
                return latencies(*seen)

            keys += wait_until(answered, 10, f"{side} to answer a key", pause=0.6)
    return Run(
        pictures=1000 * len(dragged) / (last_input - inputs[0][0]),
        latencies=waits,
        keys=keys,
        after_release=final - ups[-1],
        steps=list(steps[:, 0]),
        work=list(steps[:, 1]),
        cores=cores,
    )


def cpu_seconds() -> dict[str, float]:
    """Return the processor seconds so far of browser, server and kernels; nothing where there is no /proc."""
    spent = {}
    tick = os.sysconf("SC_CLK_TCK")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            command = (stat.parent / "cmdline").read_text("utf-8").replace("\0", " ")
            times = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        name = next((name for name, word in PROCESSES.items() if word in command), None)
        if name:
            spent[name] = spent.get(name, 0.0) + (int(times[11]) + int(times[12])) / tick
    return {name: spent.get(name, 0.0) for name in PROCESSES} if spent else {}


PROCESSES = {"browser": "chromium", "server": "jupyterlab", "kernel": "ipykernel_launcher"}


def merged(runs: list[Run]) -> dict[str, float]:
    """Return the figures of several rounds as one."""
    waits = [wait for run in runs for wait in run.latencies]
    keys = [wait for run in runs for wait in run.keys]
    return {
        "pictures a second while dragging": median(run.pictures for run in runs),
        "input to picture, median": median(waits),
        "input to picture, 95th percentile": float(np.percentile(waits, 95)),
        "arrow key to picture, median": median(keys),
        "arrow key to picture, 95th percentile": float(np.percentile(keys, 95)),
        "letting go to final picture": median(run.after_release for run in runs),
        "kernel time a step, by the clock": median(step for run in runs for step in run.steps),
        "kernel time a step, of the processor": median(step for run in runs for step in run.work),
    }


# Without a browser


def milliseconds(function, n_calls: int = 40) -> float:
    """Return the median time of a call."""
    spent = []
    for _ in range(n_calls):
        began = time.perf_counter()
        function()
        spent.append(time.perf_counter() - began)
    return 1000 * median(spent)


def parts_of_a_step() -> dict[str, float]:
    """Return where the milliseconds of a step of the memory explorer go, over a sweep of w; medians."""
    explorer = scalar.memory_explorer()
    explorer._on_a_page = True  # where its picture is painted at each step
    spent: dict[str, list[float]] = {"a whole step": [], "compute": [], "draw": [], "encode": [], "say": []}
    for w in np.linspace(-3, 3, 301).round(2):
        began = time.perf_counter()
        explorer.update(w=w)
        marks = [time.perf_counter()]
        state = explorer._run(explorer.settings, None)
        marks.append(time.perf_counter())
        picture = explorer._scene.draw(state)
        marks.append(time.perf_counter())
        stills.png(picture)
        marks.append(time.perf_counter())
        explorer._describe(state)
        marks.append(time.perf_counter())
        for name, seconds in zip(spent, [marks[0] - began, *np.diff(marks)], strict=True):
            spent[name].append(1000 * seconds)
    return {name: median(times) for name, times in spent.items()}


def steps_of_explorers(n_steps: int = 41) -> list[tuple[str, float, float, float, float, bool]]:
    """Return (explorer, milliseconds of a step as a drawing and as a picture, kB of each, whether it computes long).

    The times are the processor's. The first slider goes through its range, or where there is none the first control
    through its samples; the others stay at their defaults. Medians.
    """
    rows = []
    for name, make in makers().items():
        explorer = make()
        explorer._on_a_page, player = True, explorer._player
        first = min(explorer.specs.values(), key=lambda spec: not isinstance(spec, Slider))
        values = first.samples
        if isinstance(first, Slider):
            whole = first.step * round((first.high - first.low) / n_steps / first.step) or first.step
            values = [first.near(float(value)) for value in np.arange(first.low, first.high + first.step / 2, whole)]
        spent: dict[bool, list[float]] = {False: [], True: []}
        sent: dict[bool, list[int]] = {False: [], True: []}
        for drawn in (False, True):
            player.set_state({"lives": drawn})
            for value in values:
                began = time.process_time()
                explorer.update(**{first.name: value})
                spent[drawn].append(1000 * (time.process_time() - began))
                told = len(player.moving) + len(json.dumps(player.handles))
                sent[drawn].append(told if drawn else len(explorer._image.value))
        times, sizes = (median(spent[True]), median(spent[False])), (median(sent[True]), median(sent[False]))
        rows.append((name, *times, *(size / 1000 for size in sizes), explorer._slow))
    return rows


class Lines(Scene):
    """``n_lines`` lines of ``n_points`` points that all move."""

    def __init__(self, n_lines: int, n_points: int, density: float):
        self.n_lines, self.n_points = n_lines, n_points
        super().__init__(density)

    def build(self):
        axes = self.figure.add_subplot()
        axes.set(xlim=(0, 1), ylim=(-1, 1))
        self.lines = [axes.plot([], [])[0] for _ in range(self.n_lines)]
        self.moves(*self.lines)

    def move(self, state):
        x = np.linspace(0, 1, self.n_points)
        for number, line in enumerate(self.lines):
            line.set_data(x, np.sin(9 * x + number + state))


def growth() -> list[tuple[int, int, float, float, float]]:
    """Return (lines, points, density, draw, encode) in milliseconds."""
    rows = []
    for n_lines, n_points, density in [
        *((n, 50, style.DENSITY) for n in (1, 4, 16, 64)),
        *((4, n, style.DENSITY) for n in (500, 5000)),
        *((4, 50, density) for density in (1.0, 1.5, 3.0)),
    ]:
        scene = Lines(n_lines, n_points, density)
        shift = iter(np.arange(0, 100, 0.01))
        scene.draw(0.0)
        draw = milliseconds(lambda scene=scene, shift=shift: scene.draw(next(shift)))
        picture = scene.draw(0.0).copy()
        encode = milliseconds(lambda picture=picture: stills.png(picture))
        rows.append((n_lines, n_points, density, draw, encode))
    return rows


def encodings() -> list[tuple[str, float, float, float]]:
    """Return (encoding, milliseconds, kB, mean error of 255) for the memory explorer's picture."""
    explorer = scalar.memory_explorer()
    picture = explorer.picture
    png = base64.b64encode(stills.png(picture)).decode()

    def jpeg():
        file = io.BytesIO()
        imsave(file, picture, format="jpg", pil_kwargs={"quality": 90, "subsampling": 0})
        return file.getvalue()

    rows = []
    for name, encode in {
        "PNG, level 1 (shipped)": lambda: stills.png(picture),
        "PNG, level 9 (the stills)": lambda: base64.b64decode(small(png)),
        "PNG with a palette (the pages)": lambda: base64.b64decode(small(png, 256)),
        "JPEG, quality 90, 4:4:4": jpeg,
    }.items():
        encoded = encode()
        shown = imread(io.BytesIO(encoded), format=name[:3].replace("JPE", "jpg"))[..., :3]
        scale = 255 if shown.dtype.kind == "f" else 1
        error = float(np.abs(scale * shown.astype(float) - picture[..., :3]).mean())
        rows.append((name, milliseconds(encode, 15), len(encoded) / 1000, error))
    return rows


def updates(n_steps: int, n_rounds: int = 15) -> dict[str, float]:
    """Return the milliseconds of an update of five seeds of each model of `many_nets`, taken in turns; medians."""
    functions = {model: our_update(model, n_steps)[0] for model in MODELS}
    spent: dict[str, list[float]] = {model: [] for model in MODELS}
    for _ in range(n_rounds):
        for model, update in functions.items():
            spent[model].append(milliseconds(update, 1))
    return {model: median(times) for model, times in spent.items()}


# What is printed


def table(head: list[str], rows: list[list]) -> None:
    """Print ``rows`` in columns below ``head``."""
    cells = [head, *[[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        print(
            "  ".join(
                cell.ljust(width) if not i else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    print(flush=True)


def compared(one: dict[str, float], other: dict[str, float], prefix: str = "") -> list[dict]:
    """Return rows (what, ours, theirs, ratio, unit); the ratio says how many times better ours is."""
    rows = []
    for what, value in one.items():
        more_is_better = what.startswith("pictures")
        ratio = value / other[what] if more_is_better else other[what] / value
        unit = "1/s" if more_is_better else "ms"
        rows.append({"what": prefix + what, "ours": value, "theirs": other[what], "ratio": ratio, "unit": unit})
    return rows


def first_figure(lab: Lab) -> float:
    """Return the seconds from asking for the first notebook until its figure moves, its cells run at once."""
    first = min((ROOT / "notebooks").glob("*.ipynb"))
    shutil.copy(first, lab.folder)
    with Page(1366, 1000) as page:
        began = time.monotonic()
        page.open_notebook(lab, first.name)
        page.run_all(waits=False)
        page.wait_for("!!document.querySelector('canvas[role=img][style*=px]')", "the first live figure", 120)
        return time.monotonic() - began


def in_the_browser(n_rounds: int, seconds: float, n_keys: int) -> list[dict]:
    """Measure all sides in turns, with the stock server and with the delay off; print and return the rows."""
    runs: dict[tuple[str, str], list[Run]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ[LOG] = str(folder / "log")
        os.environ["PYTHONPATH"] = str(ROOT)
        servers = {"stock": None, "no delay": ROOT / "tools" / "jupyter"}
        for number in range(n_rounds):
            for server, config in servers.items():
                with Lab(folder, config) as lab:
                    for side in list(CELLS)[:: 1 if number % 2 == 0 else -1]:
                        print(f"round {number + 1} of {n_rounds}: {side}, {server} server ...", flush=True)
                        runs.setdefault((side, server), []).append(measure(lab, side, seconds, n_keys))
        with Lab(folder, servers["no delay"]) as lab:
            print(f"the first live figure, from the address of notebook 00 on: {first_figure(lab):.1f} s", flush=True)
            print("drawing and picture on a screen of double density ...\n", flush=True)
            for side in ("drawing", "picture"):
                runs[side, "double density"] = [measure(lab, side, seconds, n_keys, pixel_ratio=2.0)]
    columns = {key: merged(some) for key, some in runs.items()}
    rows = []
    for server in (*servers, "double density"):
        others = [side for side in CELLS if side != "drawing" and (side, server) in columns]
        ours = columns["drawing", server]
        found = [compared(ours, columns[side, server], f"{server}, against {side}: ") for side in others]
        print(f"{server}" + (" server" if server in servers else ", no delay"))
        head = ["", "drawing", *(word for side in others for word in (side, "ratio")), "unit"]
        lines = [
            [
                what,
                value,
                *(cell for some in found for cell in (some[k]["theirs"], some[k]["ratio"])),
                found[0][k]["unit"],
            ]
            for k, (what, value) in enumerate(ours.items())
        ]
        table(head, lines)
        rows += [row for some in found for row in some]
    print("cores in use while dragging (of", os.cpu_count(), "in all)")
    cores = [
        [f"{side}, {server}", *(median(run.cores[name] for run in some) for name in PROCESSES)]
        for (side, server), some in runs.items()
        if some[0].cores
    ]
    table(["", *PROCESSES], cores)
    return rows


def in_the_kernel() -> list[dict]:
    """Measure what needs no browser; print and return the rows."""
    parts = parts_of_a_step()
    print(f"a step of the memory explorer in the kernel alone, density {style.DENSITY:g}")
    table(["", "ms"], [[name, value] for name, value in parts.items()])
    print(
        "a step of every explorer in the kernel alone: processor time as a drawing and as a picture, and what is sent"
    )
    steps = steps_of_explorers()
    words = {True: "says that it computes", False: ""}
    head = ["", "drawing, ms", "picture, ms", "ratio", "drawing, kB", "picture, kB", ""]
    table(head, [[name, a, b, b / a, c, d, words[slow]] for name, a, b, c, d, slow in steps])
    print("how a step grows (860 by 420 CSS pixels)")
    table(["lines", "points each", "density", "draw ms", "encode ms"], [list(row) for row in growth()])
    print("encodings of the memory explorer's picture")
    rows = encodings()
    table(["", "ms", "kB", "mean error of 255"], [list(row) for row in rows])
    shipped = rows[0]
    found = [{"what": "kernel alone: a whole step", "ours": parts["a whole step"], "theirs": 1000 / 60, "unit": "ms"}]
    found += [{"what": f"step: {name}", "ours": a, "theirs": b, "unit": "ms"} for name, a, b, *_ in steps]
    found += [{"what": f"sent: {name}", "ours": a, "theirs": b, "unit": "kB"} for name, _, _, a, b, _ in steps]
    found += [
        {"what": f"encode: {name}", "ours": shipped[1], "theirs": ms, "unit": "ms"} for name, ms, _, _ in rows[1:]
    ]
    return [row | {"ratio": row["theirs"] / row["ours"]} for row in found]


def of_the_models() -> list[dict]:
    """Measure the updates of all models; print and return the rows."""
    print("an update of five seeds, 16 states, batches of 32; the ratio is the LSTM's time over the model's")
    rows = []
    for n_steps in (50, 200):
        spent = updates(n_steps)
        ratios = [[model, ms, spent["lstm"] / ms] for model, ms in spent.items()]
        table([f"{n_steps} steps", "ms", "ratio"], ratios)
        for model, ms, ratio in ratios:
            what = f"update, {n_steps} steps: {model}"
            rows.append({"what": what, "ours": ms, "theirs": spent["lstm"], "ratio": ratio, "unit": "ms"})
    return rows


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round of short drags, to see that it works")
    parser.add_argument("--kernel", action="store_true", help="only what needs no browser")
    parser.add_argument("--models", action="store_true", help="only the updates of the models that are trained")
    chosen = parser.parse_args()
    if chosen.models:
        rows = of_the_models()
    elif chosen.kernel:
        rows = in_the_kernel() + of_the_models()
    elif find_chromium():
        rows = in_the_browser(*((1, 1.0, 3) if chosen.quick else (3, 3.0, 14))) + in_the_kernel() + of_the_models()
    else:
        print("No Chromium is installed on this machine; without one, run: python -m tools.bench --kernel")
        return 1
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    print(f"{len(rows)} rows written to {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
