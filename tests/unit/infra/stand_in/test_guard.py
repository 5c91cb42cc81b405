"""The guard before moto, on its own and before the real one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from infra.stand_in.guard import Guard

KEY = "0123456789abcdef0123456789abcdef"
SIGNED = f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0"
GOOD = {"HTTP_HOST": "127.0.0.1:4604", "HTTP_AUTHORIZATION": SIGNED}
QUERY = f"X-Amz-Credential={KEY}%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"


def status(**environ: str) -> str:
    """Return the status of the answer to a request, with moto's always 200."""
    answers: list[str] = []
    app = Guard(lambda _, start: start("200 OK", []) or [], port=4604, key=KEY)
    base = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": ""}
    list(app(base | environ, lambda line, *_: answers.append(line)))
    return answers[0]


@pytest.mark.parametrize(
    "request_",
    [
        GOOD,
        GOOD | {"HTTP_HOST": "localhost:4604"},
        GOOD | {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_HOST": "127.0.0.1:4604", "QUERY_STRING": QUERY},
        {"HTTP_HOST": "127.0.0.1:4604", "QUERY_STRING": f"AWSAccessKeyId={KEY}&Signature=0"},
        {"HTTP_HOST": "127.0.0.1:4604", "PATH_INFO": "/moto-api/", "REQUEST_METHOD": "GET"},
    ],
)
def test_programs_of_the_stack_pass(request_: dict[str, str]) -> None:
    assert status(**request_) == "200 OK"


@pytest.mark.parametrize(
    "request_",
    [
        GOOD | {"HTTP_ORIGIN": "https://evil.example"},
        GOOD | {"HTTP_ORIGIN": "null"},
        GOOD | {"HTTP_ORIGIN": ""},
        GOOD | {"HTTP_SEC_FETCH_SITE": "cross-site"},
        GOOD | {"HTTP_SEC_FETCH_SITE": "same-site"},
        GOOD | {"HTTP_HOST": "evil.example:4604"},
        GOOD | {"HTTP_HOST": "127.0.0.1"},
        GOOD | {"HTTP_HOST": "127.0.0.1:4604.evil.example"},
        {"HTTP_AUTHORIZATION": SIGNED},
        {"HTTP_HOST": "127.0.0.1:4604"},
        GOOD | {"HTTP_AUTHORIZATION": SIGNED.replace(KEY, "test")},
        GOOD | {"HTTP_AUTHORIZATION": SIGNED.replace(KEY, KEY[:-1])},
        GOOD | {"HTTP_AUTHORIZATION": SIGNED.replace(KEY, "\xff")},
        GOOD | {"HTTP_AUTHORIZATION": f"AWS {KEY}:signature"},
        {"HTTP_HOST": "127.0.0.1:4604", "QUERY_STRING": f"{QUERY}&X-Amz-Credential=other"},
        {"HTTP_HOST": "127.0.0.1:4604", "PATH_INFO": "/moto-api/reset"},
        {"HTTP_HOST": "127.0.0.1:4604", "PATH_INFO": "/moto-api/data.json", "REQUEST_METHOD": "GET"},
        {"HTTP_HOST": "evil.example", "PATH_INFO": "/moto-api/", "REQUEST_METHOD": "GET"},
    ],
)
def test_whatever_else_is_refused(request_: dict[str, str]) -> None:
    assert status(**request_) == "403 Forbidden"


def test_boto3_with_the_key_reads_what_it_writes(s3_of: Callable[[str], Any]) -> None:
    client = s3_of(KEY)
    client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket="bucket", Key="a b/_k", Body=b"x", Metadata={"with_underscore": "y"})
    assert client.get_object(Bucket="bucket", Key="a b/_k")["Metadata"] == {"with_underscore": "y"}
    presigned = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "a b/_k"})
    assert httpx.get(presigned).content == b"x"
    client.close()


def test_boto3_with_another_key_is_refused_in_words(s3_of: Callable[[str], Any]) -> None:
    client = s3_of("test")
    with pytest.raises(ClientError, match="403"):
        client.list_buckets()
    client.close()


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/", "/b/k", "/moto-api/reset"])
def test_no_origin_is_answered(guarded: str, method: str, path: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT", "Authorization": SIGNED}
    answer = httpx.request(method, guarded + path, headers=headers)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
