"""One neuron that feeds itself: trajectory, cobweb, gradient, where it settles, and the wall that a border raises."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import ListedColormap

from helpers.figures import style
from helpers.figures.parts import RINGED, Panels, legend_beside, level, note, panel

# The states that each activation can reach, with a little air.
UNIT, SIGNED, POSITIVE = (-0.05, 1.05), (-1.1, 1.1), (-0.2, 4.2)
STATE_LIMITS = {"sigmoid": UNIT, "tanh": SIGNED, "relu": POSITIVE}
STATE_LIMITS |= {"hardsigmoid": UNIT, "gaussian": UNIT, "softsign": SIGNED, "hardtanh": SIGNED, "sin": SIGNED}
STATE_LIMITS |= {"relu6": POSITIVE, "softplus": POSITIVE}
SCALES = {UNIT: (1,), SIGNED: (0.1, 1), POSITIVE: (0.1, 1, 10, 100, 1000)}  # of these limits, by what they hold
NEVER_AT_0 = ("sigmoid", "hardsigmoid", "softplus", "gaussian")  # so their states do not fade to it
# These settle, whatever the weight.
TAME = ("sigmoid", "tanh", "hardsigmoid", "softsign", "hardtanh", "arctan", "lecun_tanh", "relu6")
LABELS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
LOOKS = ((style.STATE, "-"), (style.OTHER, "--"), (style.GRADIENT, ":"))  # of runs from three starts
FRACTION = 0.05  # of a change: what counts as still remembered
UNITS = (1, 3, 10, 30, 100)  # of a panel of logarithms: it reaches from -3 units to 1, so that 0 stays where it is


def state_limits(activation: str, H: np.ndarray) -> tuple[float, float]:
    """Return the limits of a panel of states: the narrowest that hold them, if any do."""
    low, high = STATE_LIMITS.get(activation, SIGNED)
    *narrow, widest = SCALES[low, high] if activation in STATE_LIMITS else (0.1, 1, 2, 10, 100, 1000)
    scale = next((scale for scale in narrow if np.abs(H).max() <= scale * high), widest)
    return low * scale, high * scale


def put(artist: Artist, **wanted) -> None:
    """Set what is not yet so: axes in which a stage changes nothing are not drawn anew."""
    for name, value in wanted.items():
        now = artist.get_title(loc="left") if name == "title" else getattr(artist, f"get_{name}")()
        if not np.array_equal(now, value):
            artist.set(**{name: value})


def above(axes):
    """Return an empty text over the right end of ``axes``, where no curve can run through it."""
    return note(axes, 1.0, 1.02, va="bottom")


def log_limits(log10: np.ndarray) -> tuple[float, float]:
    """Return the narrowest limits (-3 units, 1 unit) that hold every finite value of ``log10``, if any do."""
    finite = log10[np.isfinite(log10)]
    unit = next((unit for unit in UNITS if -3 * unit <= finite.min() and finite.max() <= unit), UNITS[-1])
    return -3.0 * unit, float(unit)


def leaving(h: np.ndarray, limits: tuple[float, float]) -> str:
    """Return the words for a trajectory ``h`` that leaves the picture, nothing for one that stays."""
    outside = np.flatnonzero((h < limits[0]) | (h > limits[1]))
    if len(outside) == 0:
        return ""
    first, last = outside[0], outside[-1]
    if first == last:
        return f"outside at step {first}"
    until = "on" if last == len(h) - 1 else f"to {last}"
    comes_back = len(outside) < last - first + 1
    return f"outside{', on and off,' if comes_back else ''} from step {first} {until}"


def leaving_log10(log10_left: np.ndarray, since: int, limits: tuple[float, float]) -> str:
    """Return the words for what is left of a change, if it is too small or too large for the picture."""
    last = since + len(log10_left) - 1
    if np.isneginf(log10_left[-1]):
        return f"0 from step {since + np.flatnonzero(np.isneginf(log10_left))[0]} on"
    if not limits[0] <= log10_left[-1] <= limits[1]:
        return f"at step {last}: 10^{log10_left[-1]:.0f}"
    return ""


class FirstLook(Panels):
    """Three runs of one neuron from three starts."""

    height = 320
    starts = (0.9, 0.3, -0.6)
    n_steps = 40

    def build(self):
        axes = self.figure.add_axes([0.07, 0.15, 0.91, 0.74])
        across, up = ("step t", 0, self.n_steps), ("state $h_t$", *STATE_LIMITS["tanh"])
        panel(axes, "one tanh neuron, three starts", across, up, yticks=[-1, -0.5, 0, 0.5, 1])
        for run, (start, look) in enumerate(zip(self.starts, LOOKS, strict=True)):
            self.line(axes, f"H.T.{run}", *look, f"start at {start:g}", marker="o", markersize=3.5)
        legend_beside(axes)


class Memory(Panels):
    """What one neuron does with an event: trajectory, input, cobweb, gradient since the event, settled multiplier."""

    width, height = 860, 460

    def build(self):
        grid = self.figure.add_gridspec(
            8, 2, left=0.085, right=0.985, top=0.945, bottom=0.095, hspace=0.55, wspace=0.19, width_ratios=[1.25, 1]
        )
        self.time = self.figure.add_subplot(grid[:3, 0])
        reading = self.figure.add_subplot(grid[3, 0], sharex=self.time)
        self.gradient = self.figure.add_subplot(grid[5:, 0], sharex=self.time)
        self.cobweb = self.figure.add_subplot(grid[:4, 1])
        self.settling = self.figure.add_subplot(grid[5:, 1])
        self.time.tick_params(labelbottom=False)
        self.time.set(ylabel="state $h_t$")
        reading.set(ylim=(-3.6, 3.6), yticks=[-3, 0, 3], ylabel="$x_t$")
        self.faded = level(self.time, FRACTION, linestyle=":")
        panel(self.gradient, "what is left (dotted: 5 %)", y=("what is left",), powers="y")
        level(self.gradient, np.log10(FRACTION), linestyle=":")
        (self.diagonal,) = self.cobweb.plot([], [], color=style.EDGE, linewidth=0.9)
        panel(self.cobweb, x=("$h_t$",), y=("$h_{t+1}$",), zero=None)
        panel(self.settling, x=("weight w",), y=("multiplier |λ|",), zero=1)

        self.states = self.line(self.time, "H", style.STATE, marker="o", markersize=2.5)
        self.line(reading, "read.x", style.INPUT, drawstyle="steps-post")
        for axes in (self.time, self.gradient):
            whole = {"transform": axes.get_xaxis_transform(), "linewidth": 1.1}
            self.line(axes, (0, 1), style.MARK, "--", "the event", "read.event", **whole)
        self.left = self.line(self.gradient, "log10_left", style.GRADIENT, x="since")
        self.line(self.gradient, "log10_peak", style.GRADIENT, "o", x="peak_at", markersize=5)
        now = self.here(self.time, "here", "last", inside=True, markersize=7)
        self.here(self.gradient, "log10_here", "last", inside=True, markersize=7)
        self.time_note, self.note = above(self.time), above(self.gradient)
        self.moves(self.time_note, self.note)
        self.line(self.cobweb, "map_f", x="map_h")
        self.line(self.cobweb, "stairs_f", style.STATE, x="stairs_h", linewidth=1.0)
        self.here(self.cobweb, "here", "here", markersize=7, clip_on=True)
        self.line(self.settling, "multipliers", x="w_grid")
        self.handle(self.here(self.settling, "settled.multiplier", "w", inside=True), x="w")
        self.handle(now, x="walked")

    def stage_key(self, state):
        limits = state_limits(state.activation, state.H), log_limits(state.log10_left)
        return state.activation, state.read.time_label, len(state.H), limits

    def stage(self, state):
        limits, (low, high) = state_limits(state.activation, state.H), log_limits(state.log10_left)
        after = "once settled" if state.activation in (*TAME, "relu", "identity") else "in the long run"
        put(self.time, xlim=(0, len(state.H) - 1), ylim=limits, title=f"{state.activation_label}: state and input")
        put(self.gradient, ylim=(low, high), yticks=np.arange(-3, 2) * high, xlabel=state.read.time_label)
        put(self.cobweb, xlim=limits, ylim=limits, title="one step (curve: with x = 0; stairs: as it went)")
        put(self.settling, xlim=(-8, 8), ylim=(0, 1.25 if state.activation in TAME else 8.4))
        put(self.settling, title=f"factor per step, {after}")
        put(self.diagonal, data=(limits, limits))
        put(self.faded, visible=state.activation not in NEVER_AT_0)
        self.states.set_markersize(2.5 if len(state.H) <= 101 else 0)

    def move(self, state):
        self.note.set_text(leaving_log10(state.log10_left, state.read.event, self.gradient.get_ylim()))
        self.time_note.set_text(leaving(state.H, self.time.get_ylim()))


class ThreeActivations(Panels):
    """The deck's lost figure: sigmoid, tanh and ReLU under one weight, each from three starts."""

    height = 310
    starts = (1.0, 0.5, -0.5)
    n_steps = 30

    def build(self):
        panels, self.notes = self.row(1, 1, 1, left=0.075, top=0.84, bottom=0.17, wspace=0.25), {}
        for axes, (name, title) in zip(panels, LABELS.items(), strict=True):
            low, high = STATE_LIMITS[name]
            panel(axes, title, ("step t", 0, self.n_steps), ("", min(low, min(self.starts) - 0.1), high))
            lines = [
                self.line(axes, f"orbits.{name}.T.{run}", *look, f"$h_0$ = {start:g}", marker="o", markersize=2.5)
                for run, (start, look) in enumerate(zip(self.starts, LOOKS, strict=True))
            ]
            self.notes[name] = above(axes)
            self.moves(self.notes[name])
            if axes is panels[0]:
                axes.set(ylabel="state $h_t$", yticks=[-0.5, 0, 0.5, 1])
                self.figure.legend(handles=lines, loc="upper right", bbox_to_anchor=(0.99, 1), ncols=3)

    def move(self, state):
        for name, H in state.orbits.items():
            self.notes[name].set_text(leaving(H[:, 0], self.notes[name].axes.get_ylim()))


# Where there is one stable fixed point, two, or a cycle of two; and the wall that a border raises in a loss


MAP_LIMITS = {"w": (-10, 10), "b": (-8, 8)}
WALL_LIMITS = {"w": (3.0, 8.0), "b": (-5.0, -1.0)}


def coloured(axes, limits: dict, **colours):
    """Return an empty map of colours over (w, b) in these limits."""
    panel(axes, x=("weight w", *limits["w"]), y=("bias b", *limits["b"]), zero=None)
    axes.grid(False)
    place = {"extent": (*limits["w"], *limits["b"]), "origin": "lower", "aspect": "auto", "interpolation": "none"}
    return axes.imshow(np.ones((2, 2)), **place, **colours)


def map_and_two(figure, place: dict) -> list:
    """Return axes for a map on the left, and two one above the other on the right."""
    grid = figure.add_gridspec(2, 2, top=0.94, bottom=0.105, hspace=0.42, **place)
    return [figure.add_subplot(part) for part in (grid[:, 0], grid[0, 1], grid[1, 1])]


class Regimes(Panels):
    """The map over (w, b) with its exact borders, and two orbits from neighbouring starts with their gradients."""

    height = 440

    def build(self):
        place = {"left": 0.065, "right": 0.985, "wspace": 0.21, "width_ratios": [1, 1.05]}
        self.map, self.time, self.gradient = map_and_two(self.figure, place)
        self.fill = coloured(self.map, MAP_LIMITS, cmap=ListedColormap(list(style.FILLS.values())), vmin=0.5, vmax=3.5)
        self.borders = [self.map.plot([], [], color=style.RULE, linewidth=1.2)[0] for _ in range(4)]
        self.words = [self.map.text(0, 0, "", ha="center", va="center", fontsize=9) for _ in range(3)]
        panel(self.time, "two runs from neighbouring starts", ("step t",), ("state $h_t$",), zero=None)
        panel(self.gradient, "the gradient along each run", ("step t",), ("|d$h_t$/d$h_0$|",), powers="y")
        self.handle(self.here(self.map, "b", "w", markersize=9, **RINGED), x="w", y="b")
        for run, look in enumerate(((style.STATE, "-"), (style.OTHER, "--"))):
            self.line(self.time, f"H.T.{run}", *look)
            self.line(self.gradient, f"log10_dh0.T.{run}", *look)
        self.time_note, self.note = above(self.time), above(self.gradient)
        self.moves(self.time_note, self.note)

    def stage_key(self, state):
        return state.activation, log_limits(state.log10_dh0)

    def stage(self, state):
        low, high = log_limits(state.log10_dh0)
        self.gradient.set(ylim=(low, high), yticks=np.arange(-3, 2) * high)
        self.fill.set_data(state.map)
        for border, (w, b) in zip(self.borders, state.borders, strict=True):
            border.set_data(w, b)
        for words, (w, b, text) in zip(self.words, state.places, strict=True):
            words.set_position((w, b))
            words.set_text(text)
        self.map.set_title(f"{state.activation_label}: where a run can end")
        self.time.set(xlim=(0, len(state.H) - 1), ylim=STATE_LIMITS[state.activation])
        self.gradient.set_xlim(0, len(state.H) - 1)

    def move(self, state):
        limits = self.gradient.get_ylim()
        self.time_note.set_text(leaving(state.H[:, 0], self.time.get_ylim()))
        self.note.set_text(leaving_log10(state.log10_dh0[:, 0], 0, limits))


class Wall(Panels):
    """A loss with a cliff: its surface over (w, b), a cut through it, and descent with and without clipping."""

    height = 440

    def build(self):
        place = {"left": 0.075, "right": 0.975, "wspace": 0.2, "width_ratios": [1.1, 1]}
        self.map, self.cut, self.loss = map_and_two(self.figure, place)
        greys = ListedColormap([str(shade) for shade in np.linspace(0.99, 0.64, 12)])
        self.surface = coloured(self.map, WALL_LIMITS, cmap=greys, vmin=0, vmax=0.5)
        w = np.array([4.0, WALL_LIMITS["w"][1]])  # for a smaller weight the line attracts
        self.map.plot(w, -w / 2, color=style.RULE, linewidth=1.2, linestyle=":")
        self.map.text(6.9, -3.3, "the wall, b = −w/2", rotation=-32, ha="center", va="center", fontsize=8.5)
        panel(self.cut, x=("bias b", *WALL_LIMITS["b"]), y=("loss E", -0.03, 0.62), zero=None)
        (self.profile,) = self.cut.plot([], [], color=style.RULE)
        self.cut_words = note(self.cut)
        panel(self.loss, "loss after each update", ("update",), ("loss E", -0.03, 0.62), zero=None)

        # Under dashes that cross the dark plateau.
        self.line(self.map, "paths.0.1", "white", x="paths.0.0", linewidth=3.5)
        for run, look in enumerate(((style.GRADIENT, "--", "plain"), (style.STATE, "-", "clipped"))):
            self.line(self.map, f"paths.{run}.1", *look, x=f"paths.{run}.0", marker="o", markersize=3.5)
            self.line(self.loss, f"losses.{run}", *look)
        self.map.legend(loc="lower left")
        legend_beside(self.loss, bbox_to_anchor=(1, 1))
        self.handle(self.here(self.map, "b", "first_w", markersize=9, **RINGED), y="b")
        self.handle(self.here(self.cut, "first_loss", "b", markersize=6), x="b")
        self.map_note = above(self.map)
        self.moves(self.map_note)

    def stage_key(self, state):
        return state.n_steps

    def stage(self, state):
        self.surface.set_data(state.surface)
        self.map.set_title(f"loss at T = {state.n_steps} (faint: low)")
        self.cut.set_title("a cut along b at the weight of the start")
        self.cut_words.set_text(f"steepest slope of the cut: {state.steepest}")
        self.loss.set_xlim(0, state.n_updates)
        self.profile.set_data(state.cut_b, state.cut_loss)

    def move(self, state):
        left = state.left_at is not None and state.left_at <= state.updates
        self.map_note.set_text(f"plain leaves at update {state.left_at}" if left else "")
