from collections.abc import Callable
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest

from infra.plans.portal.page import portal_page
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product

Plan = Callable[..., tuple[VersionTraffic, ...]]
EDGE = "http://127.0.0.1:8000"
VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """Checks that tags close in order, and collects addresses, identifiers and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.links += [value for key in ("href", "src") if (value := found.get(key)) is not None]
        self.ids += [value for value in [found.get("id")] if value]
        self.open += [] if tag in VOID else [tag]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(product: Product, traffic: tuple[VersionTraffic, ...], stack: str = "local") -> str:
    return portal_page(stack=stack, products={product.name: product}, traffic=traffic, edge=EDGE)


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    return parser


@pytest.fixture
def old(make_product: Callable[..., Product]) -> Product:
    return make_product(
        api_versions={
            "v1": {"since": date(2024, 1, 1), "deprecated": date(2025, 1, 1), "sunset": date(2026, 1, 1)},
            "v2": {"since": date(2025, 1, 1), "deprecated": date(2026, 6, 1)},
            "v3": {"since": date(2026, 6, 1)},
        }
    )


def test_the_page_is_well_formed_and_loads_nothing(old: Product, plan: Plan) -> None:
    found = outline(page(old, plan(old, v2=[("a", "127.0.0.1:1", 100)])))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert [link for link in found.links if link.startswith("#") and link[1:] not in found.ids] == []
    assert "/flight-delays/v2/docs" in found.links


def test_the_example_call_has_no_key_where_none_is_asked_for(
    make_product: Callable[..., Product], live: tuple[VersionTraffic, ...]
) -> None:
    product = make_product(anonymous=["local"])
    assert ["$KEY" in page(product, live, stack) for stack in ("local", "prod")] == [False, True]


def test_the_example_call_can_be_copied_as_it_is(product: Product, live: tuple[VersionTraffic, ...]) -> None:
    text = unescape(page(product, live))
    assert "curl http://127.0.0.1:8000/flight-delays/v1/predict" in text
    assert 'H "Authorization: Bearer $KEY"' in text
    assert r"""-d '{"origin": "JFK", "remark": "it'\''s <late>"}'""" in text


HOSTILE = "\"'><script>alert(1)</script>&{{ 7 * 7 }}"


@pytest.mark.parametrize("key", ["title", "description", "on_call", "consumers", "metric", "example"])
def test_hostile_text_of_a_contract_cannot_become_markup(
    key: str, make_product: Callable[..., Product], plan: Plan
) -> None:
    texts = {"consumers": [{"name": "rebooking", "purpose": HOSTILE}], "example": {HOSTILE: HOSTILE}}
    texts["metric"] = make_product().metric.model_dump() | {"name": HOSTILE}
    product = make_product(**{key: texts.get(key, HOSTILE)})
    html = page(product, plan(product, v1=[("a", "127.0.0.1:1", 100)]))
    assert "<script" not in html
    assert outline(html).open == []
    assert "alert(1)" in outline(html).text
    assert "{{ 7 * 7 }}" in outline(html).text


@pytest.mark.parametrize("says", ["answers no more", "Deprecated.", "sixfold publish flight-delays"])
def test_each_version_says_where_it_stands(says: str, old: Product, plan: Plan) -> None:
    assert says in page(old, plan(old, v2=[("a", "127.0.0.1:1", 100)]))


def test_releases_are_shown_with_their_share(product: Product, plan: Plan) -> None:
    html = page(product, plan(product, v1=[("a" * 64, "127.0.0.1:1", 90), ("b" * 64, "127.0.0.1:2", 10)]))
    assert f"<code>{'a' * 12}</code></td><td>90 %" in html
    assert f"<code>{'b' * 12}</code></td><td>10 %" in html
