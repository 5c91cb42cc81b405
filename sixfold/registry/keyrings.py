"""Keyrings in Secrets Manager, as `sixfold.keyring` describes them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from sixfold.errors import SixfoldError
from sixfold.keyring import Keyring
from sixfold.outputs import PlatformRefs
from sixfold.validation import explain

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CURRENT, _NEXT = "AWSCURRENT", "sixfold-next"


class Keyrings:
    """The keyrings of a platform's products.

    Args:
        platform: whose, and where AWS is.

    """

    def __init__(self, platform: PlatformRefs) -> None:
        import boto3  # noqa: PLC0415 - the better part of a second

        self._platform = platform
        self._client: SecretsManagerClient = boto3.client(
            "secretsmanager", region_name=platform.region, endpoint_url=platform.aws_endpoint
        )

    def read(self, product: str) -> Keyring:
        """Return a product's keyring.

        Raises:
            SixfoldError: there is none, it may not be read, or it is damaged.

        """
        return self._read(product)[0]

    def change(self, product: str, change: Callable[[Keyring], tuple[Keyring, str]]) -> str:
        """Change a keyring, and return the key that was drawn.

        Where somebody else changed it at the same time, this is refused: no key is lost, and none comes back.

        Raises:
            SixfoldError: as `read`; or it was changed meanwhile.

        """
        ring, version = self._read(product)
        where, mine = self._platform.keyring(product), str(uuid4())
        changed, drawn = change(ring)
        with self._talking(product):
            text = changed.model_dump_json(exclude_defaults=True)
            # beside the current one first: only the move of the label says whether another was faster
            self._client.put_secret_value(
                SecretId=where, SecretString=text, ClientRequestToken=mine, VersionStages=[_NEXT]
            )
            self._client.update_secret_version_stage(
                SecretId=where, VersionStage=_CURRENT, MoveToVersionId=mine, RemoveFromVersionId=version
            )
        return drawn

    def _read(self, product: str) -> tuple[Keyring, str]:
        with self._talking(product):
            # the label by its name: moto does not follow it otherwise
            found = self._client.get_secret_value(SecretId=self._platform.keyring(product), VersionStage=_CURRENT)
        try:
            return Keyring.model_validate_json(found["SecretString"]), found["VersionId"]
        except ValidationError as error:
            raise SixfoldError(
                f"the keyring of {product} is damaged: {explain(error, Keyring)}",
                remedy=f"bring back an earlier version of the secret {self._platform.keyring(product)}",
            ) from None  # the error would show what is in it

    @contextmanager
    def _talking(self, product: str) -> Iterator[None]:
        where = f"{self._platform.keyring(product)} ({self._platform.aws_endpoint or 'AWS'})"
        try:
            yield
        except self._client.exceptions.ResourceNotFoundException:
            raise SixfoldError(
                f"{product} has no keyring: there is no secret {where}", remedy="`sixfold up` makes it"
            ) from None
        except self._client.exceptions.InvalidParameterException as error:
            raise SixfoldError(
                f"the keyring of {product} was changed by somebody else at the same time", remedy="try again"
            ) from error
        except (BotoCoreError, ClientError) as error:
            raise SixfoldError(
                f"cannot reach the keyring of {product}, {where}: {error}",
                remedy="see that the stack is up (`make status`) and that you may use its secrets",
            ) from error
