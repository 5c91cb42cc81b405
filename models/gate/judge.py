"""The release gate: measures a candidate on its test months, decides, and writes verdict and report."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from models.candidate import BASELINE, LABEL, SCORE, Candidate, score
from models.gate.cases import judge_cases
from models.gate.evaluation import LIVE, Verdict, judge
from models.hashing import code_key, content_key, file_key
from sixfold.cases import Case
from sixfold.contract import Product

if TYPE_CHECKING:
    import polars as pl

_TEMPLATE = Path(__file__).with_name("report.html")


def evaluate(
    candidate: Candidate, product: Product, live: Path | None = None, cases: Mapping[str, Case] | None = None
) -> Verdict:
    """Judge a candidate on its test months and on the product's regression cases, and write its report.

    What was judged before is not judged again.

    Args:
        candidate: as training left it.
        product: its contract, which declares the metric and the margins.
        live: the folder of the release now live (`model.onnx` and `candidate.json`), None without one. It is scored on
            the same rows; where those lack a feature of it, the figure that it was released with stands.
        cases: the product's regression cases by name; it must pass every one.

    """
    release, cases = Candidate(live) if live else None, cases or {}
    key = _key(candidate, product, release, cases)
    done = candidate.path / "verdict.json"
    if done.exists() and candidate.report.exists():
        last = Verdict.model_validate_json(done.read_bytes())
        if last.key == key:
            return last
    from models.gate.report import write  # noqa: PLC0415 - pulls in matplotlib
    from sixfold.tasks import measure_of, task_of, values  # noqa: PLC0415 - pulls in numpy

    test = candidate.test()
    measure = measure_of(product)
    labels, scores = test[LABEL].to_numpy(), values(test[SCORE])
    value, naive = measure(labels, scores), measure(labels, values(test[BASELINE]))
    uncalibrated = task_of(product).calibration_error(labels, scores)
    live_value = None
    if release:
        test, live_value = _score_live(release, test, product)
    verdict = Verdict(
        key=key,
        product=product.name,
        metric=product.metric.name,
        value=value,
        baseline=naive,
        live=live_value,
        calibration_error=None if math.isnan(uncalibrated) else uncalibrated,
        rules=(*judge(product.metric, value, naive, live_value), *judge_cases(candidate, product, cases)),
    )
    write(candidate, product, verdict, test)
    done.write_text(verdict.model_dump_json(indent=2) + "\n")
    return verdict


def _key(candidate: Candidate, product: Product, live: Candidate | None, cases: Mapping[str, Case]) -> str:
    judged = [
        file_key(path) for each in (candidate, live) if each for path in (each.model, each.path / "candidate.json")
    ]
    code = code_key(
        *(
            "models.gate.judge",
            "models.gate.cases",
            "models.gate.evaluation",
            "models.gate.report",
            "models.gate.plots",
        ),
        *("sixfold.tasks.base", f"sixfold.tasks.{product.task}"),
    )
    held = json.dumps({name: case.model_dump(mode="json") for name, case in cases.items()})
    return content_key(code, file_key(_TEMPLATE), product.model_dump_json(), held, *judged)


def _score_live(live: Candidate, test: "pl.DataFrame", product: Product) -> tuple["pl.DataFrame", float]:
    import polars as pl  # noqa: PLC0415 - with the rest of what evaluation loads

    from models.training.search import matrix  # noqa: PLC0415 - pulls in numpy
    from sixfold.tasks import measure_of, values  # noqa: PLC0415 - the same

    if not set(live.record.features) <= set(test.columns):
        return test, live.record.metrics[product.metric.name]
    given = matrix(test, live.record.features, live.record.missing)
    scored = test.with_columns(pl.Series(LIVE, score(live.model, given).tolist()))
    return scored, measure_of(product)(test[LABEL].to_numpy(), values(scored[LIVE]))
