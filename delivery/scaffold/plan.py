"""`sixfold new`, what is decided: from the rows of a CSV file, all that the files of a new product say. Pure.

The rows come as published: all columns are strings. Whatever the platform would stumble over later is refused here.
"""

from dataclasses import dataclass

import polars as pl

from delivery.scaffold import columns
from delivery.scaffold.figures import Figures, figures
from sixfold.contract import package_of
from sixfold.errors import SixfoldError

SERIES = "series"
"""Name of the entity where all rows are one series."""
_MOST_SLICES = 20
_LEAST_QUARANTINE = 0.01


@dataclass(frozen=True)
class Wish:
    """The product that somebody asked for; columns as the file names them."""

    name: str
    task: str
    framework: str
    time: str
    label: str
    entity: str | None = None
    owner: str = "data-science"
    description: str = "Write the question that this service answers."

    @property
    def package(self) -> str:
        """The Python package of the product."""
        return package_of(self.name)


@dataclass(frozen=True)
class Plan:
    """The decisions. `entity`, `label_name` and the first of each of `numbers` are names in Python."""

    wish: Wish
    entity_column: str | None
    entity: str
    label: columns.Label
    label_name: str
    numbers: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]
    keys: int
    newest: tuple[str, str]
    """Time and entity of the newest row."""
    quarantine_rate: float
    figures: Figures

    @property
    def sliced(self) -> bool:
        """Whether the live metric is measured by entity too."""
        return self.entity_column is not None and self.keys <= _MOST_SLICES

    def told(self, rows: int) -> list[str]:
        """Return the decisions as sentences for the person who asked, of a file with so many rows."""
        wish, figures = self.wish, self.figures
        what = f"{self.keys} values of {self.entity_column}" if self.entity_column else "one series"
        features = ", ".join(column for _, column in self.numbers)
        lines = [
            f"{rows:,} rows, {what}; each is a prediction of {wish.label}",
            f"{wish.time} without a zone counts as UTC",
            f"features: the last known {wish.label}{f', {features}' if features else ''}; hour and weekday",
            f"learns before {figures.validate_from:%Y-%m-%d %H:%M}, is judged from {figures.test_from:%Y-%m-%d %H:%M}",
        ]
        if wish.task == "binary":
            lines.append(f"predicted is the probability of {wish.label} = {self.label.numbers[1][0]}")
        return lines + ([f"not used: {', '.join(self.dropped)}"] if self.dropped else [])

    def next(self, stack: str | None) -> list[tuple[str, str]]:
        """Return the commands from the folder to a live metric, and what each does."""
        name, at = self.wish.name, f"--stack {stack}" if stack else ""
        first = ("stacks/Pulumi.local.yaml", f"write `{name}: {{v1: {{releases: []}}}}` below `products`")
        since, until = f"{self.figures.test_from.isoformat()[:19]}Z", f"{self.newest[0][:19]}Z"
        return [
            *([] if stack else [first]),
            (f"sixfold up {at}".strip(), "loads the data, trains, and serves the first release"),
            (f"sixfold predict {name} {at}".strip(), "asks it for a prediction"),
            (
                f"sixfold replay {name} --from {since} --to {until} --speed 1000000 {at}".strip(),
                "the test period again, and its labels",
            ),
            ("make owners", f"names {self.wish.owner} as reviewers of the folder"),
        ]


def plan(rows: pl.DataFrame, wish: Wish) -> Plan:
    """Return the plan of a product for these rows.

    Raises:
        SixfoldError: a column is missing or does not fit, or there are too few rows.

    """
    _require(rows, wish)
    label = columns.label(rows[wish.label], wish.task)
    typed = rows.with_columns(columns.times(rows[wish.time]), label.values.alias("\0label"))
    whole = typed.drop_nulls([name for name in (wish.time, wish.label, wish.entity) if name])
    others = [name for name in rows.columns if name not in (wish.time, wish.label, wish.entity)]
    entity = columns.entity(whole, wish.time, wish.entity, others)
    kept, dropped = columns.numbers(whole.select(name for name in others if name != entity))
    names = columns.names([*([entity] if entity else []), wish.label, *kept])
    key = pl.col(entity) if entity else pl.lit("all")
    table = whole.select(at=wish.time, key=key, label="\0label").sort("at")
    return Plan(
        wish=wish,
        entity_column=entity,
        entity=names[entity] if entity else SERIES,
        label=label,
        label_name=names[wish.label],
        numbers=tuple((names[column], column) for column in kept),
        dropped=tuple(dropped),
        keys=table["key"].n_unique(),
        newest=(table["at"][-1].isoformat(), table["key"][-1]),
        quarantine_rate=max(_LEAST_QUARANTINE, round(2 * (1 - whole.height / rows.height), 2)),
        figures=figures(table, wish.task, entity),
    )


def _require(rows: pl.DataFrame, wish: Wish) -> None:
    given = {"--time": wish.time, "--label": wish.label, "--entity": wish.entity}
    for option, column in given.items():
        if column is not None and column not in rows.columns:
            raise SixfoldError(
                f"{option}: the file has no column {column!r}", remedy=f"name one of these: {', '.join(rows.columns)}"
            )
    named = [column for column in given.values() if column is not None]
    if len(set(named)) < len(named):
        raise SixfoldError(
            f"{', '.join(given)} name the same column twice: {', '.join(named)}", remedy="name another column for each"
        )
