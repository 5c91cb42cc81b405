"""Guards, adoption and an unreachable AWS, on AWS resources."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pulumi_sixfold.aws.dynamodb import TableArgs, TableHandler
from pulumi_sixfold.aws.failure import aws_sentence
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.iam import RoleArgs, RoleHandler
from pulumi_sixfold.aws.iam_policy import PolicyArgs, PolicyHandler
from pulumi_sixfold.aws.kms import KeyArgs, KeyHandler
from pulumi_sixfold.aws.s3 import BucketArgs, BucketHandler
from pulumi_sixfold.aws.s3_documents import joined_policy, split_policy
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.handler import Handler

URN = "urn:pulumi:dev::project::sixfold:x:Y::thing"

Make = Callable[..., Any]


def _may(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def test_a_bucket_is_secure_unless_told_otherwise(make: Make, client: Callable[[str], Any]) -> None:
    handler = make(BucketHandler)
    args = BucketArgs(name="lake-1", tls_only=True)
    handler.update(URN, handler.create(URN, args), args)
    s3 = client("s3")
    assert s3.get_bucket_versioning(Bucket="lake-1")["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket="lake-1")["PublicAccessBlockConfiguration"].values())
    statement = json.loads(s3.get_bucket_policy(Bucket="lake-1")["Policy"])["Statement"][0]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


BOUND, OWN = (f"arn:aws:iam::123456789012:policy/{name}" for name in ("bound", "own"))


@pytest.mark.parametrize(
    ("of_provider", "of_role", "settled"),
    [(None, None, {}), (BOUND, None, {"permissions_boundary": BOUND}), (BOUND, OWN, {})],
)
def test_a_role_has_the_boundary_of_its_provider_unless_it_has_its_own(
    make: Make, of_provider: str | None, of_role: str | None, settled: dict[str, str]
) -> None:
    role = RoleArgs(assume_role_policy='{"Statement": []}', permissions_boundary=of_role)
    assert make(RoleHandler, permissions_boundary=of_provider).defaults(role) == {"tags": {}, **settled}


@pytest.mark.parametrize(("endpoint", "tls_only"), [("http://127.0.0.1:1", False), (None, True)])
def test_a_bucket_asks_for_tls_where_there_is_tls(make: Make, endpoint: str | None, *, tls_only: bool) -> None:
    assert make(BucketHandler, endpoint=endpoint).defaults(BucketArgs())["tls_only"] is tls_only


def test_a_bucket_with_objects_refuses_to_go(make: Make, client: Callable[[str], Any]) -> None:
    handler, args = make(BucketHandler), BucketArgs(name="lake-1")
    handler.create(URN, args)
    client("s3").put_object(Bucket="lake-1", Key="a", Body=b"")
    with pytest.raises(ProviderError, match="force_destroy=True"):
        handler.delete("lake-1", args)


def test_force_destroy_takes_all_versions_along(make: Make, client: Callable[[str], Any]) -> None:
    handler, args = make(BucketHandler), BucketArgs(name="lake-1", force_destroy=True)
    handler.update(URN, handler.create(URN, args), args)
    for _ in range(2):
        client("s3").put_object(Bucket="lake-1", Key="a", Body=b"")
    client("s3").delete_object(Bucket="lake-1", Key="a")
    handler.delete("lake-1", args)
    assert handler.read("lake-1") is None


def test_a_bucket_with_more_versions_than_a_page_is_emptied(make: Make, client: Callable[[str], Any]) -> None:
    bucket, s3 = make(BucketHandler), client("s3")
    args = BucketArgs(name="many-versions", tls_only=False, force_destroy=True)
    bucket.update(URN, bucket.create(URN, args), args)
    for number in range(700):
        s3.put_object(Bucket="many-versions", Key=f"k{number}", Body=b"")
        if number < 400:
            s3.delete_object(Bucket="many-versions", Key=f"k{number}")
    bucket.delete("many-versions", args)
    assert bucket.read("many-versions") is None


def test_an_object_that_s3_keeps_is_an_error_and_so_is_its_bucket_kept(scripted: Make) -> None:
    locked = {"Key": "rows", "VersionId": "1"}
    refusal = {**locked, "Code": "AccessDenied", "Message": "the object is locked"}
    handler = scripted(
        BucketHandler,
        ("list_object_versions", {"Bucket": "lake"}, {"Versions": [locked], "IsTruncated": False}),
        ("delete_objects", {"Bucket": "lake", "Delete": {"Objects": [locked], "Quiet": True}}, {"Errors": [refusal]}),
    )
    with pytest.raises(ClientError, match="the object is locked"):
        handler.delete("lake", BucketArgs(force_destroy=True))


def test_somebody_elses_bucket_is_not_adopted(make: Make, client: Callable[[str], Any]) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    client("s3").create_bucket(Bucket="theirs", CreateBucketConfiguration=where)
    client("s3").put_object(Bucket="theirs", Key="a", Body=b"")
    with pytest.raises(ProviderError, match="was not made by this stack"):
        make(BucketHandler).create(URN, BucketArgs(name="theirs"))


def test_a_bucket_that_died_before_its_tags_is_adopted(make: Make, client: Callable[[str], Any]) -> None:
    where = {"LocationConstraint": "eu-west-1"}
    client("s3").create_bucket(Bucket="half-made", CreateBucketConfiguration=where)
    assert make(BucketHandler).create(URN, BucketArgs(name="half-made")) == "half-made"


def test_a_key_that_died_before_its_alias_is_adopted(make: Make, client: Callable[[str], Any]) -> None:
    tags = [{"TagKey": URN_TAG, "TagValue": URN}]
    made = client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    assert make(KeyHandler).create(URN, KeyArgs(name="lake")) == made


def test_a_table_with_rows_refuses_to_go(make: Make, client: Callable[[str], Any]) -> None:
    handler, args = make(TableHandler), TableArgs(name="rows", hash_key="id")
    handler.create(URN, args)
    client("dynamodb").put_item(TableName="rows", Item={"id": {"S": "a"}})
    with pytest.raises(ProviderError, match="has rows"):
        handler.delete("rows", args)
    handler.delete("rows", args.model_copy(update={"force_destroy": True}))


def test_a_tables_encryption_is_changed(make: Make) -> None:
    handler, args = make(TableHandler), TableArgs(name="rows", hash_key="id")
    handler.update(URN, handler.create(URN, args), args)
    sent: list[Any] = []
    handler.client.meta.events.register(
        "before-parameter-build.dynamodb.UpdateTable", lambda params, **_: sent.append(params)
    )
    handler.update(URN, "rows", args.model_copy(update={"kms_key_arn": "arn:key"}))
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:key"}
    assert sent == [{"TableName": "rows", "SSESpecification": encryption}]


def test_a_policy_changes_more_often_than_it_keeps_versions(make: Make) -> None:
    handler = make(PolicyHandler)
    arn = handler.create(URN, PolicyArgs(name="may", policy=_may("s3:Get")))
    for number in range(7):
        args = PolicyArgs(name="may", policy=_may(f"s3:Get{number}"))
        handler.update(URN, arn, args)
        assert handler.read(arn).args == args


def test_an_update_makes_only_the_calls_that_differ(make: Make) -> None:
    handler, args = make(BucketHandler), BucketArgs(name="lake-1", tls_only=False, tags={"a": "b"})
    handler.update(URN, handler.create(URN, args), args)
    calls: list[str] = []
    handler.client.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    handler.update(URN, "lake-1", args.model_copy(update={"versioning": False}))
    assert [name for name in calls if not name.startswith("Get")] == ["PutBucketVersioning"]


def test_another_account_is_refused(make: Make) -> None:
    with pytest.raises(ProviderError, match="belong to account 123456789012, and this stack to 999999999999"):
        make(BucketHandler, account="999999999999").create(URN, BucketArgs(name="lake-1"))


def test_a_stand_in_that_is_down_has_forgotten_everything(make: Make, free_port: Callable[[], int]) -> None:
    handler = make(BucketHandler, endpoint=f"http://127.0.0.1:{free_port()}")
    assert handler.read("lake-1") is None
    handler.delete("lake-1", BucketArgs(name="lake-1"))


def test_an_error_of_aws_says_what_to_do() -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateBucket")
    assert "allow s3:CreateBucket to whoever runs this" in aws_sentence(denied)


@pytest.mark.parametrize("write_once", [True, False])
@pytest.mark.parametrize("tls_only", [True, False])
@pytest.mark.parametrize("policy", [None, '{"Statement":[{"Effect":"Deny"}]}'])
def test_a_bucket_policy_is_taken_apart_as_it_was_joined(
    *, tls_only: bool, write_once: bool, policy: str | None
) -> None:
    switches = {"tls_only": tls_only, "write_once": write_once}
    assert split_policy("b", joined_policy("b", switches, policy)) == (switches, policy)


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.facts.token)
def test_every_fact_of_a_handler_names_an_input(handler: type[Handler[Any]]) -> None:
    inputs = set(handler.facts.args.model_fields)
    assert (
        handler.facts.create_only | handler.facts.identity - {"name"} | handler.facts.unreadable | handler.facts.secrets
        <= inputs
    )
    assert not inputs & set(handler.facts.outputs)
    assert all(field.description for field in handler.facts.args.model_fields.values())
    assert handler.facts.token.startswith("sixfold:local:") or handler.facts.actions
