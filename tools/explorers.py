"""The explorers of the package, found where they are made: whatever says that it returns an Explorer."""

import importlib
import inspect
import pkgutil

from helpers import explorers
from helpers.explorers.live import Explorer


def makers() -> dict:
    """Return, by name, every public function of the modules of explorers that returns an Explorer."""
    found = {}
    for module in pkgutil.iter_modules(explorers.__path__, "helpers.explorers."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if inspect.signature(function).return_annotation is Explorer and not name.startswith("_"):
                found[name] = function
    return found
