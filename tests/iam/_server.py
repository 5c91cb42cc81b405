"""A moto server that enforces IAM: `python -m tests.iam._server --port N`.

moto holds every request against the policies of whoever signed it. What it does otherwise than AWS is put right here:
a stand-in's own credentials (`test`) are those of the account's administrator; the actions of S3 and CloudWatch have
the names that AWS gives them; services that speak JSON refuse in JSON. Two things are left out: a resource that moto
does not work out is not compared, and neither are signatures, some of which moto computes otherwise than botocore.
"""

import argparse
from typing import Any

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.iam.access_control import IAMPolicyStatement, IAMRequestBase
from moto.s3.responses import S3Response
from moto.server import main

from infra.providers.aws.permissions import action_of

_ADMINISTRATOR = "test"
_authorise = ActionAuthenticatorMixin._authenticate_and_authorize_action
_init = IAMRequestBase.__init__
_matches = IAMPolicyStatement._check_element_matches


def _unless_administrator(self: Any, request: type, resource: str = "*") -> None:
    if f"Credential={_ADMINISTRATOR}/" in self.headers.get("Authorization", ""):
        return
    if isinstance(self, S3Response):  # its own table of actions lacks encryption and public access
        self.data["Action"] = self._get_action_from_method_and_request_uri(self.normalized_request)
    try:
        _authorise(self, request, resource)
    except AccessDeniedError as denied:
        if "form-urlencoded" in self.headers.get("Content-Type", ""):
            raise
        refusal = JsonRESTError("AccessDeniedException", denied.message)
        refusal.code = denied.code
        raise refusal from None


def _named_as_by_aws(self: Any, **given: Any) -> None:
    _init(self, **given)
    service, _, operation = self._action.partition(":")
    self._action = action_of({"monitoring": "cloudwatch"}.get(service, service), operation)


def _resource_known(self: Any, element: str, value: str) -> bool:
    return (element == "Resource" and value == "*") or _matches(self, element, value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    ActionAuthenticatorMixin._authenticate_and_authorize_action = _unless_administrator  # type: ignore[method-assign]
    IAMRequestBase.__init__ = _named_as_by_aws  # type: ignore[method-assign,assignment]
    IAMPolicyStatement._check_element_matches = _resource_known  # type: ignore[method-assign]
    IAMRequestBase.check_signature = lambda _: None  # type: ignore[method-assign]
    main(["--port", parser.parse_args().port])
