"""Speed and memory of the live evaluation, beside other tools: `make bench-evaluation`, a Markdown table.

Writes a prediction log and its labels as Iceberg tables to a temporary folder, in files of 100,000 rows over seven
days, and evaluates them as the live process does: the first run reads all, the second what was added to one day. Then
Evidently and NannyML, in an environment made for them, measure the AUC of the same rows. Both want rows that are joined
and in memory: once they get them before their clock starts, once pandas first reads the files of the two tables and
joins them. `--task` takes labels of another kind, which ours alone are measured on. Each runs in a process of its own;
ratios are of processor time, which other work changes little.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.transforms import DayTransform

from monitoring.evaluation.run import Evaluator
from monitoring.evaluation.source import Source
from serving.tables import _schema
from sixfold.contract import load_product
from sixfold.outputs import Databases, PlatformRefs
from sixfold.prediction_log import PREDICTIONS

ROOT = Path(__file__).parents[1]
FILE_ROWS, DAYS = 100_000, 7
START = datetime(2026, 11, 1, tzinfo=UTC)
FEATURES = [f"feature_{n}" for n in range(40)]
TYPES = {"binary": pa.bool_(), "multiclass": pa.string(), "regression": pa.float64()}
METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "mae"}
CLASSES = ("early", "in time", "late")
PEERS = {
    "evidently==0.7.23": (
        """
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.metrics import RocAuc
about = DataDefinition(classification=[BinaryClassification(target="label", prediction_probas="score", pos_label=1)])
""",
        "Report([RocAuc()]).run(Dataset.from_pandas(data[['label', 'score']], data_definition=about), None)",
    ),
    "nannyml==0.13.1": (
        "import nannyml",
        """
data["said"] = (data["score"] > 0.5).astype(int)
calculator = nannyml.PerformanceCalculator(
    y_true="label", y_pred="said", y_pred_proba="score", timestamp_column_name="time", metrics=["roc_auc"],
    problem_type="classification_binary", chunk_period="D",
)
data = data[["label", "said", "score", "time"]]
calculator.fit(data.head(100_000)).calculate(data)
""",
    ),
}
GIVEN = {
    "joined rows": 'data = pandas.read_parquet(folder / "joined.parquet"){clock}',
    "its own join": """{clock}
tables = (folder / "lake" / database / "flight_delays" / "data" for database in ("predictions", "labels"))
columns = ["label_key", "score", "time"], ["flight_id", "late"]
log, labels = (pandas.read_parquet(*each) for each in zip(tables, ["auto"] * 2, columns))
data = log.merge(labels, left_on="label_key", right_on="flight_id")
data["label"] = data["late"].astype("int8")
""",
}
CLOCK = "\nstarted, busy = time.perf_counter(), time.process_time()"
MEASURED = """
import json, sys, time
from pathlib import Path
import pandas
folder = Path(sys.argv[1])
{imports}
{given}
{body}
took, cpu = time.perf_counter() - started, time.process_time() - busy
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(json.dumps({{"rows": len(data), "s": took, "cpu": cpu, "mib": int(peak) / 1024}}))
"""


ALSO = ("pandas<3",)  # with 3.0 Evidently 0.7.23 does not import
COLUMNS = ("processor, s", "wall, s", "rows a second", "peak memory, MiB", "processor of ours", "memory of ours")


def truth(task: str, random: np.random.Generator) -> dict[str, Any]:
    """Return the columns with scores and label of one file."""
    match task:
        case "regression":
            score = 1000 + random.gamma(2, 5, FILE_ROWS)
            return {"score": score, "scores": None, "late": score + random.normal(0, 3, FILE_ROWS)}
        case "multiclass":
            scores = random.dirichlet((2, 1, 0.5), FILE_ROWS)
            places = (random.random((FILE_ROWS, 1)) > scores.cumsum(axis=1)).sum(axis=1).clip(max=2)
            return {"score": scores.max(axis=1), "scores": scores.tolist(), "late": np.array(CLASSES)[places]}
        case _:
            score = random.beta(2, 5, FILE_ROWS)
            return {"score": score, "scores": None, "late": random.random(FILE_ROWS) < score}


def rows(task: str, number: int, place: int) -> pl.DataFrame:
    """Return one file's predictions, in the order of their time, with the label of each in `late`."""
    random = np.random.default_rng(place)
    given = json.dumps(dict.fromkeys(FEATURES, 0.123456))
    span = DAYS * 86_400_000_000
    moment = (place * FILE_ROWS + np.arange(FILE_ROWS)) * span // number
    key = pl.Series(np.arange(FILE_ROWS) + place * FILE_ROWS).cast(pl.String)
    return pl.DataFrame(
        {
            "prediction_id": "0f6f9d3e-5c1d-4a57-9c57-" + key.str.zfill(12),
            "time": pl.Series(moment).cast(pl.Duration("us")) + START,
            "product": "flight-delays", "api_version": "v1", "release": "a" * 64, "consumer": "rebooking",
            "entities": pl.Series(random.choice([f'{{"origin": "{o}", "carrier": "{c}"}}' for o in ("EWR", "JFK", "LGA")
                                                 for c in ("AA", "B6", "DL", "UA")], FILE_ROWS)),
            "label_key": "20261101T1200Z-" + key, "features": given, **truth(task, random), "fallback": False,
            "shadow": False, "logged_at": START, "replayed": False,
        }
    )  # fmt: skip


def write(folder: Path, task: str, number: int) -> SqlCatalog:
    """Write the log, its labels, and for the peers one Parquet file with both."""
    catalog = SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/lake")
    for database in ("predictions", "labels"):
        catalog.create_namespace(database)
    log = catalog.create_table("predictions.flight_delays", _schema(PREDICTIONS))
    with log.update_spec() as spec:
        spec.add_field("time", DayTransform(), "day")
    schema = pa.schema([("flight_id", pa.string()), ("known_at", pa.timestamp("us", tz="UTC")), ("late", TYPES[task])])
    labels = catalog.create_table("labels.flight_delays", schema)
    joined = []
    for place in range(number // FILE_ROWS):
        made = rows(task, number, place)
        log.append(made.drop("late").to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_schema(PREDICTIONS)))
        known = made.select(flight_id="label_key", known_at=pl.col("time") + timedelta(hours=3), late="late")
        labels.append(known.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema))
        if task == "binary":
            joined.append(made.select("time", "score", label=pl.col("late").cast(pl.Int8)))
    if joined:
        pl.concat(joined).write_parquet(folder / "joined.parquet")
    catalog.close()
    return catalog


def evaluate(folder: Path, task: str) -> Iterator[dict[str, float]]:
    """Yield the cost of the first evaluation, and of the next one after a day has changed."""
    names: dict[str, Any] = dict.fromkeys(set(PlatformRefs.model_fields) - {"aws_endpoint", "databases"}, "bench")
    layers = Databases(**{layer: layer for layer in Databases.model_fields})
    platform = PlatformRefs(aws_endpoint=None, databases=layers, **names)
    contract = load_product(ROOT / "products/flight_delays/product.yaml")
    metric = contract.metric.model_copy(update={"name": METRICS[task]})
    classes = CLASSES if task == "multiclass" else ()
    contract = contract.model_copy(update={"task": task, "classes": classes, "metric": metric})
    catalog = SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/lake")
    with mock.patch("monitoring.evaluation.source.open_catalog", return_value=catalog):
        evaluator = Evaluator(contract, Source(platform, contract))
        for _ in range(2):
            started, busy = time.perf_counter(), time.process_time()
            found = evaluator.run(START + timedelta(days=DAYS))
            took, cpu = time.perf_counter() - started, time.process_time() - busy
            if found is None:
                raise RuntimeError("nothing was evaluated")
            of_days = found.figures[0].predictions * len(found.read) // DAYS
            yield {"rows": of_days, "s": took, "cpu": cpu, "mib": _peak_mib()}
            last = rows(task, DAYS * FILE_ROWS, DAYS - 1).drop("late").head(1000)
            catalog.load_table("predictions.flight_delays").append(
                last.with_columns(prediction_id="again " + pl.col("prediction_id"))
                .to_arrow(compat_level=pl.CompatLevel.oldest())
                .cast(_schema(PREDICTIONS))
            )
    catalog.close()


def _peak_mib() -> float:
    """Return the most memory that this process ever had."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def _said(*command: str) -> list[dict[str, float]]:
    """Run a command and return what it measured; where it cannot, say why and return nothing."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{' '.join(command)[:80]} ended with {done.returncode}: {done.stderr[-500:]}", file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _environment(folder: Path) -> str:
    """Return the Python of a new environment that has the peers."""
    print(f"installing {', '.join(PEERS)} ...", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", *PEERS, *ALSO], check=True)
    return str(folder / "bin" / "python")


def measured(folder: Path, task: str, peers: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the cost of each tool, ours first; the peers measure yes and no alone."""
    names = ("Sixfold, all of the window", "Sixfold, after one day changed")
    ours = _said(sys.executable, "-m", "bench.evaluation", "--folder", str(folder), "--task", task)
    yield from zip(names, ours, strict=True)
    if task != "binary":
        return
    for (name, (imports, body)), (what, given) in product(PEERS.items(), GIVEN.items()):
        script = MEASURED.format(imports=imports, given=given.format(clock=CLOCK), body=body)
        for found in _said(peers, "-c", script, str(folder)):
            yield f"{name.replace('==', ' ')}, {what}", found


def main() -> None:
    """Run the bench; each measured part in a process of its own, so that its memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000, help=f"in steps of {FILE_ROWS:,}")
    parser.add_argument("--task", choices=TYPES, default="binary", help="the kind of the labels")
    parser.add_argument("--peers", help="the python of an environment with the peers; left out, one is made")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        for found in evaluate(given.folder, given.task):
            print(json.dumps(found), flush=True)
        return
    with tempfile.TemporaryDirectory() as place:
        peers = given.peers or ("" if given.task != "binary" else _environment(Path(place) / "peers"))
        print(f"writing {given.rows:,} predictions and labels ...", file=sys.stderr, flush=True)
        write(Path(place), given.task, given.rows)
        print(
            f"| {given.rows:,} predictions with labels, {given.task} | {' | '.join(COLUMNS)} |\n" + "|---" * 7 + "|",
            flush=True,
        )
        ours: dict[str, float] = {}
        for name, found in measured(Path(place), given.task, peers):
            ours = ours or found
            cpu, mib = found["cpu"], found["mib"]
            figures = (f"{cpu:.1f}", f"{found['s']:.1f}", f"{found['rows'] / cpu:,.0f}", f"{mib:,.0f}",
                       f"{cpu / ours['cpu']:.2f}", f"{mib / ours['mib']:.2f}")  # fmt: skip
            print(f"| {name} | {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
