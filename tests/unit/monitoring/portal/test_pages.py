import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest

from monitoring.portal.app import HEADERS
from tests.unit.monitoring.portal._estate import Client, FakePrometheus, board, digest, readers
from tests.unit.monitoring.portal._page import Page, crawl

KINDS = ("/", "/alerts/", "/products/p0/", "/products/p0/ledger/", "/products/p0/data/", "/products/p0/try/v2/")


@pytest.fixture(scope="module")
def whole() -> Client:
    return Client(board(readers("Some text")))


@pytest.fixture(scope="module")
def crawled(whole: Client) -> dict[str, Page]:
    return crawl(whole)


def test_every_link_leads_to_a_page(crawled: dict[str, Page]) -> None:
    assert set(KINDS) <= set(crawled)
    assert f"/products/p0/releases/{digest('p0', 1)[:12]}/" in crawled
    assert "/docs/runbooks/ModelMetricBreach.md" in crawled


def test_every_page_loads_its_style_and_nothing_else(crawled: dict[str, Page]) -> None:
    loaded = {address for page in crawled.values() for address in page.loaded}
    assert {address for address in loaded if not address.endswith("style.css")} == {"data:,"}
    assert not {tag for page in crawled.values() for tag in page.tags} & {"script", "iframe", "img", "object"}


def test_every_page_can_be_found_ones_way_about_without_eyes(crawled: dict[str, Page]) -> None:
    for path, page in crawled.items():
        counts = [page.tags.count(tag) for tag in ("h1", "main", "header", "footer", "title")]
        assert counts[:4] == [1, 1, 1, 1], path
        assert (page.open, page.unlabelled) == ([], []), path
        assert len(page.ids) == len(set(page.ids)), path


def test_every_answer_forbids_scripts_and_frames(whole: Client) -> None:
    for path in (*KINDS, "/nope", "/style.css"):
        headers = whole.get(path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "script-src" not in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/nope", "/products/zz/", "/products/p0/releases/0/", "/products/p0/try/v9/"])
def test_an_unknown_page_says_so_and_leads_back(path: str, whole: Client) -> None:
    answer = whole.get(path)
    assert (answer.status_code, "All products" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "path", ["/docs/../pyproject.toml", "/docs/%2e%2e/README.md", "/docs/images/floors.svg", "/docs/"]
)
def test_only_pages_of_the_docs_are_read(path: str, whole: Client) -> None:
    assert whole.get(path).status_code == 404


def test_the_portal_only_answers_reads(whole: Client) -> None:
    assert whole.get("/", method="POST").status_code == 405


def test_the_estate_shows_health_budget_metric_and_endings(crawled: dict[str, Page]) -> None:
    text = crawled["/"].text
    for said in ("page", "Alerts fire: ModelMetricBreach", "90 %", "0.7 to 0.7", "50%", "v1 ends", "features 60 s old"):
        assert said in text, said


def test_a_product_shows_charts_below_each_other_with_their_text(crawled: dict[str, Page]) -> None:
    page = crawled["/products/p0/"]
    titles = ["Live Some text over", "Share of due predictions", "Drift from training", "Time within which 99%"]
    assert page.tags.count("svg") == 6
    assert [page.text.index(title) for title in titles] == sorted(page.text.index(title) for title in titles)
    assert "now, between 0.6 and 0.66" in page.text


def test_personal_columns_are_not_named(crawled: dict[str, Page]) -> None:
    text = crawled["/products/p0/data/"].text
    assert ("secret_name" in text, "a column with personal data" in text) == (False, True)


def test_the_filled_form_becomes_a_command_of_one_shell_word(whole: Client) -> None:
    text = Page(whole.get("/products/p0/try/v2/?n=5&Some%20text=it%27s%20%24(reboot)").text).text
    assert """-d '{"Some text": "it'"'"'s $(reboot)", "n": 5}'""" in text


def gone(*_: object) -> None:
    raise ConnectionError("the source is away")


class Away(FakePrometheus):
    query = range = alerts = gone  # type: ignore[assignment] # none of them answers


NAMES = ("ledger", "records", "card", "tables", "use", "reports", "received", "texts")


@pytest.mark.parametrize("name", [*NAMES, "prometheus"])
def test_a_broken_source_is_named_and_the_rest_is_shown(name: str) -> None:
    broken = {name: Away({}, "", 0) if name == "prometheus" else gone}
    pages = crawl(Client(board(readers("Some text", **broken))))
    assert all("the source is away" in page.text for page in pages.values())
    assert "Some text" in pages["/"].text


def test_nothing_at_all_still_gives_a_page() -> None:
    away = dict.fromkeys(NAMES, gone) | {"contracts": gone, "prometheus": Away({}, "", 0)}
    text = Client(board(readers("Some text", **away))).get("/").text
    assert "No contract is known" in text
    assert "is nothing of it" in text


def test_health_is_not_known_while_prometheus_is_away() -> None:
    text = crawl(Client(board(readers("Some text", prometheus=Away({}, "", 0)))))["/"].text
    assert text.count("Prometheus does not answer.") == 2


def test_an_estate_of_twenty_products_and_a_hundred_releases_answers_within_its_time() -> None:
    client = Client(board(readers("Some text", products=20, releases=5)))
    client.get("/")
    assert median(_seconds(lambda: client.get("/")) for _ in range(9)) < 0.2


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def test_a_page_says_the_age_of_what_it_shows() -> None:
    old = board(readers("Some text"))
    old.ledger.at = datetime.now(UTC) - timedelta(hours=2)  # not AT, which a long run leaves behind
    assert "ledger: 2 h ago" in Client(old).get("/").text
