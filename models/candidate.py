"""A candidate: the folder that training leaves and a release is made from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from sixfold.declared import Strict
from sixfold.drift import Reference
from sixfold.errors import SixfoldError
from sixfold.moments import Moment

if TYPE_CHECKING:
    import polars as pl

    from sixfold.tasks.base import Floats

LABEL, SCORE, BASELINE = "label", "score", "baseline"


class Periods(Strict):
    """The training, validation and test periods; each ends where the next begins, the last with the newest example.

    They are moments, whether `PERIODS` of the product's `model.py` are dates or move with the newest label.
    """

    train_from: Moment
    validate_from: Moment
    test_from: Moment
    test_until: Moment


class View(Strict):
    """A feature view: the part of its definition by which its rows are found, online and in the lake.

    `keys` are its join keys, `features` its names in order, both of them columns of `table`, a table of the lake with
    their history, whose column `moment` has the moment from which a row's values are known.
    """

    name: str
    keys: tuple[str, ...]
    features: tuple[str, ...]
    table: str
    moment: str


class Signature(BaseModel):
    """The part of `candidate.json` that serving and monitoring read, from releases of any age.

    `features` are in the order of the model's input. `reference` is what live values are compared with: features as the
    model learned them, scores on the test months: `score`, or `score of <class>` of each. `missing` is by feature what
    the model gets where it is not known, NaN for those that are not there. `slices` are the values of each of the
    contract's slices in training. `views` are those that a release reads: it opens no registry. Other fields are
    ignored: releases of other versions have others.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    features: tuple[str, ...]
    reference: dict[str, Reference] = Field(default_factory=dict)
    missing: dict[str, float] = Field(default_factory=dict)
    slices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    views: tuple[View, ...] = ()


class Record(Signature):
    """A model and its origin: `candidate.json`. It is packed, so the same data, code and lock give the same bytes.

    `training_key` is the same for the same data, code and libraries. `content` are keys of what lay in the tables that
    the model was made from. `importance` is each feature's share of what they contribute: it sums to 1,
    and is empty where the model does not tell.
    """

    product: str
    training_key: str
    content: dict[str, str]
    feature_hash: str
    params: dict[str, Any]
    periods: Periods
    rows: dict[str, int]
    metrics: dict[str, float]
    baseline: dict[str, float]
    importance: dict[str, float]


class Origin(Strict):
    """Origin of a candidate, which differs on another lake or machine: `origin.json`, which is not packed.

    `snapshots` are the ids of the tables' snapshots, which Iceberg draws at random. `onnx_difference` is the largest
    difference between the scores of ONNX and of the trained model.
    """

    snapshots: dict[str, int] = Field(default_factory=dict)
    onnx_difference: float = 0.0


class Candidate:
    """The folder: `model.onnx`, `candidate.json`, `origin.json`, `test.parquet`; `report.html` once it was evaluated.

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
        """The ONNX file: `features` float32 [n, k] in, scores in its last output."""
        return self.path / "model.onnx"

    @property
    def origin(self) -> Origin:
        """The facts of its training run; empty for the folder of a release, which has none."""
        path = self.path / "origin.json"
        return Origin.model_validate_json(path.read_bytes()) if path.exists() else Origin()

    @property
    def report(self) -> Path:
        """The page that the evaluation writes."""
        return self.path / "report.html"

    def test(self) -> "pl.DataFrame":
        """Return the test months: each feature, the slices, `label`, `score` and `baseline`."""
        import polars as pl  # noqa: PLC0415 - a run with nothing to do does not wait for polars

        return pl.read_parquet(self.path / "test.parquet")


def score(model: Path, features: "Floats") -> "Floats":
    """Return the scores of each row of `features[n, k]` by ONNX runtime, as `scores_of` has them."""
    import onnxruntime  # noqa: PLC0415 - a run with nothing to do does not wait for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # several add up the trees of a row in parts, and in another order
    options.log_severity_level = 3  # converters declare a shape of 1 for the labels, which nobody reads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (found,) = session.run([session.get_outputs()[-1].name], {session.get_inputs()[0].name: features.astype("float32")})
    return scores_of(found, len(features))


def scores_of(output: "Floats", rows: int) -> "Floats":
    """Return the scores that a model's last output has for so many rows: `[n]`, or `[n, classes]`.

    Of two columns the second counts: it is the probability of yes.
    """
    scores: Floats = output.reshape(rows, -1).astype("float64")
    return scores if scores.shape[1] > 2 else scores[:, -1]  # noqa: PLR2004 - yes and no
