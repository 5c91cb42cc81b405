"""Each stack, from an empty AWS and an empty cluster to nothing again."""

from collections.abc import Callable

import pytest

from tests.cluster._plane import Plane
from tests.cluster._stacks import Stack, summary


@pytest.fixture(scope="module", params=["dev", "staging", "prod"])
def stack(request: pytest.FixtureRequest, make_stack: Callable[..., Stack]) -> Stack:
    """A stack of which nothing is there yet."""
    return make_stack(request.param)


def test_it_is_up_from_nothing_in_one_pass(stack: Stack) -> None:
    printed = stack.pulumi.up().stdout
    assert summary(printed).keys() == {"created"}


def test_a_second_up_has_nothing_to_do(stack: Stack) -> None:
    stack.pulumi.preview("--expect-no-changes")


def test_destroy_leaves_no_namespace_and_nothing_in_aws(stack: Stack, plane: Plane) -> None:
    namespaces = stack.namespaces()
    with stack.settings() as platform:
        platform["deletion_protection"] = False
    stack.pulumi.up()
    stack.pulumi.destroy()
    assert namespaces
    assert not namespaces & {each["metadata"]["name"] for each in plane.list("namespace")}
    assert stack.left() == []
