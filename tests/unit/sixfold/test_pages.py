import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from sixfold.pages import render

ROOT = Path(__file__).parents[3]
PACKAGES = ("sixfold", "models", "serving", "products", "monitoring", "infra", "delivery")


@pytest.fixture
def module(tmp_path: Path) -> str:
    """The file of a module with a template beside it."""
    (tmp_path / "page.html").write_text('<p title="{{ text }}">{{ text }}</p>\n')
    return str(tmp_path / "page.py")


def test_hostile_text_leaves_neither_its_element_nor_its_attribute(module: str) -> None:
    escaped = "&#34;&gt;&lt;script&gt;&amp;"
    assert render(module, text='"><script>&') == f'<p title="{escaped}">{escaped}</p>'


def test_a_value_that_the_template_does_not_get_is_an_error(module: str) -> None:
    with pytest.raises(UndefinedError, match="text"):
        render(module)


def test_no_module_writes_html_itself() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert not [str(path) for path in files if re.search(r"<(!doctype|html|table|tr|td|p|div)\b", path.read_text())]
