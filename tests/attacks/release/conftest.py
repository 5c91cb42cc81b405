"""Releases of both reference products, asked without a network between: their online store knows every entity."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.candidate import Signature
from serving.app import Application
from serving.runtime import Runtime
from serving.settings import Settings
from sixfold import keyring
from sixfold.contract import load_products
from sixfold.product import load_code
from tests.unit.serving.conftest import FakeStore, facts

RING = keyring.new()
PRODUCTS = Path(__file__).parents[3] / "products"


class Halves:
    """A model for which every row is a half."""

    def score(self, rows: list[list[float]]) -> list[float]:
        return [0.5] * len(rows)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Runtime]:
    """A function that gives a release of a product; its log is written nowhere."""

    def make(name: str) -> Runtime:
        product = load_products(PRODUCTS)[name]
        model: Any = Halves()
        runtime = Runtime(
            settings=Settings(
                platform=facts("http://127.0.0.1:9"),
                home=tmp_path_factory.mktemp("home"),
                api_version="v1",
                release="a" * 64,
            ),
            product=product,
            code=load_code(product).service,
            model=model,
            signature=Signature(features=load_code(product).service.REQUEST_FEATURES),
            open_reader=FakeStore,
            read_keyring=lambda: RING,
        )
        for log in (runtime._predictions, runtime._feedback, runtime._reports):
            log._write = lambda _: None
        return runtime

    return make


@pytest.fixture
def client_of(release: Callable[[str], Runtime]) -> Callable[[str], httpx.AsyncClient]:
    """A function that gives a client of a product's release."""

    def make(name: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(Application(release(name)))
        return httpx.AsyncClient(transport=transport, base_url="http://release")

    return make
