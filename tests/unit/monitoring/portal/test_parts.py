import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitoring.portal import figures, texts, words
from monitoring.portal.charts import Line, chart
from monitoring.portal.figures import SPANS, Budget
from monitoring.portal.kept import Kept, PartlyReadError, keep_fresh, read_each
from monitoring.portal.links import Links
from monitoring.prometheus import AtAddress
from sixfold.errors import SixfoldError
from tests._servers import running
from tests.unit.monitoring.portal._estate import CONTRACT


def test_a_source_that_fails_keeps_its_last_answer_and_says_why() -> None:
    answers: Iterator[Any] = iter([[1], SixfoldError("it is away", remedy="wait")])

    def read() -> list[int]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    kept = Kept("source", list[int](), 1, read)
    kept.refresh()
    read_at = kept.at
    kept.refresh()
    assert (kept.value, kept.at, kept.problem) == ([1], read_at, "it is away")


def test_a_slow_source_delays_no_other() -> None:
    stop, fast = threading.Event(), threading.Event()
    slow = Kept[object]("slow", None, 1, lambda: stop.wait(30))
    threads = list(keep_fresh([slow, Kept[object]("fast", None, 1, fast.set)], stop))
    assert fast.wait(10)
    assert slow.at is None
    stop.set()
    for thread in threads:
        thread.join(10)


def test_one_product_that_cannot_be_read_leaves_the_others_current() -> None:
    with pytest.raises(PartlyReadError, match="b: integer division") as caught:
        read_each("abc", lambda name: 1 // (name != "b"), lambda: {"b": 7})
    assert caught.value.found == {"a": 1, "b": 7, "c": 1}


@pytest.mark.parametrize(
    ("path", "link"),
    [("/", "./products/p/"), ("/alerts/", "../products/p/"), ("/products/p/try/v1/", "../../../../products/p/")],
)
def test_links_are_relative_to_their_page(path: str, link: str) -> None:
    assert Links.of(path).product("p") == link


def test_a_chart_breaks_its_line_at_a_gap_and_tells_the_values() -> None:
    points = [(0.0, 1.0), (60.0, 2.0), (600.0, 3.0)]
    drawn = chart("Load", [Line("r1", points)], gap_s=120, limit=("limit", 4.0))
    assert drawn
    assert drawn.paths[0][2].count("M") == 2
    assert drawn.says == "Load. r1: 3 now, between 1 and 3. limit: 4."
    assert chart("Load", [Line("r1", ())], gap_s=1) is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((0.9951, "%", "99.5 %"), (-1.5, "%", "-150 %"), (0.0123, "ms", "12.3 ms"), (2.5, "ms", "2.50 s")),
        *((3e8, "MB", "300 MB"), (1234567, "", "1,234,567"), (0.71234, "", "0.7123"), (None, "", "not known")),
    ],
)
def test_numbers_are_written_for_people(value: float | None, unit: str, text: str) -> None:
    assert words.number(value, unit) == text


def test_the_budget_that_is_left_is_that_of_the_objective_that_has_less() -> None:
    assert Budget(100, failed=0.0025, slow=0.0).left(CONTRACT) == pytest.approx(0.5)
    assert Budget(100, failed=0.0, slow=0.02).left(CONTRACT) == pytest.approx(-1)
    assert Budget(0, failed=None, slow=None).left(CONTRACT) is None


def test_markdown_has_no_markup_of_its_author_and_no_link_out_of_the_docs() -> None:
    text = "# T\n\n<script>x</script> [a](../secret.md) [b](javascript:x) [c](https://example.com) ![d](x.png)"
    html = texts.markdown(text, "runbooks", 0)
    assert "<script" not in html
    assert html.count("href=") == 1
    assert 'href="https://example.com"' in html


def test_every_query_is_one_that_prometheus_takes(free_port: Callable[[], int], tmp_path: Path) -> None:
    port, now = free_port(), datetime.now(UTC)
    (tmp_path / "prometheus.yml").write_text("{}")
    command = [Path(sys.executable).with_name("prometheus"), f"--web.listen-address=127.0.0.1:{port}"]
    options = [f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    with running([*command, *options], f"http://127.0.0.1:{port}/-/ready", tmp_path / "log"):
        prometheus = AtAddress(f"http://127.0.0.1:{port}")
        assert set(figures.now(prometheus, now)) == set(figures.NOW)
        assert set(figures.over_time(prometheus, SPANS[1], now)) == set(figures.OVER_TIME)
        assert (figures.budgets(prometheus, CONTRACT, now), prometheus.alerts()) == ({}, [])


def test_a_prometheus_that_is_away_is_named_without_its_login() -> None:
    with pytest.raises(SixfoldError, match=r"Prometheus at http://127.0.0.1:9 does not answer") as caught:
        AtAddress("http://sixfold:secret@127.0.0.1:9").alerts()
    assert "secret" not in str(caught.value)
