import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from delivery.package import ROOT
from sixfold.outputs import PlatformRefs
from sixfold.product import Source
from tests.conftest import serve_moto

MAKE = """
import sys
from dataclasses import replace
from pathlib import Path
from delivery.package import ROOT, build
from models import loading
from models.features import build as features
from models.training.train import train
from sixfold.contract import load_product
from sixfold.outputs import PlatformRefs
from sixfold.product import load_code
platform, data = PlatformRefs.model_validate_json(sys.argv[1]), Path(sys.argv[2])
product = load_product(ROOT / "products" / "flight_delays" / "product.yaml")
sources = tuple(replace(source, path=data / f"{source.name}.csv") for source in load_code(product).data.sources())
assert loading.load(platform, product, sources)
assert features.build(platform, product)
candidate = train(platform, product, data / "candidate")
print(ROOT, build(candidate.path, product)[1])
"""
FOLDERS = ("sixfold", "models", "serving", "products", "delivery", "infra", "monitoring")


@pytest.fixture
def clone(tmp_path: Path, sample: tuple[Source, ...]) -> Callable[[str], Path]:
    """A function that copies the project; the folder `data` in it has a day to learn, to choose and to judge on."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        for package in FOLDERS:
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        shutil.copy(ROOT / "requirements.lock", folder)
        (folder / "data").mkdir()
        for source in sample:
            rows = pl.read_csv(source.path, infer_schema=False)
            days = pl.col("month").is_in(["8", "9", "12"]) & (pl.col("day") == "10")
            kept = rows.filter(days) if "day" in rows.columns else rows
            kept.write_csv(folder / "data" / f"{source.name}.csv")
        return folder

    return copy


def _make(clone: Path, platform: PlatformRefs, **settings: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAKE, platform.model_dump_json(), str(clone / "data")]
    return subprocess.Popen(command, cwd=clone, env=os.environ | settings, stdout=subprocess.PIPE, text=True)


def test_two_clones_and_two_lakes_give_one_digest(
    clone: Callable[[str], Path], make_platform: Callable[..., PlatformRefs], tmp_path: Path
) -> None:
    here, there = clone("here"), clone("there")
    with serve_moto(tmp_path) as other:
        made = (
            _make(here, make_platform("here"), PYTHONHASHSEED="1", POLARS_MAX_THREADS="1", TZ="Asia/Tokyo"),
            _make(
                there, make_platform("there", other), PYTHONHASHSEED="2", POLARS_MAX_THREADS="5", OMP_NUM_THREADS="3"
            ),
        )
        said = [process.communicate()[0].split()[-2:] for process in made]
    assert [root for root, _ in said] == [str(here), str(there)]
    for name in ("candidate.json", "model.onnx"):
        first, second = ((folder / "data" / "candidate" / name).read_bytes() for folder in (here, there))
        assert first == second, name
    assert said[0][1] == said[1][1]
    snapshots = [(folder / "data" / "candidate" / "origin.json").read_text() for folder in (here, there)]
    assert snapshots[0] != snapshots[1]
