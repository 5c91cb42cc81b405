"""The largest stack that is promised: 20 products, each with 5 releases beside each other; in `make test`, 4."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from infra.plans.names import namespace
from tests.cluster._plane import Plane
from tests.cluster._stacks import RUNNER, WHOLE, Stack, summary

PRODUCTS, RELEASES = 20 if WHOLE else 4, 5
PROGRAM = f"""\
import pulumi

from infra import config, mlplatform

ours = config.load_products(config._SOURCE / "products")["flight-delays"]
names = [f"product-{{n}}" for n in range({PRODUCTS})]
config.load_products = lambda _: {{name: ours.model_copy(update={{"name": name}}) for name in names}}
pulumi.export("environment", mlplatform.build(config.read()))
"""  # instead of that many folders


@pytest.fixture(scope="module")
def largest(make_stack: Callable[..., Stack]) -> Stack:
    """The dev stack with that many products, of which nothing is there yet; it goes with the control plane."""
    stack = make_stack("largest", like="dev")
    stack.replace_program(PROGRAM)
    with stack.settings() as platform:
        platform["cluster"]["runner"] = RUNNER
        platform["products"] = {f"product-{n}": {"v1": {"releases": pins(n)}} for n in range(PRODUCTS)}
    return stack


def pins(product: int) -> list[dict[str, object]]:
    digests = [sha256(f"{product}-{number}".encode()).hexdigest() for number in range(RELEASES)]
    return [{"release": digest, "weight": 100 // RELEASES} for digest in digests]


def test_it_is_previewed(largest: Stack) -> None:
    planned = summary(largest.pulumi.preview().stdout)["to"]
    assert planned > 4 * PRODUCTS * RELEASES


def test_it_is_up_from_nothing_in_one_pass(largest: Stack, plane: Plane) -> None:
    largest.pulumi.cli("up", "--yes", "--skip-preview", timeout=900)
    found = plane.list("deployment", namespace("largest", "serving"))
    releases = [each for each in found if each["metadata"]["name"].startswith("product-")]
    assert len(releases) == PRODUCTS * RELEASES
    assert all(each["status"].get("availableReplicas") for each in releases)


def test_a_second_preview_has_nothing_to_do(largest: Stack) -> None:
    largest.pulumi.preview("--expect-no-changes")
