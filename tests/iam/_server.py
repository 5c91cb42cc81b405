"""A moto server that enforces IAM: `python -m tests.iam._server --port N`.

moto holds every request against the policies of whoever signed it. What it does otherwise than AWS is put right here:
a stand-in's own credentials (`test`) are those of the account's administrator; the actions of S3 and CloudWatch have
the names that AWS gives them; services that speak JSON refuse in JSON; a wildcard `?` is one. Where moto does not work
out the resource of a request, a statement is about it where the names in its ARN stand in the request. Signatures are
not compared, since moto computes some otherwise than botocore.
"""

import argparse
import re
from contextvars import ContextVar
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote_plus

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.iam.access_control import IAMPolicyStatement, IAMRequestBase
from moto.s3.responses import S3Response
from moto.server import main

from pulumi_sixfold.aws.permissions import action_of
from tests.stand_ins.moto_server import teach_all

_ADMINISTRATOR = "test"
_NOT_KNOWN = "*"
_RESOURCE = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[a-zA-Z-]+[/:])?(.+)")
_authorise = ActionAuthenticatorMixin._authenticate_and_authorize_action
_init = IAMRequestBase.__init__
_matches = IAMPolicyStatement._check_element_matches
_request: ContextVar[str] = ContextVar("request")


def _unless_administrator(self: Any, request: type, resource: str = _NOT_KNOWN) -> None:
    if f"Credential={_ADMINISTRATOR}/" in self.headers.get("Authorization", ""):
        return
    if isinstance(self, S3Response):  # its own table of actions lacks encryption and public access
        self.data["Action"] = self._get_action_from_method_and_request_uri(self.normalized_request)
    _request.set(unquote_plus(f"{self.raw_path} {(self.raw_body or b'').decode(errors='replace')} {self.data}"))
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


def _about(self: Any, element: str, value: str) -> bool:
    if (element, value) != ("Resource", _NOT_KNOWN):
        return _matches(self, element, value)
    patterns = self._statement[element]
    return any(map(_is_named, [patterns] if isinstance(patterns, str) else patterns))


def _is_named(pattern: str) -> bool:
    """Return whether each part of the name in an ARN stands in the request; AWS itself ends a secret's ARN."""
    found = _RESOURCE.fullmatch(pattern.removesuffix("-??????").removesuffix(":*"))
    parts = found[1].split("/") if found else []
    known = [re.escape(part).replace(r"\?", "[a-z0-9]") for part in parts if part != "*"]
    return pattern == "*" or all(re.search(part, _request.get()) for part in known)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    teach_all()
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    ActionAuthenticatorMixin._authenticate_and_authorize_action = _unless_administrator  # type: ignore[method-assign]
    IAMRequestBase.__init__ = _named_as_by_aws  # type: ignore[method-assign,assignment]
    IAMPolicyStatement._check_element_matches = _about  # type: ignore[method-assign]
    IAMPolicyStatement._match = staticmethod(lambda pattern, text: fnmatchcase(text, pattern) or None)  # type: ignore[assignment]
    IAMRequestBase.check_signature = lambda _: None  # type: ignore[method-assign]
    main(["--port", parser.parse_args().port])
