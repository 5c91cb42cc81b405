"""What the stand-in was told is there after a kill -9, on the real moto behind the real guard."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.plans.names import stand_in_credentials
from infra.stand_in.keeper import Keeper
from tests._servers import running
from tests.unit.infra.stand_in.conftest import KEY, client_of, command

Clients = Callable[[str], Any]
TABLE = {"Name": "t", "Parameters": {"metadata_location": "s3://lake/0"}}


@contextmanager
def stand_in(port: int, folder: Path) -> Iterator[Clients]:
    """Run the stand-in over a folder, and end it with kill -9."""
    url = f"http://127.0.0.1:{port}"
    env = os.environ | stand_in_credentials(KEY)
    with running(command(port, folder), f"{url}/moto-api/", folder / "log", env) as server:
        clients: dict[str, Any] = {}
        try:
            yield lambda service: clients.setdefault(service, client_of(service, url))
        finally:
            server.kill()
            for client in clients.values():
                client.close()


def fill(aws: Clients) -> None:
    """Tell AWS one thing of every kind."""
    s3, glue, dynamodb = aws("s3"), aws("glue"), aws("dynamodb")
    for name in ("lake", "plain"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        s3.put_object(
            Bucket="lake", Key="ä b/_k", Body=body, Metadata={"with_underscore": body.decode()}, Tagging="a=b"
        )
    s3.put_object(Bucket="lake", Key="gone", Body=b"x")
    s3.delete_object(Bucket="lake", Key="gone")
    for key in ("one", "two", "three"):
        s3.put_object(Bucket="plain", Key=key, Body=key.encode(), ContentType="text/plain")
    s3.put_object(Bucket="plain", Key="one", Body=b"overwritten")
    s3.delete_objects(Bucket="plain", Delete={"Objects": [{"Key": "two"}]})
    s3.copy_object(Bucket="plain", Key="copy", CopySource={"Bucket": "plain", "Key": "three"})
    upload = s3.create_multipart_upload(Bucket="plain", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="plain", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="plain", Key="parts", UploadId=upload, MultipartUpload=parts)
    glue.create_database(DatabaseInput={"Name": "d"})
    for name in ("t", "dropped"):
        glue.create_table(DatabaseName="d", TableInput=TABLE | {"Name": name})
    for number in range(3):
        table = TABLE | {"Parameters": {"metadata_location": f"s3://lake/{number}"}}
        glue.update_table(DatabaseName="d", TableInput=table)
    glue.delete_table(DatabaseName="d", Name="dropped")
    for name in ("online", "dropped"):
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    items = [{"id": {"S": str(n)}, "b": {"B": b"\0\xff"}, "m": {"M": {"n": {"N": "1.5"}}}} for n in range(3)]
    for name in ("online", "dropped"):
        dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}} for item in items]})
    dynamodb.delete_item(TableName="online", Key={"id": {"S": "1"}})
    dynamodb.update_item(
        TableName="online",
        Key={"id": {"S": "2"}},
        UpdateExpression="SET x = :x",
        ExpressionAttributeValues={":x": {"S": "y"}},
    )
    dynamodb.delete_table(TableName="dropped")
    key = aws("kms").create_key(Description="one")["KeyMetadata"]["KeyId"]
    aws("kms").create_key(Description="one")
    aws("kms").create_alias(AliasName="alias/a", TargetKeyId=key)
    pair = aws("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    aws("kms").create_alias(AliasName="alias/pair", TargetKeyId=pair)
    aws("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}", Tags=[{"Key": "urn", "Value": "u"}])
    aws("secretsmanager").create_secret(Name="keyring", SecretString="first")
    aws("secretsmanager").put_secret_value(SecretId="keyring", SecretString="second")
    aws("sns").create_topic(Name="alarms")


LOOKS: dict[str, Callable[[Clients], Any]] = {
    "objects": lambda aws: [
        [(each["Key"], each["ETag"], each["LastModified"], each["Size"]) for each in listed(aws, bucket)["Contents"]]
        for bucket in ("lake", "plain")
    ],
    "versions": lambda aws: [
        aws("s3").list_object_versions(Bucket="lake")[kind] for kind in ("Versions", "DeleteMarkers")
    ],
    "content and metadata": lambda aws: [
        got(aws, "lake", "ä b/_k"),
        got(aws, "plain", "one"),
        got(aws, "plain", "copy"),
    ],
    "an upload in parts": lambda aws: got(aws, "plain", "parts"),
    "tags of an object": lambda aws: aws("s3").get_object_tagging(Bucket="lake", Key="ä b/_k")["TagSet"],
    "tables": lambda aws: [
        (each["Name"], each["Parameters"]) for each in aws("glue").get_tables(DatabaseName="d")["TableList"]
    ],
    "items": lambda aws: aws("dynamodb").scan(TableName="online")["Items"],
    "online tables": lambda aws: aws("dynamodb").list_tables()["TableNames"],
    "keys": lambda aws: [
        aws("kms").list_keys()["Keys"],
        aws("kms").describe_key(KeyId="alias/a")["KeyMetadata"]["Arn"],
    ],
    "pair that signs": lambda aws: aws("kms").get_public_key(KeyId="alias/pair")["PublicKey"],
    "roles": lambda aws: [aws("iam").get_role(RoleName="r")["Role"][name] for name in ("Arn", "RoleId", "Tags")],
    "secrets": lambda aws: [
        aws("secretsmanager").get_secret_value(SecretId="keyring")[name]
        for name in ("SecretString", "VersionId", "ARN")
    ],
    "topics": lambda aws: aws("sns").list_topics()["Topics"],
}


def listed(aws: Clients, bucket: str) -> Any:
    return aws("s3").list_objects_v2(Bucket=bucket)


def got(aws: Clients, bucket: str, key: str) -> Any:
    answer = aws("s3").get_object(Bucket=bucket, Key=key)
    kept = ("ContentType", "ETag", "LastModified", "Metadata")
    return [answer["Body"].read(), answer.get("VersionId"), *(answer[name] for name in kept)]


@pytest.fixture(scope="module")
def seen(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """All looks, before a kill and after it."""
    folder, port, looks = tmp_path_factory.mktemp("kept"), free_port(), []
    for _ in range(2):
        with stand_in(port, folder) as aws:
            if not looks:
                fill(aws)
            looks.append({name: look(aws) for name, look in LOOKS.items()})
    assert (folder / "log").read_text().count("of before:") == 0
    return looks[0], looks[1]


@pytest.mark.parametrize("name", LOOKS)
def test_after_a_kill_all_is_as_it_was(seen: tuple[Any, Any], name: str) -> None:
    before, after = seen
    assert before[name]
    assert before[name] == after[name]


def test_every_object_that_was_acknowledged_outlives_a_kill_in_mid_load(
    free_port: Callable[[], int], tmp_path: Path
) -> None:
    port, acknowledged = free_port(), []

    def write(aws: Clients, writer: int) -> None:
        try:
            for number in range(10_000):
                aws("s3").put_object(Bucket="load", Key=f"{writer}/{number}", Body=b"x" * 1000)
                acknowledged.append(f"{writer}/{number}")
        except (BotoCoreError, ClientError):
            return

    with stand_in(port, tmp_path) as aws:
        aws("s3").create_bucket(Bucket="load", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        writers = [threading.Thread(target=write, args=(aws, each)) for each in range(4)]
        for each in writers:
            each.start()
        end = time.monotonic() + 60
        while len(acknowledged) < 50 and time.monotonic() < end:
            time.sleep(0.05)
    for each in writers:
        each.join()
    with stand_in(port, tmp_path) as aws:
        pages = aws("s3").get_paginator("list_objects_v2").paginate(Bucket="load")
        held = {each["Key"] for page in pages for each in page["Contents"]}
    assert len(acknowledged) >= 50
    assert held >= set(acknowledged)


def test_a_file_that_cannot_be_read_is_set_aside_and_the_next_start_is_empty(
    free_port: Callable[[], int], tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "aws.sqlite").write_bytes(b"no database" * 1000)
    with stand_in(free_port(), tmp_path) as aws:
        assert aws("s3").list_buckets()["Buckets"] == []
    assert "cannot be read" in (tmp_path / "log").read_text()
    assert list((tmp_path / "kept").glob("aws.sqlite.broken-*"))


def test_a_change_that_cannot_be_kept_is_not_acknowledged_and_kept_later(tmp_path: Path) -> None:
    answered: list[str] = []
    keeper = Keeper(lambda _, start: start("200 OK", []) and [], tmp_path / "aws.sqlite")
    (pages,) = keeper._db.execute("PRAGMA page_count").fetchone()
    call = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/bucket",
        "CONTENT_LENGTH": "9000",
        "wsgi.input": BytesIO(bytes(9000)),
    }
    for limit in (pages, pages + 100):  # as a disk that is full, and then is not
        keeper._db.execute(f"PRAGMA max_page_count = {limit}")
        list(keeper(call | {"wsgi.input": BytesIO(bytes(9000))}, lambda line, *_: answered.append(line)))
    assert [line[:3] for line in answered] == ["503", "200"]
    assert keeper._db.execute("SELECT count(*) FROM calls").fetchone() == (2,)
    keeper.close()
