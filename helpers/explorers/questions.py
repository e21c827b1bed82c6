"""A question in the page: the reader answers by hand, and only then come the verdict and what the cell found."""

import html
import io
import sys
import textwrap
from contextlib import redirect_stdout

import ipywidgets as widgets

from helpers.exercises import EXERCISES, check
from helpers.exercises.answers import Repair, Verdict, read_number
from helpers.explorers import guesses
from helpers.explorers.live import view
from helpers.figures.style import RIGHT, WRONG


class Question:
    """A question with its choices as buttons, or with a field for a number.

    Where no kernel runs it is text, and what the cell has found stands in a fold.
    """

    def __init__(self, name: str):
        self.name, self.found, self._wrong = name, "", 0
        self._ask, self._choices = EXERCISES[name].ask, list(getattr(EXERCISES[name], "says", ()))
        self._said = widgets.HTML(_said("", ""))
        self._buttons = {choice: widgets.Button(description=choice) for choice in self._choices}
        answers = list(self._buttons.values())
        if not self._choices:
            field = widgets.Text(
                description="Your answer",
                placeholder="a number",
                continuous_update=False,
                style={"description_width": "initial"},
                layout=widgets.Layout(width="240px"),
            )
            field.observe(lambda change: self.answer(change.new), "value")
            button = widgets.Button(description="Check")
            button.on_click(lambda _: self.answer(field.value))
            answers = [field, button]
        for choice, button in self._buttons.items():
            button.layout = widgets.Layout(width="auto", border="2px solid transparent")
            button.on_click(lambda _, choice=choice: self.answer(choice))
        row = widgets.HBox(answers, layout=widgets.Layout(flex_flow="row wrap"))
        ask = widgets.HTML(f'<p style="margin: 0; line-height: 1.5"><b>{html.escape(self._ask)}</b></p>')
        self.widget = widgets.VBox([ask, row, self._said], layout=widgets.Layout(max_width="860px"))

    def answer(self, given) -> Verdict:
        """Take an answer as a click does: show the verdict, and what the cell has found, and return the verdict.

        A number can be tried again, so what was found waits until it is right, or until three were wrong.
        """
        verdict = check(self.name, given or None)
        self._wrong += not verdict.right and not read_number(given)[1]
        found = self.found if self._choices or verdict.right or self._wrong > 2 else ""
        colour = RIGHT if verdict.right else WRONG
        if given in self._buttons:
            self._buttons[given].layout.border = f"2px solid {colour}"
        told = f"{'✓' if verdict.right else '✗'} {given}: {verdict.text}" if self._choices else repr(verdict)
        self._said.value = _said(told, found, colour)
        guesses.make(self.name, place_of(self.name, given))
        return verdict

    def __enter__(self):
        """Keep what is printed until it is shown with an answer."""
        self._printed = io.StringIO()
        self._printing = redirect_stdout(self._printed)
        self._printing.__enter__()
        return self

    def __exit__(self, *failure):
        """Show the question, as the last line of a cell is shown."""
        self._printing.__exit__(*failure)
        self.found = self._printed.getvalue()
        if failure[0] is None:
            sys.displayhook(self)

    def __repr__(self):
        answers = [f"( ) {choice}" for choice in self._choices] or ["(a number)"]
        return "\n".join([textwrap.fill(self._ask, 75), *answers])

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The widget, and for where no kernel runs the question, its choices and, folded, what the cell has found."""
        answers = "".join(f"<li>{html.escape(choice)}</li>" for choice in self._choices) or "<li>a number</li>"
        found = f"<details><summary>What was found</summary><pre>{html.escape(self.found)}</pre></details>"
        page = (
            f'<div class="question" data-question="{self.name}"><p><b>{html.escape(self._ask)}</b></p>'
            f"<ul>{answers}</ul>{found if self.found else ''}</div>"
        )
        return view(self.widget) | {"text/html": page, "text/markdown": page, "text/plain": repr(self)}


def _said(told: str, found: str, colour: str = "transparent") -> str:
    """Return the HTML of a verdict and of what was found; a screen reader says it when it comes."""
    pre = f'<pre style="margin: 8px 0; overflow-x: auto">{html.escape(found)}</pre>' if found else ""
    return (
        f'<div role="alert" style="border-left: 4px solid {colour}; padding-left: 8px; line-height: 1.5; '
        f'min-height: 3em">{html.escape(told)}{pre}</div>'
    )


def place_of(name: str, given) -> float | None:
    """Return where on its axis an answer to the question called ``name`` is drawn; None where it is not.

    >>> place_of("01.5", "about 3 times as long"), place_of("09.8", "2,5"), place_of("09.8", "two")
    (87.0, 2.5, None)
    """
    exercise = EXERCISES[name]
    if exercise.guess and hasattr(exercise, "says"):
        return dict(zip(exercise.says, exercise.guess["at"], strict=True)).get(given)
    number, refusal = read_number(given)
    return None if refusal or not exercise.guess else number


def question(name: str) -> Question:
    """Return the question called ``name``; printed inside ``with question(name):`` is what is shown after an answer.

    Raises ValueError for an unknown name, and for a function that is to be repaired: ``check`` takes that.

    >>> question("02.3")
    Where the gradient is longer than 5, what does clipping change of it?
    ( ) its length
    ( ) its direction
    ( ) both
    """
    asked = [one for one, exercise in EXERCISES.items() if not isinstance(exercise, Repair)]
    if not isinstance(name, str) or name not in asked:
        raise ValueError(f"no question is called {name!r}: wanted one of {asked}")
    return Question(name)
