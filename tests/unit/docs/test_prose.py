"""Prose that a machine can judge: words that have a field's term instead, and docstrings that hide their subject."""

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = (
    *("sixfold", "pulumi_sixfold", "models", "serving", "products"),
    *("monitoring", "infra", "delivery", "bench", "tools"),
)
BANNED = {
    r"\bways? out\b": "egress route",
    r"\bfleeting\b": "spot",
    r"\b(as|so|too|half as) dear\b": "expensive",
    r"\btellers?\b": "publisher",
    r"\bdeaf\b": "notification delivery failed",
    r"\blets? in\b": "authorised",
    r"\bwakes? (the|its) owner\b": "pages the owner",
    r"\bdearest\b": "most expensive",
    r"\bis told of\b": "is notified of",
    r"\b(at|so) (every|all) looks?\b": "at every evaluation",
}
LEFT = {"pulumi_sixfold/aws/gateways.py:1"}
"""Docstrings and comments with such a word. May only shrink."""
RIDDLE = re.compile(r"(What|Who|Whom|One that|It|They)\b|(Return|Yield)s? (what|who|whom|how|where)\b")
RIDDLES_LEFT = 0
"""May only fall. A docstring names its subject first: not "Return what …" but "Return the headers of …"."""


def _docs() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _docstrings() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    line = getattr(node, "lineno", 1)
                    yield f"{path.relative_to(ROOT)}:{line}", ast.get_docstring(node) or ""


def _comments() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            with path.open("rb") as file:
                for token in tokenize.tokenize(file.readline):
                    if token.type == tokenize.COMMENT:
                        yield f"{path.relative_to(ROOT)}:{token.start[0]}", token.string


@pytest.mark.parametrize("page", _docs(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_uses_the_terms_of_the_field(page: Path) -> None:
    found = {match[0]: term for word, term in BANNED.items() for match in re.finditer(word, page.read_text())}
    assert not found, f"write the term instead: {found}"


def test_docstrings_and_comments_use_the_terms_of_the_field() -> None:
    texts = [(where, text) for where, text in (*_docstrings(), *_comments()) if where not in LEFT]
    found = [
        f"{where}: write {term}" for where, text in texts for word, term in BANNED.items() if re.search(word, text)
    ]
    assert not found, "\n".join(found)


def test_no_more_docstrings_hide_their_subject_than_before() -> None:
    riddles = [f"{where}: {text.splitlines()[0]}" for where, text in _docstrings() if RIDDLE.match(text)]
    sys.stdout.write(f"{len(riddles)} docstrings begin with a pronoun or 'Return what'; {RIDDLES_LEFT} are allowed\n")
    assert len(riddles) <= RIDDLES_LEFT, "name the subject first:\n" + "\n".join(riddles)
