"""Callers: clients whose credentials switch between the administrator and a role."""

import json
from collections.abc import Iterable
from typing import Any

import boto3

from tests.conftest import forget_all

ROLE = "deployer"
_ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
}


def allowing(actions: Iterable[str]) -> dict[str, Any]:
    """Return a policy document with some actions on everything."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}],
    }


class Caller:
    """One boto3 client a service; all of them are the administrator's until the role is taken."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session, self._administrators = _session(), _session()
        self._clients: dict[tuple[Any, str], Any] = {}

    def administrator(self, service: str) -> Any:
        """Return a client that stays the administrator's."""
        return self._client(self._administrators, service)

    def client(self, service: str, *_: object) -> Any:
        """Return the client of a service; stands in for the plugin's own."""
        return self._client(self._session, service)

    def _client(self, session: Any, service: str) -> Any:
        key = (session, service)
        if key not in self._clients:
            self._clients[key] = session.client(service, endpoint_url=self.endpoint)
        return self._clients[key]

    def start_over(self) -> None:
        """Empty the account, and be its administrator."""
        self._be("test", "test", None)
        forget_all(self.endpoint)

    def take_role(self, *documents: dict[str, Any]) -> str:
        """Be a new role with these policies and nothing more, and return its ARN."""
        role, taken = self._taken(ROLE, documents)
        self._be(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        return role

    def environment(self, role: str, *documents: dict[str, Any]) -> dict[str, str]:
        """Return the environment of a process that has a new role with exactly these policies."""
        _, taken = self._taken(role, documents)
        return {
            "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
            "AWS_SESSION_TOKEN": taken["SessionToken"],
        }

    def allow(self, *documents: dict[str, Any], role: str = ROLE) -> None:
        """Make these the policies of a role, in the place of as many that it had."""
        for number, document in enumerate(documents):
            name, text = f"{role}-{number}", json.dumps(document)
            self.administrator("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)

    def _taken(self, role: str, documents: Iterable[dict[str, Any]]) -> tuple[str, dict[str, str]]:
        iam = self.administrator("iam")
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(_ANYBODY))["Role"]["Arn"]
        self.allow(*documents, role=role)
        taken = self.administrator("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return str(arn), taken

    def _be(self, key: str, secret: str, token: str | None) -> None:
        credentials = self._session.get_credentials()
        credentials.access_key, credentials.secret_key, credentials.token = key, secret, token


def _session() -> Any:
    return boto3.Session("test", "test", region_name="eu-west-1")
