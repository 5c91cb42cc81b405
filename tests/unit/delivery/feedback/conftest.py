"""A release that listens, the commands on its stack, and candidates that differ in one region of their rows."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import lightgbm
import numpy as np
import polars as pl
import pytest
from onnxmltools.convert import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

from delivery.commands import main
from models.candidate import Candidate, Record, score
from serving.runtime import Runtime
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from tests.unit.delivery._stacks import Engine, file_of
from tests.unit.serving.conftest import (  # noqa: F401 - fixtures
    FEATURES,
    PRODUCT_FOLDER,
    as_consumer,
    client,
    model_path,
    platform,
    ring,
    row,
    runtime,
    store,
)

NAME = "flight-delays"
Run = Callable[..., tuple[int, str, str]]
Train = Callable[[float], Candidate]


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a copy of the product's folder."""
    folder = tmp_path / "products" / PRODUCT_FOLDER.name
    shutil.copytree(PRODUCT_FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("delivery.project.PRODUCTS", folder.parent)
    return tmp_path


@pytest.fixture
def run(
    platform: PlatformRefs,  # noqa: F811
    code: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """A function that runs `sixfold` on the stack of the release, and returns exit code, stdout and stderr."""
    (code / "stacks").mkdir()
    (code / "Pulumi.yaml").touch()
    (file := code / "stacks" / "Pulumi.local.yaml").write_text(file_of(NAME))
    monkeypatch.setattr("delivery.live_stack.Engine", lambda *_, **__: Engine(file, platform))
    monkeypatch.setenv("SIXFOLD_HOME", str(code / "home"))
    monkeypatch.delenv("STACK", raising=False)
    monkeypatch.chdir(code)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sixfold", "feedback", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def train(tmp_path: Path, product: Product) -> Train:
    """A function that trains a candidate for which strong wind, up to a limit, makes flights late."""

    def train(limit: float) -> Candidate:
        random = np.random.default_rng(1)
        rows = (random.random((2000, len(FEATURES))) * (1, 1, 10, 1)).astype(np.float32)
        late = (rows[:, 2] > 0.5) & (rows[:, 2] < limit)
        model = lightgbm.LGBMClassifier(n_estimators=20, n_jobs=1, verbose=-1).fit(rows, late)
        onnx = convert_lightgbm(
            model.booster_, initial_types=[("features", FloatTensorType([None, len(FEATURES)]))], zipmap=False
        )
        (folder := tmp_path / f"candidate-{limit:g}").mkdir()
        (folder / "model.onnx").write_bytes(onnx.SerializeToString())
        (folder / "candidate.json").write_text(json.dumps(_record(product)))
        test = pl.DataFrame(rows, schema=list(FEATURES)).with_columns(
            label=pl.Series(late.astype(float)),
            score=pl.Series(score(folder / "model.onnx", rows)),
            baseline=pl.lit(0.5),
            origin=pl.lit("JFK"),
            carrier=pl.lit("AA"),
        )
        test.write_parquet(folder / "test.parquet")
        return Candidate(folder)

    return train


@pytest.fixture
def product(runtime: Runtime) -> Product:  # noqa: F811
    return runtime.product


def _record(product: Product) -> dict[str, object]:
    moments = dict.fromkeys(("train_from", "validate_from", "test_from", "test_until"), "2013-01-01T00:00:00Z")
    record = Record.model_validate(
        {
            "product": product.name, "features": FEATURES, "training_key": "a", "content": {}, "feature_hash": "b",
            "params": {}, "periods": moments, "rows": dict.fromkeys(("train", "validate", "test"), 2000),
            "metrics": {}, "baseline": {}, "importance": {},
        }
    )  # fmt: skip
    return record.model_dump(mode="json")


@pytest.fixture
def report(
    client: httpx.Client,  # noqa: F811
    row: dict[str, object],  # noqa: F811
    as_consumer: Callable[[str], dict[str, str]],  # noqa: F811
    runtime: Runtime,  # noqa: F811
) -> str:
    """The id of a report that rebooking has sent, which is in the lake."""
    client.headers.update(as_consumer("rebooking"))
    own = client.post("/predict", json=row).json()["prediction_id"]
    sent = {"prediction_id": own, "unexpected": "it was [bold]calm[/]\nall day"}
    answer = client.post("/feedback", json=sent)
    runtime.close()  # which writes its logs
    return str(answer.json()["report_id"])
