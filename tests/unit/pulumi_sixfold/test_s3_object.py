"""Objects in S3 where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.s3_object import BucketObjectArgs, BucketObjectHandler
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.reading import UnsayableError

URN = "urn:pulumi:dev::project::sixfold:c:Lake/sixfold:s3:BucketObject::script"
ARGS = BucketObjectArgs(bucket="jobs", key="a/train.py", content="one")

Make = Callable[..., Any]


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket="jobs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return s3


def test_an_object_is_tagged_with_who_made_it(make: Make, s3: Any) -> None:
    assert make(BucketObjectHandler).create(URN, ARGS) == "jobs/a/train.py"
    tags = s3.get_object_tagging(Bucket="jobs", Key="a/train.py")["TagSet"]
    assert tags == [{"Key": URN_TAG, "Value": URN}]


def test_somebody_elses_object_is_not_overwritten(make: Make, s3: Any) -> None:
    s3.put_object(Bucket="jobs", Key="a/train.py", Body=b"theirs")
    with pytest.raises(ProviderError, match="was not made by this stack"):
        make(BucketObjectHandler).create(URN, ARGS)
    assert s3.get_object(Bucket="jobs", Key="a/train.py")["Body"].read() == b"theirs"


def test_what_somebody_wrote_over_it_is_found_and_put_back(make: Make, s3: Any) -> None:
    handler = make(BucketObjectHandler)
    handler.create(URN, ARGS)
    s3.put_object(Bucket="jobs", Key="a/train.py", Body=b"two", ContentType="text/plain; charset=utf-8")
    assert handler.read("jobs/a/train.py").args.content == "two"
    handler.update(URN, "jobs/a/train.py", ARGS)
    assert s3.get_object(Bucket="jobs", Key="a/train.py")["Body"].read() == b"one"


@pytest.mark.parametrize(("body", "why"), [(b"\xff", "no UTF-8"), (b"a" * 1_000_001, "more than 1,000,000")])
def test_content_that_is_no_text_of_its_length_is_refused_and_not_cut(
    make: Make, s3: Any, body: bytes, why: str
) -> None:
    s3.put_object(Bucket="jobs", Key="a/train.py", Body=body)
    with pytest.raises(UnsayableError, match=f"jobs/a/train.py has content .*{why}"):
        make(BucketObjectHandler).read("jobs/a/train.py")


def test_new_tags_do_not_write_the_object_again(make: Make, s3: Any) -> None:
    handler = make(BucketObjectHandler)
    handler.create(URN, ARGS)
    written = s3.head_object(Bucket="jobs", Key="a/train.py")["LastModified"]
    calls: list[str] = []
    handler.client.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    handler.update(URN, "jobs/a/train.py", ARGS.model_copy(update={"tags": {"team": "data"}}))
    assert "PutObject" not in calls
    assert s3.head_object(Bucket="jobs", Key="a/train.py")["LastModified"] == written


def test_an_object_whose_bucket_is_gone_is_gone(make: Make) -> None:
    handler = make(BucketObjectHandler)
    assert handler.read("nowhere/key") is None
    handler.delete("nowhere/key", ARGS.model_copy(update={"bucket": "nowhere"}))
