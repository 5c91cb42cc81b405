"""The local AWS of a stack: whether it holds what the stack's output names. Its file may be gone."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from botocore.exceptions import ClientError

from delivery.health.finding import Finding, Question
from delivery.health.processes import problem_of
from infra.stand_in.guard import READY
from models import aws
from models.features.online import project_of
from monitoring.exporter import LakeFacts, TableFacts
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs


def questions(platform: PlatformRefs, products: Collection[Product], up: str) -> list[Question]:
    """Return the questions to the AWS of a platform: its parts, the tables of the lake, and the online store."""

    def held() -> list[Finding]:
        return [judge_aws(*_held(platform), up)]

    def lake() -> Iterator[Finding]:
        yield from judge_lake(LakeFacts(platform).facts(), products, up)

    def store() -> Iterator[Finding]:
        tables = aws.dynamodb(platform).get_paginator("list_tables").paginate()
        yield from judge_store([name for page in tables for name in page["TableNames"]], platform, products, up)

    return [
        Question("aws", "local AWS", held, up),
        Question("lake", "tables", lake, up),
        Question("store", "online tables", store, up),
    ]


def judge_aws(problem: str | None, missing: Collection[str], up: str) -> Finding:
    """Judge the stand-in: `problem` is why it does not answer, `missing` are parts of the output that it lacks."""
    if problem:
        return Finding("aws", "local AWS", well=False, says=problem, remedy=up)
    if missing:
        says = f"answers, and has forgotten {', '.join(sorted(missing))}"
        return Finding(
            "aws", "local AWS", well=False, says=says, remedy=f"{up}: it makes all again but predictions and feedback"
        )
    return Finding("aws", "local AWS", well=True, says="answers, and holds the buckets and databases of the output")


def judge_lake(facts: Iterable[TableFacts], products: Iterable[Product], up: str) -> Iterator[Finding]:
    """Judge the tables of each product: an empty one among curated tables and labels is a fault."""
    tables = defaultdict(list)
    for each in facts:
        if each.layer in {"curated", "labels"}:
            tables[each.product].append(each)
    for product in products:
        own = tables[product.name]
        empty = sorted(f"{each.layer}.{each.table}" for each in own if not each.rows)
        if not own or empty:
            says = f"{', '.join(empty)} empty" if own else "no tables"
            yield Finding("lake", product.name, well=False, says=says, remedy=up)
        else:
            says = f"{len(own)} tables, {sum(each.rows for each in own):,} rows"
            yield Finding("lake", product.name, well=True, says=says)


def judge_store(
    tables: Iterable[str], platform: PlatformRefs, products: Iterable[Product], up: str
) -> Iterator[Finding]:
    """Judge the online tables: each product has some."""
    names = list(tables)
    for product in products:
        count = sum(name.startswith(f"{project_of(platform, product.package)}.") for name in names)
        says = f"{count or 'no'} online tables"
        yield Finding("store", product.name, well=count > 0, says=says, remedy=None if count else up)


def _held(platform: PlatformRefs) -> tuple[str | None, list[str]]:
    """Return why the stand-in does not answer, and the buckets and databases of the output that it lacks."""
    if problem := problem_of(f"{platform.aws_endpoint}{READY}"):
        return problem, []
    s3, glue, databases = aws.s3(platform), aws.glue(platform), platform.databases.model_dump().values()
    buckets = (platform.lake_bucket, platform.features_bucket, platform.registry_bucket)
    looks: dict[str, Callable[[], object]] = {f"s3://{name}": partial(s3.head_bucket, Bucket=name) for name in buckets}
    looks |= {f"the database {name}": partial(glue.get_database, Name=name) for name in databases}
    return None, [name for name, look in looks.items() if not _has(look)]


def _has(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"404", "NoSuchBucket", "EntityNotFoundException"}:
            return False
        raise
    return True
