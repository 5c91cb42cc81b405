"""Where the state of a stack on AWS may be: not in a file that anybody who reads it can decrypt."""

from collections.abc import Mapping
from pathlib import Path

from sixfold.errors import SixfoldError
from sixfold.stack import Settings

_OTHER_SECRETS = "secretsprovider:"
"""Key of a stack file whose secrets are under a key of AWS, not under a passphrase."""


def require_safe_state(settings: Settings, env: Mapping[str, str], file: Path) -> None:
    """Do nothing where the secrets in the state are protected, or the stack is on this machine or a stand-in for AWS.

    Args:
        settings: those of the stack file.
        env: the environment of the engine.
        file: the stack file; the engine notes in it how secrets are encrypted.

    Raises:
        SixfoldError: the state would be a file on this machine, encrypted with an empty passphrase.

    """
    if settings.local or settings.aws_endpoint:
        return
    in_a_file = env.get("PULUMI_BACKEND_URL", "file://").startswith("file://")
    passphrase = env.get("PULUMI_CONFIG_PASSPHRASE") or env.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if in_a_file and not passphrase and _OTHER_SECRETS not in file.read_text():
        stack = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        raise SixfoldError(
            f"the state of {stack!r} on AWS would be a file on this machine, and its secrets under an empty passphrase",
            remedy=f"sixfold init --stack {stack} makes bucket and key for it; set PULUMI_BACKEND_URL as it says",
        )
