"""What an error of AWS means to a person. Imported only where botocore is already loaded."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    WaiterError,
)

from infra.providers.aws.permissions import missing_action

_REMEDIES = {
    "AccessDenied": "allow {action} to whoever runs this; `sixfold deployer-policy` prints all that a stack needs",
    "ExpiredToken": "renew the AWS credentials, then run again",
    "InvalidClientTokenId": "the AWS credentials are not valid here; check AWS_PROFILE and the account",
    "Throttling": "AWS still throttles after all retries; run again later, or with a lower --parallel",
    "LimitExceeded": "a quota of the account is used up; ask for more in Service Quotas",
    "ServiceQuotaExceeded": "a quota of the account is used up; ask for more in Service Quotas",
}
_SAME = {
    "AccessDeniedException": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "AuthorizationError": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ThrottlingException": "Throttling",
    "SlowDown": "Throttling",
    "RequestLimitExceeded": "Throttling",
    "LimitExceededException": "LimitExceeded",
}


def code_of(error: ClientError) -> str:
    """Return AWS's name of an error, such as NoSuchBucket."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_lost_answer(error: Exception) -> bool:
    """Return whether a request may have reached AWS, and its answer did not come back whole."""
    return isinstance(error, HTTPClientError)


def aws_sentence(error: ClientError | BotoCoreError) -> str:
    """Return the AWS error in its own words, and what to do."""
    if isinstance(error, ClientError):
        code = code_of(error)
        remedy = _REMEDIES.get(_SAME.get(code, code), "read the message of AWS; then correct the program and run again")
        message = error.response.get("Error", {}).get("Message", "")
        operation = error.operation_name
        action = missing_action(message, operation)
        return f"AWS refused {operation}: {code}: {message}\n  → {remedy.format(action=action)}"
    if isinstance(error, EndpointConnectionError):
        return f"{error}\n  → check the network, and that the provider's endpoint and region are right"
    if isinstance(error, ParamValidationError):
        return f"{error}\n  → correct the inputs of the resource"
    if isinstance(error, NoCredentialsError):
        return f"{error}\n  → set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if isinstance(error, WaiterError) and "Max attempts exceeded" in str(error):
        return f"{error}\n  → run again, it goes on from there; for more time: ResourceOptions(custom_timeouts=...)"
    return f"{type(error).__name__}: {error}\n  → check the network and the AWS settings, then run again"
