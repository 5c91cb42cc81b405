"""Packages a candidate as a bento that is the same, byte for byte, whenever and wherever it is built.

The bento has the model, the contract, the lock, the bill of materials, and the modules that a release runs, with the
template of a page beside its module: the service, and the command that builds its features. A release runs that code
and not the working tree's, because `src/` comes first on `sys.path` when BentoML loads it. Modules are found by
following imports, so that no change of any other module changes a digest.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from delivery.interface import FILE, interface_of
from delivery.sbom import FILE as SBOM
from delivery.sbom import OF_THE_PRODUCT, bill
from models.imports import closure
from sixfold.contract import Product
from sixfold.elsewhere import REQUIREMENTS, folder_of
from sixfold.errors import SixfoldError
from sixfold.pages import template_of
from sixfold.product import load_code, module_name
from sixfold.registry.archive import pack, tree_digest
from sixfold.release import SHORT
from sixfold.telemetry import QUIET

ROOT = Path(__file__).resolve().parents[1]
_RUN = ("serving.service", "models.features.__main__")
_RUN_OF_THE_PRODUCT = ("service", "features")
_NO_TIME = "1970-01-01T00:00:00+00:00"  # BentoML wants one; the day of publishing is in the release's record


def build(candidate: Path, product: Product, root: Path = ROOT) -> tuple[Path, str]:
    """Return the archive `<candidate>/bento.tar` and its digest, for a folder with `model.onnx` and `candidate.json`.

    Raises:
        SixfoldError: the candidate is not whole, or BentoML cannot package it.

    """
    with tempfile.TemporaryDirectory() as folder:
        source, home = Path(folder, "source"), Path(folder, "home")
        stage(candidate, product, root, source)
        (source / FILE).write_text(json.dumps(interface_of(load_code(product).service), sort_keys=True))
        bento = _run_bentoml(source, home, product.name)
        _forget_the_day(bento)
        pack(bento, candidate / "bento.tar")
        return candidate / "bento.tar", tree_digest(bento)


def modules(product: Product, root: Path = ROOT) -> dict[str, Path]:
    """Return the modules of a project that a release of a product runs, by dotted name."""
    return closure(root, [*_RUN, *(module_name(product, module) for module in _RUN_OF_THE_PRODUCT)])


def stage(candidate: Path, product: Product, root: Path, source: Path) -> None:
    """Lay out in `source` what the bento will have.

    Raises:
        SixfoldError: the candidate is not whole.

    """
    for name, module in modules(product, root).items():
        place = source.joinpath(*name.split("."))
        place = place / "__init__.py" if module.name == "__init__.py" else place.with_suffix(".py")
        for path, to in ((module, place), (template_of(module), template_of(place))):
            if path.exists():
                _copy(path, to)
    folder = folder_of(product.package, root / "products")
    for path in (folder / "product.yaml", root / "requirements.lock"):
        _copy(path, source / path.name)
    if (folder / REQUIREMENTS).is_file():
        _copy(folder / REQUIREMENTS, source / OF_THE_PRODUCT)
    for name in ("model.onnx", "candidate.json"):
        if not (candidate / name).is_file():
            raise SixfoldError(
                f"the candidate {candidate} has no {name}", remedy=f"train it: `sixfold train {product.name}`"
            )
        _copy(candidate / name, source / name)
    (source / SBOM).write_text(bill(source, product.name))
    recipe = {"service": "serving.service:Sixfold", "name": product.name, "include": ["**"]}
    (source / "bentofile.yaml").write_text(yaml.safe_dump({**recipe, "python": {"lock_packages": False}}))


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


def _run_bentoml(source: Path, home: Path, name: str) -> Path:
    """Build in a process and a store of its own: BentoML imports the service, and takes its home when imported."""
    version = tree_digest(source)[:SHORT]
    command = [sys.executable, "-m", "bentoml", "build", "--version", version, str(source)]
    own = {"BENTOML_HOME": str(home), "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    own["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # BentoML calls uv
    done = subprocess.run(
        command, cwd=source, env={**os.environ, **QUIET, **own}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SixfoldError(
            f"BentoML could not package {name}: {done.stderr.strip()[-1500:]}",
            remedy="the last lines say which import or file is at fault; correct it, and publish again",
        )
    return home / "bentos" / name / version


def _forget_the_day(bento: Path) -> None:
    manifest = bento / "bento.yaml"
    content = yaml.safe_load(manifest.read_text())
    manifest.write_text(yaml.safe_dump(content | {"creation_time": _NO_TIME}))


def commit(root: Path) -> str:
    """Return the commit of the project, marked where files differ from it; "unknown" outside of git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
