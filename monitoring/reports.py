"""Reads the reports of a product from the lake, joined with the prediction log, and adds decisions to them.

A report's state is a row in the lake, beside the report: it ends with the log's retention and with `sixfold remove`,
and Iceberg lets two people add to it at once. Rows are only added; the newest one of a report is its state.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.aws import open_catalog, open_table
from monitoring.report import OPEN, Decision, Label, Report, Row
from serving.tables import writer
from sixfold import prediction_log as log
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, feedback_table

_OF_LIST = (log.PREDICTION_ID, log.TIME, log.API_VERSION, log.RELEASE, log.ENTITIES, log.SCORE, log.SCORES, log.SHADOW)
_OF_SHOW = (*_OF_LIST, log.FEATURES, log.LABEL_KEY, log.FALLBACK)


class Reports:
    """The reports of one product of a stack that is up.

    Args:
        platform: of the stack.
        product: its contract.
        home: the home of the project, where writers of this machine take turns.

    """

    def __init__(self, platform: PlatformRefs, product: Product, home: Path) -> None:
        self._platform, self.product, self._home = platform, product, home
        self._catalog = open_catalog(platform)

    def newest(self, limit: int, *, every: bool = False) -> list[Report]:
        """Return at most so many reports that are open, or `every` one, the newest first, with their predictions."""
        reports = [each for each in self._reports() if every or each.state == OPEN][:limit]
        rows = self._predictions([each.prediction_id for each in reports], _OF_LIST)
        return [replace(each, prediction=rows.get(each.prediction_id)) for each in reports]

    def get(self, digits: str) -> Report:
        """Return the report whose id begins with these digits, with its prediction and that one's labels.

        Raises:
            SixfoldError: no report's id does, or those of several do.

        """
        found = [each for each in self._reports() if each.id.startswith(digits.lower())]
        if len(found) != 1:
            number = "no report" if not found else f"{len(found)} reports"
            raise SixfoldError(
                f"{self.product.name} has {number} whose id begins with {digits!r}",
                remedy=f"`sixfold feedback list {self.product.name} --all` has the ids",
            )
        row = self._predictions([found[0].prediction_id], _OF_SHOW).get(found[0].prediction_id)
        labels = sorted(self._labels(found[0].prediction_id, row), key=lambda each: each.known_at)
        return replace(found[0], prediction=row, labels=tuple(labels))

    def decide(self, report: Report, state: str, detail: str, by: str) -> Report:
        """Add a decision to a report, and return it with that; the same again adds nothing."""
        if report.has(state, detail):
            return report
        made = Decision(datetime.now(UTC), state, detail, by)
        row = {log.REPORT_ID: report.id, log.TIME: made.at, log.STATE: state, log.COMMENT: detail, log.BY: by}
        self._append(self._platform.table(self.product.package, log.TRIAGE_TABLE)[1], log.TRIAGE, row)
        return replace(report, decisions=(*report.decisions, made))

    def tell(self, report: Report, label: float) -> None:
        """Add a label to the feedback of the report's consumer."""
        row = {
            log.PREDICTION_ID: report.prediction_id,
            log.TIME: datetime.now(UTC),
            log.PRODUCT: self.product.name,
            log.API_VERSION: report.version,
            log.CONSUMER: report.consumer,
            log.LABEL: label,
        }
        self._append(feedback_table(self.product.package), log.FEEDBACK, row)

    def _reports(self) -> list[Report]:
        """Return all reports, the newest first; a commit whose answer was lost has written a row twice."""
        decisions: dict[str, set[Decision]] = {}
        for row in self._rows(log.TRIAGE_TABLE):
            made = Decision(row[log.TIME], row[log.STATE], row[log.COMMENT], row[log.BY])
            decisions.setdefault(row[log.REPORT_ID], set()).add(made)
        found = {row[log.REPORT_ID]: row for row in self._rows(log.REPORTS_TABLE)}
        reports = [
            Report(
                id=name,
                at=row[log.TIME],
                consumer=row[log.CONSUMER],
                version=row[log.API_VERSION],
                comment=row[log.COMMENT],
                prediction_id=row[log.PREDICTION_ID],
                decisions=tuple(sorted(decisions.get(name, ()))),
            )
            for name, row in found.items()
        ]
        return sorted(reports, key=lambda each: (each.at, each.id), reverse=True)

    def _predictions(self, ids: Sequence[str], columns: tuple[str, ...]) -> dict[str, Row]:
        from pyiceberg.expressions import In  # noqa: PLC0415 - see serving.lake

        if not ids:
            return {}
        table = (self._platform.databases.predictions, self.product.package)
        rows = self._scan(table, columns, In(term=log.PREDICTION_ID, literals=ids))
        return {row[log.PREDICTION_ID]: row for row in rows if not row[log.SHADOW]}

    def _labels(self, prediction_id: str, prediction: Row | None) -> Iterator[Label]:
        from pyiceberg.expressions import EqualTo  # noqa: PLC0415 - see serving.lake

        names, databases, package = self.product.label, self._platform.databases, self.product.package
        if prediction:
            columns, key = (names.known_at, names.value), EqualTo(term=names.key, value=prediction[log.LABEL_KEY])
            for row in self._scan((databases.labels, package), columns, key):
                yield Label(row[names.value], row[names.known_at], "label table")
        told = (databases.predictions, feedback_table(package))
        for row in self._scan(told, tuple(log.FEEDBACK), EqualTo(term=log.PREDICTION_ID, value=prediction_id)):
            yield Label(row[log.LABEL], row[log.TIME], row[log.CONSUMER])

    def _rows(self, name: str) -> list[Row]:
        return self._scan(self._platform.table(self.product.package, name))

    def _scan(self, identifier: tuple[str, str], columns: tuple[str, ...] = (), only: Any = None) -> list[Row]:  # noqa: ANN401 - an expression of pyiceberg
        from pyiceberg.expressions import AlwaysTrue  # noqa: PLC0415 - see serving.lake

        table = open_table(self._catalog, identifier)
        if table is None:
            return []
        there = table.schema().column_names  # no release of now has written yet, if one is missing
        wanted = tuple(name for name in columns if name in there) or ("*",)
        rows: list[Row] = table.scan(only or AlwaysTrue(), selected_fields=wanted).to_arrow().to_pylist()
        return rows

    def _append(self, table: str, columns: Mapping[str, str], row: dict[str, Any]) -> None:
        writer(self._platform, self._home, table, columns)([row])
