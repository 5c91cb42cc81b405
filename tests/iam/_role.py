"""Who calls: clients whose credentials change hands between the administrator and a role."""

import json
from collections.abc import Iterable
from typing import Any

import boto3
import httpx

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
        self._session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        self._clients: dict[str, Any] = {}
        self._administrator: Any = boto3.Session("test", "test", region_name="eu-west-1")

    def administrator(self, service: str) -> Any:
        """Return a client that stays the administrator's."""
        return self._administrator.client(service, endpoint_url=self.endpoint)

    def client(self, service: str, *_: object) -> Any:
        """Return the client of a service; stands in for the plugin's own."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint)
        return self._clients[service]

    def start_over(self) -> None:
        """Empty the account, and be its administrator."""
        self._be("test", "test", None)
        httpx.post(f"{self.endpoint}/moto-api/reset").raise_for_status()

    def take_role(self, *documents: dict[str, Any]) -> str:
        """Be a new role with these policies and nothing more, and return its ARN."""
        iam = self.client("iam")
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(_ANYBODY))["Role"]["Arn"]
        for number, document in enumerate(documents):
            iam.put_role_policy(RoleName=ROLE, PolicyName=f"{ROLE}-{number}", PolicyDocument=json.dumps(document))
        taken = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        self._be(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        return str(role)

    def _be(self, key: str, secret: str, token: str | None) -> None:
        credentials = self._session.get_credentials()
        credentials.access_key, credentials.secret_key, credentials.token = key, secret, token
