"""Decisions on a report: it becomes a label, a regression case in the product's folder, or is closed for a reason."""

import json
from pathlib import Path

from monitoring.report import CASE, CLOSED, LABELLED, Report
from monitoring.reports import Reports
from sixfold import prediction_log as log
from sixfold.cases import Case, Expected, misfit, write_case
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.labels import number_of
from sixfold.release import SHORT


def to_label(reports: Reports, report: Report, text: str, by: str) -> Report:
    """Make a report a label: feedback of its consumer, as if that had sent it.

    So it counts where the contract lets the word of this consumer count, within its `label_share`, and no further.

    Raises:
        SixfoldError: labels of this consumer do not count, or the task has no such label.

    """
    product = reports.product
    if report.consumer not in product.tellers:
        raise SixfoldError(
            f"labels of {report.consumer} do not count: `feedback.from` of {product.name} does not name it",
            remedy="make the report a case (`--case`), or name the consumer there",
        )
    number = _number(product, text)
    if not report.has(LABELLED, text):
        reports.tell(report, number)
    return reports.decide(report, LABELLED, text, by)


def to_case(
    reports: Reports, report: Report, name: str, expected: Expected, folder: Path, by: str
) -> tuple[Report, Path]:
    """Make a report a regression case in the product's folder, and return its file too.

    Raises:
        SixfoldError: its prediction is not in the log, is about a person, or is as expected; or the name is taken.

    """
    path = write_case(folder, name, case_of(reports.product, report, expected))
    return reports.decide(report, CASE, name, by), path


def close(reports: Reports, report: Report, reason: str, by: str) -> Report:
    """Close a report for a reason."""
    return reports.decide(report, CLOSED, reason, by)


def case_of(product: Product, report: Report, expected: Expected) -> Case:
    """Return the case that a report becomes. Personal entities stay out: a repository forgets nothing.

    Raises:
        SixfoldError: its prediction is not in the log, is about a person, or is as expected.

    """
    wrong, row = misfit(expected, product), report.prediction
    if wrong:
        raise SixfoldError(f"{product.name} has no such expectation: {wrong}", remedy="see `--help`")
    if row is None:
        raise SixfoldError(
            f"the prediction log has no row of the prediction that report {report.id[:8]} is about",
            remedy=f"a new one is there after some seconds; one of {product.log.retention_days} days ago is gone",
        )
    features, personal = json.loads(row[log.FEATURES]), set(product.log.personal)
    about = [name for name in features if name in personal] or [log.FEATURES] * (log.FEATURES in personal)
    if about:
        raise SixfoldError(
            f"{', '.join(about)} of report {report.id[:8]} is personal, and a case is kept for ever",
            remedy="write a case by hand, with values of nobody: sixfold/cases.py describes each key",
        )
    if _is_expected(product, report.score, expected):
        raise SixfoldError(
            f"the reported score, {report.score}, is as expected: every release would pass this case",
            remedy="give bounds that the reported score is outside of, or close the report",
        )
    entities = {} if log.ENTITIES in personal else json.loads(row[log.ENTITIES])
    return Case(
        features=features,
        expected=expected,
        entities={name: key for name, key in entities.items() if name not in personal},
        score=report.score,
        release=row[log.RELEASE][:SHORT],
        report=report.id,
        reporter=report.consumer,
        reported=report.at.date(),
    )


def _is_expected(product: Product, score: float | list[float] | None, expected: Expected) -> bool:
    if isinstance(score, list):
        place = product.classes.index(str(expected.of))
        unbound = expected.at_least is None and expected.at_most is None
        return score[place] == max(score) if unbound else expected.holds(score[place])
    return score is not None and expected.holds(score)


def _number(product: Product, text: str) -> float:
    try:
        return number_of(product, text if product.task == "multiclass" else float(text))
    except ValueError as error:
        said = str(error) if "could not convert" not in str(error) else f"the label {text!r} is no number"
        raise SixfoldError(said, remedy=f"give a label of a {product.task} task") from None
