"""The docs hang together: pages are reachable, links and anchors resolve, and the glossary is one click away."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GLOSSARY = ROOT / "docs" / "glossary.md"
DYNAMIC = re.compile(r"\bimport_module\(")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _links(page: Path) -> Iterator[tuple[Path, str]]:
    for target in _LINK.findall(_FENCE.sub("", page.read_text())):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield Path(os.path.normpath(page.parent / path)) if path else page, anchor


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_and_anchor_resolves(page: Path) -> None:
    broken = [
        f"{target}#{anchor}"
        for target, anchor in _links(page)
        if not target.exists() or (anchor and anchor not in _anchors(target))
    ]
    assert not broken


@pytest.mark.parametrize("page", PAGES[1:], ids=_name)
def test_every_page_links_to_the_glossary(page: Path) -> None:
    assert page == GLOSSARY or GLOSSARY in {target for target, _ in _links(page)}


def test_every_page_is_reachable_from_the_readme() -> None:
    queue, reached = [ROOT / "README.md"], {ROOT / "README.md"}
    while queue:
        found = {target for target, _ in _links(queue.pop()) if target.suffix == ".md"} - reached
        queue += found
        reached |= found
    assert not {_name(page) for page in set(PAGES) - reached}


def test_the_architecture_page_lists_every_file_that_imports_by_name() -> None:
    page = (ROOT / "docs" / "concepts" / "architecture.md").read_text()
    packages = ("sixfold", "pulumi_sixfold", "models", "serving", "products", "monitoring", "infra", "delivery")
    files = {_name(path) for package in packages for path in (ROOT / package).rglob("*.py")}
    dynamic = {name for name in files if DYNAMIC.search((ROOT / name).read_text())}
    assert {name for name in files if f"- `{name}`" in page} == dynamic
