"""A state that a type cannot express: it is refused at read, refresh, import and update, and still deleted."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_sixfold.aws.s3 import BucketArgs, BucketHandler, LifecycleRule
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import encode
from pulumi_sixfold.kit.reading import UnsayableError, reading

Make = Callable[..., Any]
URN = "urn:pulumi:dev::project::sixfold:s3:Bucket::lake"
ARGS = BucketArgs(name="lake", tls_only=False, force_destroy=True)
FOR_SOME = {"And": {"Prefix": "tmp/", "Tags": [{"Key": "ttl", "Value": "1"}]}}
RULE = {"ID": "x", "Status": "Disabled", "Expiration": {"Days": 1}, "Filter": FOR_SOME}


@pytest.fixture
def buckets(make: Make, client: Callable[[str], Any]) -> Any:
    """The handler of buckets, with a bucket of which a rule is for objects with a tag."""
    handler = make(BucketHandler)
    handler.create(URN, ARGS)
    client("s3").put_bucket_lifecycle_configuration(Bucket="lake", LifecycleConfiguration={"Rules": [RULE]})
    return handler


def test_a_rule_for_tagged_objects_is_never_read_as_one_for_all(buckets: Any) -> None:
    with pytest.raises(UnsayableError, match=r"the Bucket lake has Rules.Filter.And .*, which a Bucket cannot"):
        buckets.read("lake")


def test_what_cannot_be_read_is_not_written_over(buckets: Any, client: Callable[[str], Any]) -> None:
    more = ARGS.model_copy(update={"lifecycle_rules": [LifecycleRule(id="more", noncurrent_days=9)]})
    with pytest.raises(UnsayableError):
        buckets.update(URN, "lake", more)
    assert client("s3").get_bucket_lifecycle_configuration(Bucket="lake")["Rules"] == [RULE]


def test_what_cannot_be_read_is_deleted(buckets: Any) -> None:
    buckets.delete("lake", ARGS)
    assert buckets.read("lake") is None


@pytest.mark.parametrize("recorded", [{}, ARGS.properties()], ids=["import", "refresh"])
def test_an_import_and_a_refresh_end_with_a_sentence(buckets: Any, moto: str, recorded: dict[str, Any]) -> None:
    del buckets
    plugin: Any = Servicer([BucketHandler])
    plugin.Configure(pb.ConfigureRequest(args=encode({"region": "eu-west-1", "endpoint": moto})), None)
    context = Context()
    with pytest.raises(AbortedError):
        plugin.Read(pb.ReadRequest(urn=URN, id="lake", inputs=encode(recorded)), context)
    assert "cannot say" in context.said
    assert "fault in the sixfold provider" not in context.said


class AbortedError(Exception):
    pass


class Context:
    said = ""

    def abort(self, _: object, said: str) -> None:
        self.said = said
        raise AbortedError


def test_what_is_left_counts_for_the_leak_check(buckets: Any) -> None:
    assert buckets.remains("arn:aws:s3:::lake")


def test_an_operation_that_nobody_declared_is_not_understood() -> None:
    assert reading().rest({"Everything": {"is": "new"}, "NextToken": "a", "Empty": ""}, "x") == ["Everything"]


def test_other_resources_of_a_listing_do_not_matter() -> None:
    groups = [{"name": "a", "odd": 1}, {"name": "ab"}]
    listing = reading("name", at="groups", named="name")
    assert (listing.rest({"groups": groups}, "ab"), listing.rest({"groups": groups}, "a")) == ([], ["odd"])


@pytest.mark.parametrize(
    ("found", "rest"),
    [
        ({"Mode": "usual", "List": [1]}, []),
        ({"Mode": "other"}, ["Mode other"]),
        ({"List": [1, 2]}, ["List (2 of them)"]),
        ({"Deep": {"said": 1, "other": 2}}, ["Deep.other"]),
    ],
)
def test_a_fixed_value_and_a_number_of_items_are_taken_for_granted(found: dict[str, Any], rest: list[str]) -> None:
    understood = reading("Deep.said List", fixed={"Mode": "usual"}, most={"List": 1})
    assert understood.rest(json.loads(json.dumps(found)), "x") == rest
