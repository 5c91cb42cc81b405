from pathlib import Path

import pytest

from sixfold.errors import SixfoldError
from sixfold.stack import Pin, parse, pin, read, unname

FOLDER = Path(__file__).parents[3] / "stacks"
STACKS = sorted(FOLDER.glob("Pulumi.*.yaml"))
FIRST, SECOND = "a" * 64, "b" * 64


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.name)
def test_every_stack_file_of_ours_is_valid(path: Path) -> None:
    assert read(path).region


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.local.yaml"
    path.write_text((FOLDER / path.name).read_text())
    return path


def test_a_pin_is_written_and_the_comments_stay(stack_file: Path) -> None:
    before = stack_file.read_text()
    pin(stack_file, "flight-delays", "v1", [Pin(release=FIRST)])
    assert read(stack_file).products["flight-delays"]["v1"].releases == (Pin(release=FIRST),)
    comments = [line.split("#")[1] for line in before.splitlines() if "#" in line]
    assert all(comment in stack_file.read_text() for comment in comments)


def test_pins_that_do_not_add_up_are_refused_and_the_file_stays(stack_file: Path) -> None:
    before = stack_file.read_text()
    with pytest.raises(SixfoldError, match="the weights add up to 90; make them add up to 100"):
        pin(stack_file, "flight-delays", "v1", [Pin(release=FIRST, weight=50), Pin(release=SECOND, weight=40)])
    assert stack_file.read_text() == before


def test_the_same_release_twice_is_refused(stack_file: Path) -> None:
    with pytest.raises(SixfoldError, match="named twice"):
        pin(stack_file, "flight-delays", "v1", [Pin(release=FIRST, weight=50), Pin(release=FIRST, weight=50)])


def test_an_unknown_stack_is_answered_with_those_that_exist() -> None:
    with pytest.raises(SixfoldError, match="name one of these stacks: dev, local, prod, staging"):
        read(FOLDER / "Pulumi.nowhere.yaml")


@pytest.mark.parametrize(
    "name", ["PR-123", "feature.x", "my_dev", "my dev", "-dev", "a--b", "9dev", "d" * 31, "ü", "dev\n"]
)
def test_a_name_that_is_good_for_one_thing_and_bad_for_another_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"Pulumi.{name}.yaml"
    file.write_text((FOLDER / "Pulumi.dev.yaml").read_text())
    with pytest.raises(SixfoldError, match=r"(?s)is no name of a stack.*such as pr-123"):
        read(file)


def test_a_misspelt_key_inside_a_product_is_found() -> None:
    products = {"a": {"v1": {"rels": []}}}
    data = {"runtime": "processes", "region": "r", "local": {"first_port": 4600}, "products": products}
    with pytest.raises(SixfoldError, match=r"products\.a\.v1\.rels: unknown key; did you mean 'releases'\?"):
        parse(data, "Pulumi.test.yaml")


CLUSTER = {"host": "ml.example.com", "insecure": True, "context": "somewhere"}
PROCESSES = {"runtime": "processes", "region": "r", "local": {"first_port": 4600}}
KUBERNETES = {"runtime": "kubernetes", "region": "r", "cluster": CLUSTER}
MADE = {"version": "1.34", "node_groups": {"all": {"instance_types": ["m6i.large"], "min": 0, "max": 1}}}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({**PROCESSES, "local": None}, "runtime is processes: local is missing"),
        ({**PROCESSES, "cluster": CLUSTER}, "runtime is processes: cluster means nothing here; leave it out"),
        ({**KUBERNETES, "cluster": None}, "runtime is kubernetes: cluster is missing"),
        ({**KUBERNETES, "local": {"first_port": 4600}}, "local means nothing here"),
        ({**KUBERNETES, "network": {"cidr": "10.0.0.0/16", "zones": ["a", "b"]}}, "network means nothing here"),
        ({**KUBERNETES, "cluster": CLUSTER | {"eks": MADE}}, "network is missing"),
        ({**KUBERNETES, "cluster": {"host": "h"}}, "cluster: Value error, name the context of a cluster that exists"),
        ({**KUBERNETES, "products": {"a": {"v1": {"releases": [{"release": FIRST}]}}}}, "runner names no image"),
        ({**KUBERNETES, "cluster": CLUSTER | {"eks": MADE | {"node_grups": {}}}}, "did you mean 'node_groups'?"),
        ({**KUBERNETES, "network": {"cidr": "10.0.0.0/8", "zones": ["a", "b"]}}, "make its prefix one of /16 to /24"),
        ({**KUBERNETES, "network": {"cidr": "10.0.0.0/16", "zones": ["a", "a"]}}, "a zone is named twice"),
        (
            {**KUBERNETES, "cluster": {**CLUSTER, "eks": MADE, "api_cidrs": ["10.0.0.0/28"]}},
            "api_cidrs means nothing",
        ),
        (
            {**KUBERNETES, "cluster": CLUSTER | {"insecure": False}},
            "name the TLS secret in certificate; or say insecure",
        ),
        ({**KUBERNETES, "cluster": CLUSTER | {"certificate": "tls"}}, "insecure means nothing with a certificate"),
        ({**KUBERNETES, "cluster": CLUSTER | {"public": True}}, "nothing goes in the clear over the internet"),
        ({**KUBERNETES, "permissions_boundary": "bound"}, "permissions_boundary: String should match pattern"),
        ({**KUBERNETES, "account": "12"}, "account: String should match pattern"),
    ],
)
def test_a_section_that_the_runtime_lacks_or_has_no_use_for_is_named(data: object, fault: str) -> None:
    with pytest.raises(SixfoldError) as refused:
        parse(data, "Pulumi.test.yaml")
    assert fault in str(refused.value)


def test_a_product_is_taken_out_and_the_rest_of_the_file_stays(stack_file: Path) -> None:
    before = stack_file.read_text()
    pin(stack_file, "other", "v1", [Pin(release=FIRST)])
    assert unname(stack_file, "other")
    assert not unname(stack_file, "other")
    assert stack_file.read_text() == before
    assert all(unname(stack_file, name) for name in read(stack_file).products)
    assert read(stack_file).products == {}
