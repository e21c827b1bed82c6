"""What became of the product of Jacobians: gradients by lag, a valley that slides, what is written, looking back."""

from helpers.figures import style
from helpers.figures.parts import legend_above, level
from helpers.figures.scene import Scene

DOT = {"color": style.MARK, "markersize": 9, "clip_on": False}
LEARNED = {  # its letter, and the limits of its axis
    "raw": ("λ", (-0.02, 1.02)),
    "exp": ("ν, with λ = exp(−e$^ν$)", (-10.3, 1.3)),
    "sigmoid": ("b, with λ = σ(b)", (-3.5, 10.3)),
}


class Panels(Scene):
    """Two or three panels side by side, and what moves in them."""

    height = 350

    def panels(self, *ratios: float) -> list:
        """Return so many axes, of these widths, each with a line at 0."""
        axes = self.figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
        self.figure.subplots_adjust(left=0.07, right=0.975, top=0.83, bottom=0.15, wspace=0.22)
        for one in axes:
            level(one, 0)
        return axes

    def draw_on(self, axes, look: str, y, x=None, **more):
        """Return a new moving line on the axes that shows y over x."""
        (line,) = axes.plot([], [], look, **more)
        self.shows(line, y, x)
        return line


class ByLag(Panels):
    """The gradient by lag of six models, against the lag or its logarithm."""

    longest = 500
    log_limits = (-10.0, 2.0)

    def build(self):
        (self.axes,) = self.panels(1)
        self.axes.set(ylim=self.log_limits, ylabel="log$_{10}$ of what is left")
        looks = {
            "the tanh net": (":", style.GRADIENT, "tanh net"),
            "the LSTM": ("-", style.GRADIENT, "LSTM"),
            "the minGRU": ("--", style.STATE, "minGRU"),
            "the disc": ("-", style.RULE, "disc of eigenvalues (rms)"),
            "the running mean": (":", style.RULE, "running mean"),
            "attention": ("-.", style.OTHER, "attention"),
        }
        for name, (look, colour, label) in looks.items():
            self.draw_on(self.axes, look, f"log10_left.{name}", "places", color=colour, label=label, linewidth=2.0)
        legend_above(self.axes, 6, handlelength=2.4)
        end = self.draw_on(self.axes, "--", self.log_limits, "end", color=style.MARK, linewidth=1.2)
        self.handle(end, x="length", x_value=lambda place, _: 10**place if self._staged else place)

    def stage_key(self, state):
        return state.log_axis

    def stage(self, state):
        places, lags = ([0, 1, 2], [1, 10, 100]) if state.log_axis else (range(0, self.longest + 1, 100),) * 2
        self.axes.set(xlabel="lag in steps", xlim=(0, 2.75 if state.log_axis else self.longest))
        self.axes.set_xticks(places, map(str, lags))


class Valley(Panels):
    """The loss of a cell that learns another's memory, with a descent in it; what its parameter moves, by memory."""

    def build(self):
        self.loss, cost = self.panels(1.25, 1)
        self.loss.set(ylim=(-0.05, 1.2), ylabel="loss, over the variance")
        self.loss.set_title("the valley", pad=20)
        self.draw_on(self.loss, "-", "losses", "values", color=style.RULE, label="loss")
        self.draw_on(self.loss, "o", "path_losses", "path", color=style.MARK, markersize=4, label="descent")
        legend_above(self.loss, 2)
        cost.set(xlim=(0, 3), ylim=(-2, 5), xlabel="memory in steps", ylabel="log$_{10}$")
        cost.set_xticks(range(4), map(str, (1, 10, 100, 1000)))
        cost.set_title("the product, and what learning moves", pad=20)
        self.draw_on(cost, "--", "log10_product", "log10_memories", color=style.STATE, label="λ$^{memory}$")
        self.draw_on(cost, "-", "log10_moved", "log10_memories", color=style.GRADIENT, label="rms of ds/dp, p learned")
        legend_above(cost, 2)
        here = self.draw_on(cost, "o", "log10_moved_here", "log10_memory", **DOT)
        self.handle(here, x="memory", x_value=lambda log10, _: 10**log10)

    def stage_key(self, state):
        return state.how

    def stage(self, state):
        words, limits = LEARNED[state.how[0]]
        self.loss.set(xlim=limits, xlabel=f"what is learned: {words}")


class Write(Panels):
    """What an LSTM holds and shows, its gradient whole and along the carousel, and the plane of its two biases."""

    n_steps = 200

    def build(self):
        held, lags, plane = self.panels(1, 1, 1)
        held.set(xlim=(0, self.n_steps), ylim=(-13, 3), xlabel="step t")
        held.set_title("log$_{10}$ of what it holds", pad=20)
        self.draw_on(held, "-", "log10_c", color=style.STATE, label="rms of c")
        self.draw_on(held, "--", "log10_readout", color=style.OTHER, label="dh/dc, median")
        lags.set(xlim=(0, self.n_steps), ylim=(-8, 8), xlabel="lag in steps")
        lags.set_title("log$_{10}$ ‖dc$_t$/dc$_0$‖", pad=20)
        self.draw_on(lags, "-", "log10_whole", color=style.GRADIENT, linewidth=2.2, label="all paths")
        self.draw_on(lags, "--", "log10_carousel", color=style.STATE, label="carousel alone")
        plane.set(xlim=(0, 7), ylim=(-7, 7), xlabel="forget bias b$_f$", yticks=range(-6, 7, 3))
        plane.set_title("input bias b$_i$ (dashed: −b$_f$)", pad=20)
        plane.plot([0, 7], [0, -7], "--", color=style.EDGE)
        for axes in (held, lags):
            legend_above(axes, 2)
        here = self.draw_on(plane, "o", "input_bias", "forget_bias", **DOT)
        self.handle(here, x="forget_bias", y="input_bias")


class LookingBack(Panels):
    """The share of each token in the last output, and how well the softmax hears its logits."""

    longest, sharpest = 200, 32

    def build(self):
        tokens, sharp = self.panels(1.4, 1)
        tokens.set(xlim=(0, self.longest + 1), ylim=(-12, 0.5), xlabel="token k (the last one asks)")
        tokens.set_title("log$_{10}$ of its share in the last output", pad=20)
        self.draw_on(tokens, ".", "log10_share", "tokens", color=style.STATE, label="its share", markersize=4)
        self.draw_on(tokens, "--", "log10_even", "tokens", color=style.RULE, label="1/T")
        legend_above(tokens, 2)
        sharp.set(xlim=(0, self.sharpest), ylim=(-0.01, 0.27), xlabel="standard deviation s of the logits")
        sharp.set_title("gradient of the logit that is heard best", pad=20)
        self.draw_on(sharp, "-", "best_heard", "scales", color=style.GRADIENT)
        self.handle(self.draw_on(sharp, "o", "best_heard_here", "scale", **DOT), x="scale")
