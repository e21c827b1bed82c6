"""What is left to `--thorough`: the rest of many examples, of which each run of the tests takes the first."""

import pytest


def all_if_thorough(n: int, examples) -> list:
    """Return the examples, all but the first ``n`` of them marked, for ``pytest.mark.parametrize``."""
    examples = list(examples)
    return examples[:n] + [pytest.param(one, marks=pytest.mark.thorough) for one in examples[n:]]
