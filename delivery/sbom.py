"""The bill of materials of a release, as CycloneDX: its model, and every package of its lock.

Format: https://cyclonedx.org/docs/1.6/json/. It is in the bento, so that the release's digest, and with it the
signature, covers it; for a release from before, it is made of the lock that the bento has.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

FILE = "sbom.cdx.json"
OF_THE_PRODUCT = "requirements.product.txt"
_LOCK, _MODEL = "requirements.lock", "model.onnx"
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # the same release has the same bytes; its record has the day


def packages(source: Path) -> Iterator[tuple[str, str]]:
    """Yield name and version of the packages in a release's lock, and of those that its product requires as well.

    The version is empty where the product asks for none in particular.

    Raises:
        packaging.requirements.InvalidRequirement: a line is no requirement; `sixfold check` says so before.

    """
    for file in (source / _LOCK, source / OF_THE_PRODUCT):
        lines = file.read_text().splitlines() if file.is_file() else []
        for line in (line.split(" #")[0].removesuffix("\\").strip() for line in lines):
            if line and not line.startswith(("#", "-")):
                yield _pinned(Requirement(line))


def _pinned(asked: Requirement) -> tuple[str, str]:
    exact = (each.version for each in asked.specifier if each.operator in {"==", "==="})
    return asked.name, next((version for version in exact if not version.endswith("*")), "")


def bill(source: Path, product: str) -> str:
    """Return the bill of materials of a release.

    Args:
        source: its code and model, the folder `src` of the bento.
        product: its name.

    """
    if (source / FILE).is_file():
        return (source / FILE).read_text()
    digest = hashlib.sha256((source / _MODEL).read_bytes()).hexdigest()
    found = sorted(set(packages(source)))
    about = Component(
        name=product,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=_MODEL,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    components = [_component(*package) for package in found]
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"{digest}/{hashlib.sha256(repr(found).encode()).hexdigest()}"),
        metadata=BomMetaData(component=about, timestamp=_NO_TIME),
        components=components,
    )
    bom.register_dependency(about, components)
    return json.dumps(json.loads(JsonV1Dot6(bom).output_as_string()), indent=1, sort_keys=True) + "\n"


def _component(name: str, version: str) -> Component:
    where = PackageURL("pypi", name=name, version=version or None)
    return Component(name=name, version=version or None, type=ComponentType.LIBRARY, purl=where, bom_ref=str(where))
