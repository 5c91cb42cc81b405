"""A candidate: the folder that training leaves and a release is made from."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sixfold.contract import Strict
from sixfold.drift import Reference
from sixfold.errors import SixfoldError

if TYPE_CHECKING:
    import polars as pl

    from sixfold.metrics import Floats

INPUT = "features"
OUTPUT = "probabilities"
LABEL, SCORE, BASELINE = "label", "score", "baseline"


class Periods(Strict):
    """When the model learned, was chosen and is judged; each period ends where the next begins."""

    train_from: datetime
    validate_from: datetime
    test_from: datetime
    test_until: datetime


class Record(Strict):
    """What is known of a model: `candidate.json`.

    `training_key` is the same for the same data, code and libraries. `snapshots` are the ids of the tables it was made
    from, and `content` are keys of what lay in them: a lake that was lost and loaded again has new ids, and the same
    content.
    `features` are in the order of the model's input. `importance` is each feature's share of the gain, and sums to 1.
    `reference` is what live values are compared with: features as the model learned them, `score` on the test months.
    """

    product: str
    training_key: str
    snapshots: dict[str, int]
    content: dict[str, str]
    feature_hash: str
    features: tuple[str, ...]
    reference: dict[str, Reference] = Field(default_factory=dict)
    params: dict[str, float | int | str | bool]
    rounds: int
    periods: Periods
    rows: dict[str, int]
    metrics: dict[str, float]
    baseline: dict[str, float]
    importance: dict[str, float]
    onnx_difference: float


class Candidate:
    """The folder: `model.onnx`, `candidate.json`, `test.parquet`, and `report.html` once it was evaluated.

    Args:
        path: the folder.

    Raises:
        SixfoldError: there is no candidate in it.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / "candidate.json").exists():
            raise SixfoldError(f"there is no candidate in {path}", remedy="train one: `sixfold train`")
        self.record = Record.model_validate_json((path / "candidate.json").read_bytes())

    @property
    def model(self) -> Path:
        """The ONNX file: `features` float32 [n, k] in, `probabilities` float32 [n, 2] out; the second is the score."""
        return self.path / "model.onnx"

    @property
    def report(self) -> Path:
        """The page that the evaluation writes."""
        return self.path / "report.html"

    def test(self) -> "pl.DataFrame":
        """Return the test months: each feature, the slices, `label`, `score` and `baseline`."""
        import polars as pl  # noqa: PLC0415 - a run with nothing to do does not wait for polars

        return pl.read_parquet(self.path / "test.parquet")


def score(model: Path, features: "Floats") -> "Floats":
    """Return the probability of the second class for each row of `features` [n, k], by ONNX runtime."""
    import onnxruntime  # noqa: PLC0415 - a run with nothing to do does not wait for it

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {INPUT: features.astype("float32")})
    scores: Floats = found[:, 1].astype("float64")
    return scores
