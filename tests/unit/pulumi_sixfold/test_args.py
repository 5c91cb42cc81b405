"""Inputs: what the program, the plugin and the wire make of them."""

import json

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_sixfold.engine.wire import decode, encode
from pulumi_sixfold.kit.args import UNKNOWN, InvalidArgs
from pulumi_sixfold.kit.difference import changes
from pulumi_sixfold.kit.naming import physical_name
from pulumi_sixfold.resources.iam import RoleArgs
from pulumi_sixfold.resources.kms import KeyArgs
from pulumi_sixfold.resources.process import ProcessArgs
from pulumi_sixfold.resources.s3 import BucketArgs

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.text(max_size=5), json_values, max_size=4)


def test_a_misspelt_input_is_refused_at_once_with_the_nearest_name() -> None:
    with pytest.raises(InvalidArgs, match=r"versionning: there is no such property; did you mean 'versioning'\?"):
        BucketArgs.model_validate({"versionning": True})


def test_a_wrong_value_is_refused_with_what_to_write_and_without_the_value() -> None:
    with pytest.raises(InvalidArgs) as caught:
        KeyArgs.model_validate({"deletion_window_days": 31337})
    assert "Days, 7-30" in str(caught.value)
    assert "31337" not in str(caught.value)


def test_a_path_that_leaves_the_folder_is_refused() -> None:
    with pytest.raises(InvalidArgs, match="below the folder"):
        ProcessArgs.model_validate({"home": "/x", "command": ["a"], "files": {"../b": ""}})


@pytest.mark.parametrize("later", [UNKNOWN, pulumi.Output])
def test_what_is_known_only_later_passes_through(later: object) -> None:
    value = object.__new__(later) if isinstance(later, type) else later
    args = BucketArgs.model_validate({"kms_key_arn": value, "tags": {"a": value}})
    assert args.properties()["kms_key_arn"] is value
    assert args.properties()["tags"] == {"a": value}


def test_documents_that_mean_the_same_are_the_same() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    spellings = (document, json.dumps(document, indent=4), dict(reversed(document.items())))
    assert len({RoleArgs(assume_role_policy=each).assume_role_policy for each in spellings}) == 1


TRUST = '{"Statement":[]}'


def test_the_order_of_attached_policies_means_nothing() -> None:
    one, other = (RoleArgs(assume_role_policy=TRUST, managed_policy_arns=arns) for arns in (["a", "b"], ["b", "a"]))
    assert one == other


@given(documents)
def test_what_is_encoded_is_decoded_to_the_same(values: dict[str, object]) -> None:
    assert decode(encode(values)).values == {name: value for name, value in values.items() if value is not None}


@given(documents)
def test_secrets_are_marked_again(values: dict[str, object]) -> None:
    names = {name for name, value in values.items() if value is not None}
    assert decode(encode(values, names)).secrets == names


def test_unknowns_survive_the_wire() -> None:
    assert decode(encode({"a": [UNKNOWN]})).values == {"a": [UNKNOWN]}


@given(documents)
def test_equal_inputs_have_no_changes(values: dict[str, object]) -> None:
    assert changes(values, json.loads(json.dumps(values))) == {}


def test_changes_are_told_property_by_property() -> None:
    old = {"a": {"b": 1, "c.d": 2}, "l": [1, 2], "gone": 1}
    new = {"a": {"b": 2, "c.d": 3}, "l": [1], "new": 1}
    assert changes(old, new) == {
        "a.b": "update",
        'a["c.d"]': "update",
        "l[1]": "delete",
        "gone": "delete",
        "new": "add",
    }


@given(st.text(), st.integers(10, 80))
def test_a_physical_name_is_short_and_plain(name: str, limit: int) -> None:
    made = physical_name(f"urn:pulumi:dev::p::t::{name}", "1/eu", {}, limit=limit)
    assert len(made) <= limit
    assert made == made.lower()
    assert made.replace("-", "").isascii()
    assert made.replace("-", "").isalnum()


def test_a_physical_name_depends_on_urn_scope_and_fixed_inputs_only() -> None:
    def name(urn: str = "a", scope: str = "b", fixed: str = "c") -> str:
        return physical_name(urn, scope, {"key": fixed}, limit=63)

    assert name() == name()
    assert len({name(), name(urn="x"), name(scope="x"), name(fixed="x")}) == 4
