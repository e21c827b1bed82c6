"""What became of the product of Jacobians: gradients by lag, a valley that slides, what is written, looking back."""

from helpers.figures import style
from helpers.figures.parts import Panels, in_powers, legend_above, panel

LEARNED = {  # its letter, and the limits of its axis
    "raw": ("λ", (-0.02, 1.02)),
    "exp": ("ν, with λ = exp(−e$^ν$)", (-10.3, 1.3)),
    "sigmoid": ("b, with λ = σ(b)", (-3.5, 10.3)),
}


WIDE = {"left": 0.07, "right": 0.975, "bottom": 0.15, "wspace": 0.22}


class ByLag(Panels):
    """The gradient by lag of six models, against the lag or its logarithm."""

    height = 350
    longest = 500
    log_limits = (-10.0, 2.0)

    def build(self):
        (self.axes,) = self.row(1, **WIDE)
        panel(self.axes, y=("what is left", *self.log_limits), powers="y")
        by_lag = {"x": "places", "linewidth": 2.0}
        self.line(self.axes, "log10_left.the tanh net", style.GRADIENT, ":", "tanh net", **by_lag)
        self.line(self.axes, "log10_left.the LSTM", style.GRADIENT, "-", "LSTM", **by_lag)
        self.line(self.axes, "log10_left.the minGRU", style.STATE, "--", "minGRU", **by_lag)
        self.line(self.axes, "log10_left.the disc", style.RULE, "-", "disc of eigenvalues (rms)", **by_lag)
        self.line(self.axes, "log10_left.the running mean", style.RULE, ":", "running mean", **by_lag)
        self.line(self.axes, "log10_left.attention", style.OTHER, "-.", "attention", **by_lag)
        legend_above(self.axes, handlelength=2.4)
        end = self.line(self.axes, self.log_limits, style.MARK, "--", x="end", linewidth=1.2)
        self.handle(end, x="length", x_value=lambda place, _: 10**place if self._staged else place)

    def stage_key(self, state):
        return state.log_axis

    def stage(self, state):
        self.axes.set(xlabel="lag in steps", xlim=(0, 2.75 if state.log_axis else self.longest))
        if state.log_axis:
            in_powers(self.axes.xaxis)
        else:
            ticks = range(0, self.longest + 1, 100)
            self.axes.set_xticks(ticks, map(str, ticks))


class Valley(Panels):
    """The loss of a cell that learns another's memory, with a descent in it; what its parameter moves, by memory."""

    height = 350

    def build(self):
        self.loss, cost = self.row(1.25, 1, **WIDE)
        panel(self.loss, "the valley", y=("loss, over the variance", -0.05, 1.2))
        self.line(self.loss, "losses", label="loss", x="values")
        self.line(self.loss, "path_losses", style.MARK, "o", "descent", x="path", markersize=4)
        legend_above(self.loss)
        panel(cost, "the product, and what learning moves", ("memory in steps", 0, 3), ("size", -2, 5), powers="xy")
        self.line(cost, "log10_product", style.STATE, "--", "λ$^{memory}$", x="log10_memories")
        self.line(cost, "log10_moved", style.GRADIENT, "-", "rms of ds/dp, p learned", x="log10_memories")
        legend_above(cost)
        here = self.here(cost, "log10_moved_here", "log10_memory", markersize=9)
        self.handle(here, x="memory", x_value=lambda log10, _: 10**log10)

    def stage_key(self, state):
        return state.how

    def stage(self, state):
        words, limits = LEARNED[state.how[0]]
        self.loss.set(xlim=limits, xlabel=f"what is learned: {words}")


class Write(Panels):
    """What an LSTM holds and shows, its gradient whole and along the carousel, and the plane of its two biases."""

    height = 350
    n_steps = 200

    def build(self):
        held, lags, plane = self.row(1, 1, 1, **WIDE)
        panel(held, "what it holds", ("step t", 0, self.n_steps), ("", -13, 3), powers="y")
        self.line(held, "log10_c", style.STATE, label="rms of c")
        self.line(held, "log10_readout", style.OTHER, "--", "dh/dc, median")
        panel(lags, "‖dc$_t$/dc$_0$‖", ("lag in steps", 0, self.n_steps), ("", -8, 8), powers="y")
        self.line(lags, "log10_whole", style.GRADIENT, label="all paths", linewidth=2.2)
        self.line(lags, "log10_carousel", style.STATE, "--", "carousel alone")
        panel(plane, "input bias b$_i$ (dashed: −b$_f$)", ("forget bias b$_f$", 0, 7), ("", -7, 7), pad=20)
        plane.set_yticks(range(-6, 7, 3))
        plane.plot([0, 7], [0, -7], "--", color=style.EDGE)
        legend_above(held)
        legend_above(lags)
        self.handle(self.here(plane, "input_bias", "forget_bias", markersize=9), x="forget_bias", y="input_bias")


class LookingBack(Panels):
    """The share of each token in the last output, and the largest slope of a weight over its logit."""

    height = 350
    longest, sharpest = 200, 32

    def build(self):
        tokens, sharp = self.row(1.4, 1, **WIDE)
        title = "its share in the last output"
        panel(tokens, title, ("token k (the last one asks)", 0, self.longest + 1), ("", -12, 0.5), powers="y")
        self.line(tokens, "log10_share", style.STATE, ".", "its share", x="tokens", markersize=4)
        self.line(tokens, "log10_even", style.RULE, "--", "1/T", x="tokens")
        legend_above(tokens)
        title = "most that a logit moves its own weight"
        panel(sharp, title, ("standard deviation s of the logits", 0, self.sharpest), ("", -0.01, 0.27), pad=20)
        self.line(sharp, "best_heard", style.GRADIENT, x="scales")
        self.handle(self.here(sharp, "best_heard_here", "scale", markersize=9), x="scale")
