"""A lake of real flights: three days of each month of 2013, loaded, with features and a candidate, once for the run."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import polars as pl
import pytest

import products
from models import hashing, loading
from models.candidate import Candidate
from models.features import build as features
from models.sources import read
from models.training import train as training
from products.flight_delays import data
from sixfold.contract import Product, load_product
from sixfold.outputs import Databases, PlatformRefs
from sixfold.product import Source
from tests.conftest import make_signing_keys, serve_moto

REGION = "eu-west-1"
DAYS = ("10", "11", "12")


@pytest.fixture(scope="session")
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, ...]:
    """The published files, with just those days."""
    folder = tmp_path_factory.mktemp("published")
    return tuple(_shorten(source, folder) for source in data.sources())


def _shorten(source: Source, folder: Path) -> Source:
    rows = read(source)
    kept = rows.filter(pl.col("day").is_in(DAYS)) if "day" in rows.columns else rows
    kept.write_csv(path := folder / f"{source.name}.csv", null_value="NA")
    return replace(source, path=path, arrivals=None)


@pytest.fixture
def few(sample: tuple[Source, ...], tmp_path: Path) -> Callable[[int], tuple[Source, ...]]:
    """A function that gives the same files with just the first rows; the airports, which others need, are whole."""

    def shorten(rows: int) -> tuple[Source, ...]:
        return tuple(_head(source, rows, tmp_path) for source in sample)

    return shorten


def _head(source: Source, rows: int, folder: Path) -> Source:
    whole = read(source)
    path = folder / f"{source.name}-{rows}.csv"
    (whole if source.name == "airports" else whole.head(rows)).write_csv(path, null_value="NA")
    return replace(source, path=path, partition_by=(), arrivals=None)


@pytest.fixture(scope="session")
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        yield


@pytest.fixture(scope="session")
def lake_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A moto server of our own: what is loaded once must outlive the tests that empty the shared one."""
    with serve_moto(tmp_path_factory.mktemp("lake-aws")) as url:
        yield url


@pytest.fixture(scope="session")
def make_platform(lake_aws: str, credentials: None) -> Callable[[str], PlatformRefs]:  # noqa: ARG001 - the clients need them
    """A function that gives a new, empty platform of a name."""

    def make(stack: str, aws: str = lake_aws) -> PlatformRefs:
        layers = Databases.model_fields
        platform = PlatformRefs(
            stack=stack,
            region=REGION,
            aws_endpoint=aws,
            lake_bucket=f"{stack}-lake",
            features_bucket=f"{stack}-features",
            registry_bucket=f"{stack}-registry",
            databases=Databases(**{layer: f"{stack}_{layer}" for layer in layers}),
            feature_project=f"{stack}_features",
        )
        s3 = boto3.client("s3", endpoint_url=aws, region_name=REGION)
        for bucket in (platform.lake_bucket, platform.features_bucket, platform.registry_bucket):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        make_signing_keys(platform)
        glue = boto3.client("glue", endpoint_url=aws, region_name=REGION)
        for layer in layers:
            glue.create_database(DatabaseInput={"Name": f"{stack}_{layer}"})
        return platform

    return make


@pytest.fixture
def platform(make_platform: Callable[[str], PlatformRefs], request: pytest.FixtureRequest) -> PlatformRefs:
    """An empty platform for one test."""
    return make_platform(f"t{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="session")
def loaded(make_platform: Callable[[str], PlatformRefs], product: Product, sample: tuple[Source, ...]) -> PlatformRefs:
    """A platform whose lake holds the sample. Tests that change it take `platform`."""
    platform = make_platform("loaded")
    assert loading.load(platform, product, sample)
    return platform


@pytest.fixture(scope="session")
def built(loaded: PlatformRefs, product: Product) -> PlatformRefs:
    """The same with features."""
    assert features.build(loaded, product)
    return loaded


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """A product whose sources, tables, views and entities have the names of those of flight-delays."""
    shutil.copytree(products.__path__[0], root := tmp_path / "products", ignore=shutil.ignore_patterns("__pycache__"))
    folder = (root / "flight_delays").rename(root / "flight_copies")
    for path in folder.iterdir():
        text = path.read_text().replace("flight_delays", "flight_copies").replace("flight-delays", "flight-copies")
        path.write_text(text)
    (root / "flight_delays").symlink_to(Path(products.__path__[0], "flight_delays"))
    for name in ("models", "sixfold"):  # of which the keys of steps are made too
        (tmp_path / name).symlink_to(Path(__file__).parents[3] / name)
    monkeypatch.setattr(products, "__path__", [str(root)])
    monkeypatch.setattr(hashing, "_ROOT", tmp_path)
    return load_product(folder / "product.yaml")


@pytest.fixture(scope="session")
def candidate(built: PlatformRefs, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """A candidate trained on the sample."""
    return training.train(built, product, tmp_path_factory.mktemp("candidate"))
