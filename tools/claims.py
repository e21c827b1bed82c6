"""The ledger of claims: each statement of the lecture, and of ours, with its verdict, notebooks and tests.

    python -m tools.claims

prints the table and fails where a claim has a gap: no quotation in a notebook, another verdict there
or at its tests, or no test.
"""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TREATED = [f"C{number}" for number in range(1, 95)]  # every statement of the lecture
TREATED += [f"D{number}" for number in range(1, 23)]  # and of ours, on what came after it
QUOTATION = re.compile(r'> \*\*([CD]\d+)\*\* "(.+?)"\. \*Verdict: (.+?)\.\*')


class Claim(NamedTuple):
    """One statement, and what the project holds of it; of ours (D1 on) also the condition and the source."""

    name: str
    quote: str
    verdict: str
    notebooks: list[str]
    tests: list[str]
    asserted: set[str] = frozenset()  # the verdicts that tests carry
    condition: str = ""
    source: str = ""


def read_tests(folder: Path = ROOT / "tests") -> dict[str, list[tuple[str, str]]]:
    """Return, for each claim, the tests that carry its number in ``@pytest.mark.claim``, each with its verdict or "".

    A mark is ``"C2"``, or ``"C2: true"`` at the test that bears out the verdict.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.glob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "mark.claim" in source else ():
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.claim":
                    for number, _, verdict in (ast.literal_eval(one).partition(": ") for one in decorator.args):
                        found.setdefault(number, []).append((f"{path.name}::{node.name}", verdict))
    return found


def read_quotations(folder: Path = ROOT / "notebooks") -> dict[str, list[tuple[str, str, str]]]:
    """Return, for each claim, the (notebook, quotation, verdict) that the notebooks print."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        for name, quote, verdict in QUOTATION.findall(text):
            found.setdefault(name, []).append((path.name[:2], quote, verdict))
    return found


def read_ledger(path: Path = ROOT / "tests" / "claims.toml") -> list[Claim]:
    """Return the claims of the ledger with the tests that assert them."""
    tests = read_tests()
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Claim(
            name,
            tests=[test for test, _ in tests.get(name, [])],
            asserted={verdict for _, verdict in tests.get(name, []) if verdict},
            **row,
        )
        for name, row in rows.items()
    ]


def gaps(ledger: list[Claim], quotations: dict[str, list[tuple[str, str, str]]]) -> list[str]:
    """Return in words what is missing or contradictory; nothing where all is well."""
    names = [claim.name for claim in ledger]
    missing = [f"{name} is not in the ledger" for name in TREATED if name not in names]
    missing += [f"{name} stands in a notebook and not in the ledger" for name in quotations if name not in names]
    for claim in ledger:
        if claim.name.startswith("D") and not (claim.condition and claim.source):
            missing.append(f"{claim.name} has no condition or no source")
        if not claim.tests:
            missing.append(f"{claim.name} has no test")
        elif claim.asserted != {claim.verdict}:
            at = sorted(claim.asserted) or "nothing"
            missing.append(
                f"{claim.name} is {claim.verdict!r} in the ledger, and {at} at its tests: "
                f'one bears it out, with @pytest.mark.claim("{claim.name}: {claim.verdict}")'
            )
        printed = {notebook: (quote, verdict) for notebook, quote, verdict in quotations.get(claim.name, [])}
        for notebook in sorted({*claim.notebooks, *printed}):
            if printed.get(notebook) != (claim.quote, claim.verdict) or notebook not in claim.notebooks:
                wanted = f'"{claim.quote}", {claim.verdict}, in {claim.notebooks}'
                missing.append(
                    f"{claim.name} in notebook {notebook}: the ledger has {wanted}; it has {printed.get(notebook)}"
                )
    return missing


def main() -> int:
    """Print the table; return 1 where there is a gap."""
    ledger = read_ledger()
    for claim in ledger:
        print(f'{claim.name:4}{claim.verdict:56}{", ".join(claim.notebooks):8}"{claim.quote}"')
        if claim.condition:
            print(f"{'':68}{claim.condition}; source: {claim.source}")
        for test in claim.tests:
            print(f"{'':68}{test}")
    found = gaps(ledger, read_quotations())
    print(f"\n{len(ledger)} claims, {sum(len(claim.tests) for claim in ledger)} tests")
    for gap in found:
        print(f"GAP: {gap}")
    return bool(found)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # a pipe of Windows knows no minus sign
    sys.exit(main())
