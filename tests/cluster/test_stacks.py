"""Each stack, from an empty AWS and a cluster without any operator to nothing again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster._plane import Plane, running
from tests.cluster._stacks import WHOLE, Stack, summary

HELM_LEAVES = {"gateway.networking.k8s.io", "monitoring.coreos.com", "ray.io"}


@pytest.fixture(scope="module")
def empty(binary: Path, free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    """A control plane that knows Kubernetes' own kinds only."""
    with running(binary, tmp_path_factory.mktemp("empty"), free_port, operators=False) as plane:
        yield plane


@pytest.fixture(scope="module", params=["dev", "staging", "prod"] if WHOLE else ["prod"])
def stack(request: pytest.FixtureRequest, make_stack: Callable[..., Stack], empty: Plane) -> Stack:
    """A stack of which nothing is there yet, not even the kinds of its custom resources."""
    empty.kubectl("delete", "crd", "--all")
    return make_stack(request.param, on=empty)


def test_it_is_up_from_nothing_in_one_pass(stack: Stack) -> None:
    printed = stack.pulumi.up().stdout
    assert summary(printed).keys() == {"created"}


def test_a_second_up_has_nothing_to_do(stack: Stack) -> None:
    stack.pulumi.preview("--expect-no-changes")


def test_destroy_leaves_no_namespace_and_nothing_in_aws(stack: Stack, empty: Plane) -> None:
    namespaces = stack.namespaces()
    with stack.settings() as platform:
        platform["deletion_protection"] = False
    stack.pulumi.up()
    stack.pulumi.destroy()
    assert namespaces
    assert not namespaces & {each["metadata"]["name"] for each in empty.list("namespace")}
    assert stack.left() == []
    assert {each["spec"]["group"] for each in empty.list("crd")} == HELM_LEAVES
