"""Splits rows as published into those that keep their contract and those that do not, with the reason."""

from dataclasses import dataclass

import pandera.errors as pe
import pandera.polars as pa
import polars as pl

REASON = "reason"
_ROW = "row_number"


@dataclass(frozen=True)
class Checked:
    """`passed` has the types of the contract; `failed` is as published, with the column `reason`."""

    passed: pl.DataFrame
    failed: pl.DataFrame


def check(raw: pl.DataFrame, contract: pa.DataFrameSchema) -> Checked:
    """Hold each row of `raw` (all strings, null where missing) to a contract. No row is lost.

    Raises:
        pandera.errors.SchemaErrors: a fault that no row can be blamed for, such as a column that is missing.

    """
    numbered = raw.with_row_index(_ROW)
    typed = numbered.select(_ROW, *(_parse(name, column) for name, column in contract.columns.items()))
    reasons = pl.concat([_unreadable(numbered, typed, contract), _broken(typed.drop(_ROW), contract)])
    by_row = reasons.group_by(_ROW).agg(pl.col(REASON).unique().sort().str.join("; "))
    failed = numbered.join(by_row, on=_ROW, how="inner").drop(_ROW)
    passed = typed.join(by_row, on=_ROW, how="anti", maintain_order="left").drop(_ROW)
    if passed.height + failed.height != raw.height:
        raise AssertionError(f"{raw.height} rows became {passed.height} passed and {failed.height} failed")
    return Checked(passed, failed)


def _parse(name: str, column: pa.Column) -> pl.Expr:
    wanted: pl.DataType = column.dtype.type
    if isinstance(wanted, pl.Datetime):
        return pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    return pl.col(name).cast(wanted, strict=False)


def _unreadable(raw: pl.DataFrame, typed: pl.DataFrame, contract: pa.DataFrameSchema) -> pl.DataFrame:
    """Return the rows with a text that is not of its column's type."""
    parts = [pl.DataFrame(schema={_ROW: pl.UInt32, REASON: pl.String})]
    for name, column in contract.columns.items():
        bad = raw[name].is_not_null() & typed[name].is_null()
        reason = pl.format("{}: {} is not {}", pl.lit(name), pl.col(name).str.head(40), pl.lit(str(column.dtype)))
        parts.append(raw.filter(bad).select(_ROW, reason.alias(REASON)))
    return pl.concat(parts)


def _broken(typed: pl.DataFrame, contract: pa.DataFrameSchema) -> pl.DataFrame:
    """Return the rows that break a check of the contract."""
    none = pl.DataFrame(schema={_ROW: pl.UInt32, REASON: pl.String})
    try:
        contract.validate(typed, lazy=True)
    except pe.SchemaErrors as error:
        cases: pl.DataFrame = error.failure_cases
        if cases["index"].null_count():
            raise
        reason = pl.concat_str("column", "check", separator=": ", ignore_nulls=True)
        return pl.concat([none, cases.select(pl.col("index").cast(pl.UInt32).alias(_ROW), reason.alias(REASON))])
    return none
