"""Turns of a dialect that this course once spoke, each with what to say instead; and the texts that a reader meets."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import nbformat

from helpers.exercises import EXERCISES
from helpers.exercises.answers import Choice, Exercise, Repair

ROOT = Path(__file__).resolve().parents[1]

# A pattern: what it should be.
TURNS = {
    r"leav(?:e|es|ing) the floats?": "is too large (or too small) for the computer",
    r"(?:factor|growth|rate|shrinks?|grows?)(?: of)? a (?:step|layer)\b": "per step, per layer",
    r"by \S+ a (?:step|layer)\b": "by … per step",
    r"\b(?:one|a) (?:word|letter|number|input) a step\b": "per step",
    r"\bas good as\b": "almost",
    r"\bthe dear(?:er|est)? way\b": "the expensive way",
    r"\b(?:rooms|floors?)\b": "the name of the thing",
    r"\b(?:say|says|said|know|knows|knew|tell|tells|learn|learns|learned|speak|speaks)"
    r"(?: nothing| little| more| much| something| anything| for certain)* of\b(?! (?:each|any) whether)": "about",
    r"\bshall (?:say|return|be|have|hold)\b": "should",
    r"\b(?:when|where|as) (?:it|he|she|you|they) (?:is|was|are|were) told\b": "say who says what",
    r"\bcan be told\b|\bto be told\b|\bis told (?:so|that)\b": "say, tell apart",
    r"\bcomes? to (?:swing|rest or)\b": "oscillates, settles",
    r"\blets? pass\b": "passes",
    r"\bthe one way, the other\b": "say which",
    r"\bgoes on where it was\b": "continues where it stopped",
    r"\b(?:makes?|made|drawn?|computed|begun) (?:\w+ )?anew\b": "again",
    r"\bforetells?\b": "predict",
    r"\b(?:asked|wanted) (?:is|was) (?:the|a|what)\b": "… is asked for",
    r"\bso it (?:is|would be|might be) (?:if|with|at|for)\b": "that would hold if, that holds with",
    r"\bwith that at the end as\b": "relative to that at the end",
    r"\bnext to nothing else\b": "almost nothing else",
    r"\btwice thirty\b": "two groups of thirty",
    r"\bthis does not part\b": "does not separate the two",
    r"\bof much the same (?:size|length)\b": "about as large",
    r"\bmeasure of all\b": "say it plainly",
    r"\bbeside the balance\b": "away from the balance",
    r"\bthe very (?:step|same)\b": "the step itself, the same",
    r"\bno more floats\b": "too large for the computer",
    r"\bunless its output lies in\b": "points where",
    r"\bsilence leaves\b": "with no input, … is left",
    r"\bfar more ways\b": "mixed routes are many",
    r"\b(?:colors?|centers?|centered|behaviors?|neighbors?|gray|favors?|meters?)\b": "British spelling",
}
FOLD = re.compile(r"<details>.*?</details>", flags=re.DOTALL)
QUOTE = re.compile(r'"[^"\n]*"|“[^”\n]*”')  # the slides' words, not ours
REFERENCES = re.compile(r"^## References$.*?(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)
NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)", flags=re.DOTALL)


def prose(text: str) -> str:
    """Return a text of Markdown without code, formulas, addresses, quotations and references."""
    return QUOTE.sub("“”", NOT_PROSE.sub(" X ", REFERENCES.sub("", text)))


def hints() -> dict[str, str]:
    """Return, by question, all that its checker may say."""
    said = {}
    for name, one in EXERCISES.items():
        if isinstance(one, Choice):
            said[name] = [one.ask, *one.says, *one.says.values()]
        elif isinstance(one, Exercise):
            said[name] = [one.ask, one.explanation, one.otherwise, *(text for _, text in one.hints)]
        elif isinstance(one, Repair):
            said[name] = [one.explanation, *(text for _, text in one.mistakes)]
    return {name: "\n".join(some) for name, some in said.items()}


@lru_cache(1)
def nodes_of(path: Path) -> tuple[ast.Module, list[ast.AST]]:
    """Return the tree of a module, and all that stands in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tree, list(ast.walk(tree))


def docstrings(path: Path) -> str:
    """Return the docstrings of a module, of its public classes and functions, without what they compute."""
    tree, nodes = nodes_of(path)
    public = [
        node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    texts = [ast.get_docstring(node) or "" for node in (tree, *public)]
    return "\n".join(re.sub(r"^ *(?:>>>|\.\.\.).*$", "", text, flags=re.MULTILINE) for text in texts)


def printed(path: Path) -> str:
    """Return the strings of a module of more than a word that are no docstrings: sentences, labels, messages."""
    _, nodes = nodes_of(path)
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return "\n".join(
        str(node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and " " in str(node.value) and id(node) not in told
    )


def read() -> dict[str, str]:
    """Return what a reader meets, by where it stands."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        found[path.stem] = prose("\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
        found[f"{path.stem}, code"] = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md")), ROOT / "helpers/data/README.md"]:
        found[path.relative_to(ROOT).as_posix()] = prose(path.read_text(encoding="utf-8"))
    found |= {f"question {name}": prose(text) for name, text in hints().items()}
    for layer in ("maths", "exercises", "experiments", "explorers", "data", "figures"):
        for path in sorted((ROOT / "helpers" / layer).glob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found[f"{name}, strings"] = printed(path)
            if layer != "figures":  # whose docstrings only those read who draw
                found[f"{name}, docstrings"] = prose(docstrings(path))
    return found


def turns(text: str) -> list[str]:
    """Return the turns of the dialect in a text, each with some words around it, and what to say instead."""
    joined = " ".join(text.split())
    return [
        f"“{joined[max(0, one.start() - 30) : one.end() + 20]}”: {instead}"
        for pattern, instead in TURNS.items()
        for one in re.finditer(pattern, joined, flags=re.IGNORECASE)
    ]
