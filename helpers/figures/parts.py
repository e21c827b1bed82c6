"""What figures of several concepts share: panels, limits, notes and legends."""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from helpers.figures import style
from helpers.figures.scene import Scene
from helpers.figures.shown import power

RINGED = {"markeredgecolor": style.RULE}  # a mark that must be seen on any colour


class Panels(Scene):
    """A scene whose panels, and what moves in them, are made in one call each.

    ``self.line(axes, "log10_gru", style.GRADIENT, "--", "GRU")`` draws a dashed line and says that it shows that field.
    """

    def row(self, *widths: float, left=0.07, right=0.985, top=0.83, bottom=0.15, wspace=0.18) -> list[Axes]:
        """Return panels side by side, of these widths relative to one another."""
        panels = self.figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
        self.figure.subplots_adjust(left, bottom, right, top, wspace)
        return list(panels)

    def line(self, axes, y, color=style.RULE, look="-", label="", x=None, inside=False, names=(), path=None, **more):
        """Return a new line that shows the field ``y`` over ``x``, or on the ``path`` (x, y) that it makes of them."""
        (line,) = axes.plot([], [], look, color=color, label=label, **more)

        def follow(*values):
            line.set_data(*path(*values))

        self.shows(line, y, x, inside, follow if path else None, names)
        return line

    def here(self, axes, y, x=None, look="o", **more) -> Line2D:
        """Return a new mark of where the settings are, which may lie over the edge of its axes."""
        return self.line(axes, y, style.MARK, look, x=x, **{"markersize": 8, "clip_on": False} | more)


def panel(
    axes: Axes, title="", x=("",), y=("",), zero: float | None = 0, pad: float | None = None, powers="", **more
) -> Axes:
    """Give ``axes`` a title and, across and up, a label with the limits behind it; and a line that stands for 0.

    Those of ``powers``, "x", "y" or both, show logarithms: what stands at them are the numbers themselves.
    """
    axes.set_title(title, pad=pad)
    for name, (label, *limits) in (("x", x), ("y", y)):
        axes.set(**{f"{name}label": label}, **({f"{name}lim": limits} if limits else {}))
        if name in powers:
            in_powers(getattr(axes, f"{name}axis"))
    axes.set(**more)
    if zero is not None:
        level(axes, zero)
    return axes


def in_powers(axis: Axis) -> None:
    """Let an axis of logarithms count the numbers: 0.01, 1, 100, 10⁻⁵."""
    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    axis.set_major_formatter(power)


def level(axes, y, **more):
    """Draw a horizontal line that stands for a limit, and return it."""
    return axes.axhline(y, **{"color": style.EDGE, "linewidth": 0.9} | more)


def note(axes, x=0.98, y=0.95, **more):
    """Return an empty text in a corner of ``axes``, for what does not fit the picture."""
    placed = {"ha": "right", "va": "top", "transform": axes.transAxes, "color": style.RULE, "fontsize": 8.5} | more
    return axes.text(x, y, "", **placed)


def legend_above(axes: Axes, handles=None, pad=20.0, **more) -> None:
    """Put a legend in a row between title and axes, where no curve can run through it."""
    axes.set_title(axes.get_title(loc="left"), pad=pad)
    _legend(axes, handles, {"loc": "lower left", "bbox_to_anchor": (0, 1.01), "columnspacing": 1.2} | more)


def legend_beside(axes: Axes, handles=None, **more) -> None:
    """Put a legend in a row to the right of the title."""
    _legend(axes, handles, {"loc": "lower right", "bbox_to_anchor": (1, 1.01)} | more)


def _legend(axes: Axes, handles, placed: dict) -> None:
    handles = handles or axes.get_legend_handles_labels()[0]
    axes.legend(handles=handles, ncols=len(handles), **{"borderaxespad": 0} | placed)
