"""Errors of AWS as messages for people. Imported only where botocore is already loaded."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
    WaiterError,
)

from pulumi_sixfold.aws.permissions import missing_action

_REMEDIES = {
    "AccessDenied": "allow {action} to whoever runs this; `sixfold deployer-policy` prints all that a stack needs",
    "DependencyViolation": "something that is not of this stack uses it, such as a network interface; remove that",
    "ExpiredToken": "renew the AWS credentials, then run again",
    "InvalidClientTokenId": "the AWS credentials are not valid here; check AWS_PROFILE, the account, and its regions",
    "Throttling": "AWS still throttles after all retries; run again later, or with a lower --parallel",
    "LimitExceeded": "a quota of the account is used up; ask for more in Service Quotas",
    "ServiceQuotaExceeded": "a quota of the account is used up; ask for more in Service Quotas",
}
_REMEDIES_HERE: Mapping[Any, str] = {
    EndpointConnectionError: "check the network, and that the provider's endpoint and region are right",
    ParamValidationError: "correct the inputs of the resource",
    (NoCredentialsError, PartialCredentialsError): "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ProfileNotFound: "correct AWS_PROFILE",
    (SSOError, TokenRetrievalError): "renew the AWS credentials (`aws sso login`), then run again",
}
"""What botocore finds wrong before AWS is asked."""
_FAULT = "this is a fault of AWS itself; run again, it goes on from there, and look at the AWS Health Dashboard"
_REFUSAL = "read the message of AWS; then correct the program and run again"
_SAME = {
    "AccessDeniedException": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "AuthorizationError": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "AuthFailure": "InvalidClientTokenId",
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "InvalidSignatureException": "InvalidClientTokenId",
    "SignatureDoesNotMatch": "InvalidClientTokenId",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ThrottlingException": "Throttling",
    "SlowDown": "Throttling",
    "RequestLimitExceeded": "Throttling",
    "LimitExceededException": "LimitExceeded",
}


def raise_first(refusals: Iterable[Any], operation: str) -> None:
    """Raise the first refusal that AWS put into an answer; the call itself succeeds all the same.

    Raises:
        ClientError: there is one; each has AWS's Code and Message.

    """
    for refusal in refusals:
        raise ClientError({"Error": refusal}, operation)


def code_of(error: ClientError) -> str:
    """Return AWS's name of an error, such as NoSuchBucket."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_fault(response: Mapping[str, Any]) -> bool:
    """Return whether AWS failed over a request that it may have carried out; a 503 says that it did not."""
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (500, 502, 504)


def is_lost_answer(error: Exception) -> bool:
    """Return whether AWS may have done what was asked, and nobody was told: no answer, half of one, or a 500."""
    return isinstance(error, HTTPClientError) or (isinstance(error, ClientError) and is_fault(error.response))


def aws_sentence(error: ClientError | BotoCoreError) -> str:
    """Return the AWS error in its own words, and what to do."""
    if isinstance(error, ClientError):
        code = code_of(error)
        remedy = _FAULT if is_fault(error.response) else _REMEDIES.get(_SAME.get(code, code), _REFUSAL)
        message = error.response.get("Error", {}).get("Message", "")
        operation = error.operation_name
        action = missing_action(message, operation)
        return f"AWS refused {operation}: {code}: {message}\n  → {remedy.format(action=action)}"
    if isinstance(error, WaiterError) and "Max attempts exceeded" in str(error):
        return f"{error}\n  → run again, it goes on from there; for more time: ResourceOptions(custom_timeouts=...)"
    for kinds, remedy in _REMEDIES_HERE.items():
        if isinstance(error, kinds):
            return f"{error}\n  → {remedy}"
    return f"{type(error).__name__}: {error}\n  → check the network and the AWS settings, then run again"
