"""Online rows in memory: bounded, and exact for as long as nobody materializes the features again."""

import time

import pytest

from serving.materialization import Materialization
from serving.rows import Rows


def test_a_row_is_known_unknown_or_never_asked_for() -> None:
    rows: Rows[str, tuple[float, ...]] = Rows()
    rows.keep({"a": (1.0,), "b": None})
    assert [rows.find(key) for key in ("a", "b", "c")] == [(True, (1.0,)), (True, None), (False, None)]


def test_the_oldest_rows_make_room() -> None:
    rows: Rows[object, int] = Rows(most_known=10, most_unknown=5)
    rows.keep({number: number for number in range(100)})
    assert (len(rows), rows.find(99), rows.find(0)) == (10, (True, 99), (False, None))


def test_made_up_entities_push_out_no_real_one() -> None:
    rows: Rows[object, int] = Rows(most_known=10, most_unknown=5)
    rows.keep({"real": 1})
    rows.keep(dict.fromkeys(range(1_000)))
    assert (len(rows), rows.find("real")) == (6, (True, 1))


class Store:
    """A record of the materialization that may change, and may be away."""

    def __init__(self) -> None:
        self.id: str | None = "one"
        self.away = False

    def ask(self) -> str | None:
        if self.away:
            raise ConnectionError
        return self.id


def test_rows_are_exact_while_the_materialization_is_the_same() -> None:
    store = Store()
    known = Materialization(store.ask, every_s=60)
    assert known.exact == "one"
    store.id = None
    known.look()
    assert known.exact is None
    store.id = "two"
    known.look()
    assert known.exact == "two"
    known.close()


def test_it_is_asked_for_again_and_again() -> None:
    store = Store()
    known = Materialization(store.ask, every_s=0.01)
    store.id = "two"
    until = time.monotonic() + 10
    while known.exact != "two" and time.monotonic() < until:
        time.sleep(0.01)
    known.close()
    assert known.exact == "two"


def test_nothing_is_exact_where_nobody_can_say_and_the_age_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    known = Materialization(store.ask, every_s=60)
    monkeypatch.setattr("serving.materialization._SURE_FOR_S", 0)
    store.away = True
    before = known.age_s
    known.look()
    assert (known.exact, known.age_s > before) == (None, True)
    known.close()
