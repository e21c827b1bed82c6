"""One neuron that feeds itself: its trajectory, its cobweb, its gradient, and where it settles."""

import numpy as np

from helpers.figures import style
from helpers.figures.parts import above, leaving, leaving_log10, level, log_limits
from helpers.figures.scene import Scene

# The states that each activation can reach, with a little air.
UNIT, SIGNED, POSITIVE = (-0.05, 1.05), (-1.1, 1.1), (-0.2, 4.2)
STATE_LIMITS = {"sigmoid": UNIT, "tanh": SIGNED, "relu": POSITIVE}
STATE_LIMITS |= {"hardsigmoid": UNIT, "gaussian": UNIT, "softsign": SIGNED, "hardtanh": SIGNED, "sin": SIGNED}
STATE_LIMITS |= {"relu6": POSITIVE, "softplus": POSITIVE}
SCALES = {UNIT: (1,), SIGNED: (0.1, 1), POSITIVE: (0.1, 1, 10, 100, 1000)}  # of these limits, by what they hold
NEVER_AT_0 = ("sigmoid", "hardsigmoid", "softplus", "gaussian")  # so their states do not fade to it
TAME = (
    "sigmoid",
    "tanh",
    "hardsigmoid",
    "softsign",
    "hardtanh",
    "arctan",
    "lecun_tanh",
    "relu6",
)  # settle, whatever the weight
LABELS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
FRACTION = 0.05  # of a change: what counts as still remembered


def state_limits(activation: str, H: np.ndarray) -> tuple[float, float]:
    """Return the limits of a panel of states: the narrowest that hold them, if any do."""
    low, high = STATE_LIMITS.get(activation, SIGNED)
    *narrow, widest = SCALES[low, high] if activation in STATE_LIMITS else (0.1, 1, 2, 10, 100, 1000)
    scale = next((scale for scale in narrow if np.abs(H).max() <= scale * high), widest)
    return low * scale, high * scale


class FirstLook(Scene):
    """Three runs of one neuron from three starts."""

    height = 320
    starts = (0.9, 0.3, -0.6)
    n_steps = 40

    def build(self):
        axes = self.figure.add_axes([0.07, 0.15, 0.91, 0.74])
        axes.set(xlim=(0, self.n_steps), ylim=STATE_LIMITS["tanh"], xlabel="step t", ylabel="state $h_t$")
        axes.set_title("one tanh neuron, three starts")
        axes.set_yticks([-1, -0.5, 0, 0.5, 1])
        level(axes, 0)
        looks = [(style.STATE, "-"), (style.OTHER, "--"), (style.GRADIENT, ":")]
        self.lines = [
            axes.plot([], [], line, color=colour, marker="o", markersize=3.5, label=f"start at {start:g}")[0]
            for (colour, line), start in zip(looks, self.starts, strict=True)
        ]
        axes.legend(loc="lower right", ncols=3, bbox_to_anchor=(1, 1.01), borderaxespad=0)
        for i, line in enumerate(self.lines):
            self.shows(line, f"H.T.{i}")


class Memory(Scene):
    """What one neuron does with an event: trajectory, input, cobweb, gradient since the event, settled multiplier."""

    width, height = 860, 460

    def build(self):
        grid = self.figure.add_gridspec(
            8, 2, left=0.085, right=0.985, top=0.945, bottom=0.095, hspace=0.55, wspace=0.19, width_ratios=[1.25, 1]
        )
        self.time = self.figure.add_subplot(grid[:3, 0])
        self.input = self.figure.add_subplot(grid[3, 0], sharex=self.time)
        self.gradient = self.figure.add_subplot(grid[5:, 0], sharex=self.time)
        self.cobweb = self.figure.add_subplot(grid[:4, 1])
        self.settling = self.figure.add_subplot(grid[5:, 1])

        self.time.tick_params(labelbottom=False)
        self.time.set(ylabel="state $h_t$")
        (self.states,) = self.time.plot([], [], color=style.STATE, marker="o", markersize=2.5)
        (self.now,) = self.time.plot([], [], "o", color=style.MARK, markersize=7, clip_on=False)
        (self.reading,) = self.input.plot([], [], color=style.INPUT, drawstyle="steps-post")
        self.input.set(ylim=(-3.6, 3.6), yticks=[-3, 0, 3], ylabel="$x_t$")
        self.time_note, self.note = above(self.time), above(self.gradient)
        self.faded = level(self.time, FRACTION, linestyle=":")

        self.gradient.set(xlabel="step t", ylabel="log$_{10}$ of what is left")
        self.gradient.set_title("what is left (dotted: 5 %)")
        level(self.gradient, 0)
        level(self.gradient, np.log10(FRACTION), linestyle=":")
        (self.left,) = self.gradient.plot([], [], color=style.GRADIENT)
        (self.peak,) = self.gradient.plot([], [], "o", color=style.GRADIENT, markersize=5)
        (self.product,) = self.gradient.plot([], [], "o", color=style.MARK, markersize=7, clip_on=False)
        self.events = [
            axes.axvline(0, color=style.MARK, linestyle="--", linewidth=1.1, label="the event")
            for axes in (self.time, self.gradient)
        ]

        (self.map,) = self.cobweb.plot([], [], color=style.RULE)
        (self.stairs,) = self.cobweb.plot([], [], color=style.STATE, linewidth=1.0)
        (self.here,) = self.cobweb.plot([], [], "o", color=style.MARK, markersize=7)
        (self.diagonal,) = self.cobweb.plot([], [], color=style.EDGE, linewidth=0.9)
        self.cobweb.set(xlabel="$h_t$", ylabel="$h_{t+1}$")

        self.settling.set(xlabel="weight w", ylabel="multiplier |λ|")
        level(self.settling, 1)
        (self.multipliers,) = self.settling.plot([], [], color=style.RULE)
        (self.dot,) = self.settling.plot([], [], "o", color=style.MARK, markersize=8, clip_on=False)

        self.shows(self.states, "H")
        self.shows(self.reading, "read.x")
        for line in self.events:
            self.shows(line, (0, 1), "read.event")
        self.shows(self.left, "log10_left", "since")
        self.shows(self.peak, "log10_peak", "peak_at")
        self.shows(self.now, "here", "last", inside=True)
        self.shows(self.product, "log10_here", "last", inside=True)
        self.moves(self.time_note, self.note)
        self.shows(self.map, "map_f", "map_h")
        self.shows(self.stairs, "stairs_f", "stairs_h")
        self.shows(self.here, "here", "here")
        self.shows(self.multipliers, "multipliers", "w_grid")
        self.shows(self.dot, "settled.multiplier", "w", inside=True)
        self.handle(self.dot, x="w")
        self.handle(self.now, x="walked")

    def stage_key(self, state):
        limits = state_limits(state.activation, state.H), log_limits(state.log10_left)
        return state.activation, state.read.time_label, len(state.H), limits

    def stage(self, state):
        limits, (low, high) = state_limits(state.activation, state.H), log_limits(state.log10_left)
        self.time.set(xlim=(0, len(state.H) - 1), ylim=limits)
        self.time.set_title(f"{state.activation_label}: state and input")
        self.states.set_markersize(2.5 if len(state.H) <= 101 else 0)
        self.faded.set_visible(state.activation not in NEVER_AT_0)
        self.gradient.set(ylim=(low, high), yticks=np.arange(-3, 2) * high, xlabel=state.read.time_label)
        self.cobweb.set(xlim=limits, ylim=limits)
        self.cobweb.set_title("one step (curve: with x = 0; stairs: as it went)")
        self.diagonal.set_data(limits, limits)
        self.settling.set(xlim=(-8, 8), ylim=(0, 1.25 if state.activation in TAME else 8.4))
        after = "once settled" if state.activation in (*TAME, "relu", "identity") else "in the long run"
        self.settling.set_title(f"factor per step, {after}")

    def move(self, state):
        self.note.set_text(leaving_log10(state.log10_left, state.read.event, self.gradient.get_ylim()))
        self.time_note.set_text(leaving(state.H, self.time.get_ylim()))


class ThreeActivations(Scene):
    """The deck's lost figure: sigmoid, tanh and ReLU under one weight, each from three starts."""

    height = 310
    starts = (1.0, 0.5, -0.5)
    n_steps = 30

    def build(self):
        panels = self.figure.subplots(1, 3)
        self.figure.subplots_adjust(left=0.075, right=0.985, top=0.84, bottom=0.17, wspace=0.25)
        looks = [(style.STATE, "-"), (style.OTHER, "--"), (style.GRADIENT, ":")]
        self.lines, self.notes = {}, {}
        for axes, name in zip(panels, LABELS, strict=True):
            low, high = STATE_LIMITS[name]
            axes.set(xlim=(0, self.n_steps), ylim=(min(low, min(self.starts) - 0.1), high), xlabel="step t")
            axes.set_title(LABELS[name])
            level(axes, 0)
            self.lines[name] = [
                axes.plot([], [], line, color=colour, marker="o", markersize=2.5, label=f"$h_0$ = {start:g}")[0]
                for (colour, line), start in zip(looks, self.starts, strict=True)
            ]
            self.notes[name] = above(axes)
            for start, line in enumerate(self.lines[name]):
                self.shows(line, f"orbits.{name}.T.{start}")
            self.moves(self.notes[name])
        panels[0].set(ylabel="state $h_t$", yticks=[-0.5, 0, 0.5, 1])
        self.figure.legend(handles=panels[0].get_lines()[1:], loc="upper right", bbox_to_anchor=(0.99, 1), ncols=3)

    def move(self, state):
        for name, H in state.orbits.items():
            self.notes[name].set_text(leaving(H[:, 0], self.lines[name][0].axes.get_ylim()))
