"""Which requests are sent again, and which must not be, beside botocore's own rules. Imported after botocore only.

botocore goes by the first handler of `needs-retry` that does not return None: seconds to wait, or False to give up.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError

from pulumi_sixfold.aws.eventual_consistency import ask_again_after
from pulumi_sixfold.aws.failure import is_fault, is_lost_answer
from pulumi_sixfold.kit.errors import ProviderError


def set_rules(client: Any, region: str) -> None:  # noqa: ANN401 - boto3's are made at run time
    """Have a client of a region wait for what passes by itself, and not repeat what does harm, or cannot help."""
    event = f"needs-retry.{client.meta.service_model.service_id.hyphenize()}"  # as botocore's own: it would come first
    client.meta.events.register_first(event, _never_create_blindly)
    client.meta.events.register_first(event, partial(_never_look_for_no_region, region))
    client.meta.events.register_first(event, _wait_for_the_rest_of_aws)


def _never_create_blindly(
    operation: Any,  # noqa: ANN401 - botocore's
    response: tuple[object, Mapping[str, Any]] | None,
    caught_exception: Exception | None,
    **_: object,
) -> bool | None:
    """Let a lost answer to a create through, which botocore would send again: AWS would make a second VPC, or key."""
    if not operation.name.startswith(("Allocate", "Create")):
        return None
    if caught_exception is not None and is_lost_answer(caught_exception):
        raise caught_exception
    return False if response and is_fault(response[1]) else None


def _wait_for_the_rest_of_aws(
    operation: Any,  # noqa: ANN401 - botocore's
    response: tuple[object, Mapping[str, Any]] | None,
    attempts: int,
    **_: object,
) -> float | None:
    """Send a refused request again that AWS will understand in a moment."""
    error = response[1].get("Error") if response else None
    if not error:
        return None
    service = operation.service_model.service_name
    return ask_again_after(service, operation.name, error.get("Code") or "", error.get("Message") or "", attempts)


def _never_look_for_no_region(region: str, caught_exception: Exception | None, **_: object) -> None:
    """Refuse a region without an address that botocore has not heard of either, where it would look for a minute."""
    if isinstance(caught_exception, EndpointConnectionError) and region not in _regions():
        raise ProviderError(
            f"there is no AWS region {region!r}: {caught_exception}",
            remedy="correct the region of the stack file or of AWS_REGION, such as eu-west-1",
        ) from caught_exception


def _regions() -> set[str]:
    session: Any = boto3.Session()
    return {name for part in session.get_available_partitions() for name in session.get_available_regions("ec2", part)}
