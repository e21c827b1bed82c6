"""The explorers of the package, found where they are made: whatever says that it returns an Explorer."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

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


def builders(source: str) -> list[str]:
    """Return the public names of a module's source that make an Explorer when they are called, annotated or not.

    >>> builders("def one():\\n    return Explorer([])\\n\\ntwo = lambda: one()")
    ['one', 'two']
    """
    parts = {}
    for node in ast.parse(source).body:
        names = [node] if isinstance(node, ast.FunctionDef) else getattr(node, "targets", [])
        called = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        parts |= {getattr(name, "name", None) or ast.unparse(name): called for name in names}
    built = {"Explorer", "live.Explorer"}
    for _ in parts:  # who calls a builder is one
        built |= {name for name, called in parts.items() if called & built}
    return [name for name in parts if name in built and not name.startswith("_")]


def missed() -> list[str]:
    """Return a sentence for each builder in the modules of explorers that ``makers`` does not find: what to do."""
    found = {(function.__module__, name) for name, function in makers().items()}
    return [
        f"{module.name}: {name} makes an Explorer and no test finds it. Write `-> Explorer` after its arguments, and "
        "give it a name that no other module of explorers has."
        for module in pkgutil.iter_modules(explorers.__path__, "helpers.explorers.")
        for name in builders(Path(importlib.import_module(module.name).__file__).read_text(encoding="utf-8"))
        if (module.name, name) not in found
    ]
