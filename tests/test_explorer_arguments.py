"""What an explorer is made with: each argument is a first setting, and a wrong kind of one is refused by its name."""

import inspect
import re

import numpy as np
import pytest

from tools.explorers import makers

WRONG = {
    "None": None,
    "text": "0.9",
    "a truth value": True,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "beyond every range": 1e300,
    "a huge whole number": 10**400,
    "complex": 0.5 + 0j,
    "a list": [0.9],
    "an array": np.array([0.9, 0.9]),
    "an object": object(),
}
ARGUMENTS = [(maker, name) for maker in makers().values() for name in inspect.signature(maker).parameters]


def refusal(maker, **given):
    """What an explorer says of its arguments; nothing where it takes them."""
    try:
        maker(**given)
    except ValueError as failure:
        return str(failure)
    except Exception as failure:
        return f"{type(failure).__name__}, {failure}"
    return ""


@pytest.mark.parametrize(("maker", "name"), ARGUMENTS, ids=lambda one: getattr(one, "__name__", one))
def test_an_argument_of_a_wrong_kind_is_refused_by_its_name(maker, name):
    said = {kind: refusal(maker, **{name: value}) for kind, value in WRONG.items()}
    assert {kind: text for kind, text in said.items() if not re.search(rf"\b{name} = ", text)} == {}


def test_every_maker_with_arguments_is_in_the_table():
    assert len(ARGUMENTS) > 30
