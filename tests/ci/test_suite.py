"""The suite itself: how it is divided among processes."""

import pytest

from tests._parts import free_port, part_of


@pytest.mark.parametrize(
    ("test", "part"),
    [
        ("tests/unit/tools/test_lock.py::test_a", "tests/unit/tools/test_lock.py"),
        ("tests/cluster/test_access.py::test_a[tests/e2e/]", "tests/cluster"),
        ("tests/e2e/test_1_up.py::test_a", "tests/e2e"),
    ],
)
def test_a_file_stays_together_and_what_shares_a_platform_as_a_whole(test: str, part: str) -> None:
    assert part_of(test) == part


def test_no_other_process_is_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    ports = [free_port() for _ in range(50)]
    assert {port % 3 for port in ports} == {1}
    assert len(set(ports)) == len(ports)
