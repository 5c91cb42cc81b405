"""Settings of a release process, from the environment, and the bento that contains its code."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from models.candidate import Signature
from sixfold.contract import Product, load_product
from sixfold.declared import Strict
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.release import Digest
from sixfold.validation import explain
from sixfold.wire import ENV_ADDRESS, ENV_API_VERSION, ENV_HOME, ENV_PLATFORM, ENV_RELEASE, ENV_REPLAY

SOURCE = Path(__file__).resolve().parents[1]  # `src/` of the bento: code, model and contract side by side


def platform(environment: Mapping[str, str] = os.environ) -> PlatformRefs:
    """Return the platform that the stack names in SIXFOLD_PLATFORM.

    Raises:
        SixfoldError: it is not there, or is not a platform.

    """
    text = environment.get(ENV_PLATFORM, "{}")
    try:
        return PlatformRefs.model_validate_json(text)
    except ValidationError as error:
        raise SixfoldError(
            f"{ENV_PLATFORM} in the environment is no platform: {explain(error, PlatformRefs)}",
            remedy='let the stack start this process, or set what it sets: eval "$(sixfold env)"',
        ) from error


class Settings(Strict):
    """The settings of a release process: release, API version and platform."""

    platform: PlatformRefs
    home: Path
    api_version: str
    release: Digest
    replay: bool = False  # whether a request may say when it is made: never where real consumers call
    address: str = ""  # by which other releases know it, host:port; where they share no host, not the one it listens on

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings that `serving.run` hands over.

        Raises:
            SixfoldError: one is missing or wrong.

        """
        try:
            return cls(
                platform=platform(environment),
                home=Path(environment.get(ENV_HOME, ".sixfold")),
                api_version=environment.get(ENV_API_VERSION, ""),
                release=environment.get(ENV_RELEASE, ""),
                replay=environment.get(ENV_REPLAY) == "1",
                address=environment.get(ENV_ADDRESS, ""),
            )
        except ValidationError as error:
            raise SixfoldError(
                f"the settings of this release are not usable: {explain(error, cls)}",
                remedy="a release is named by its whole digest, 64 hex digits: correct it in the stack file",
            ) from error


def read_bento(source: Path = SOURCE) -> tuple[Product, Signature, Path]:
    """Return the product's contract, the candidate, and the path of the model of the bento that this code lies in."""
    candidate = Signature.model_validate_json((source / "candidate.json").read_bytes())
    return load_product(source / "product.yaml"), candidate, source / "model.onnx"
