"""Other ways to serve the model of `flight-delays`, as their documentation has them: the peers of `bench.serving`.

`bare`, `with_model`, `fastapi_model` and `fastapi_feast` are ASGI applications, `Empty` and `BentoDefault` BentoML's.
The folder of the bento is in BENCH_SOURCE, and the stack in SIXFOLD_PLATFORM.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import bentoml
import numpy as np
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field
from starlette.types import Receive, Scope, Send

PRODUCT, PACKAGE = "flight-delays", "flight_delays"


class Flight(BaseModel):
    """The row of the product's own contract, as FastAPI's users write it."""

    origin: Literal["EWR", "JFK", "LGA"]
    dest: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    carrier: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
    flight: Annotated[int, Field(ge=1, le=9999)]
    scheduled_departure: AwareDatetime
    tailnum: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")] | None = None


class Answer(BaseModel):
    """The answer of the peers."""

    late_probability: float


@cache
def _session() -> Any:  # noqa: ANN401 - onnxruntime loads late
    import onnxruntime  # noqa: PLC0415 - the empty application does without

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(Path(os.environ["BENCH_SOURCE"], "model.onnx")), options)


@cache
def _names() -> tuple[str, ...]:
    return tuple(json.loads(Path(os.environ["BENCH_SOURCE"], "candidate.json").read_bytes())["features"])


def _score(features: dict[str, float | None]) -> float:
    row = np.array([[np.nan if (value := features.get(name)) is None else value for name in _names()]], np.float32)
    session = _session()
    found = session.run([session.get_outputs()[-1].name], {session.get_inputs()[0].name: row})[0]
    return float(found.reshape(-1)[-1])


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `{}`: the floor of the server."""
    if scope["type"] == "http":
        await receive()
        await _answer(send, b"{}")


async def with_model(scope: Scope, receive: Receive, send: Send) -> None:
    """Parse the body, score a row, and answer: no validation, no features."""
    if scope["type"] == "http":
        row = json.loads((await receive())["body"])
        await _answer(send, json.dumps({"late_probability": _score({"weekday": float(row["flight"])})}).encode())


fastapi_model = FastAPI()
fastapi_feast = FastAPI()


@fastapi_model.post("/predict")
async def predict_without_features(flight: Flight) -> Answer:
    """Validate, score, and answer: no features of a store."""
    return Answer(late_probability=_score({"weekday": float(flight.scheduled_departure.weekday())}))


@cache
def _store() -> tuple[Any, Any]:
    from models.features.store import open_store  # noqa: PLC0415 - Feast takes seconds
    from sixfold.outputs import PlatformRefs  # noqa: PLC0415 - with it
    from sixfold.wire import ENV_PLATFORM  # noqa: PLC0415 - with it

    store = open_store(PlatformRefs.model_validate_json(os.environ[ENV_PLATFORM]), PACKAGE)
    return store, store.get_feature_service(PRODUCT)


@fastapi_feast.post("/predict")
def predict_with_features(flight: Flight) -> Answer:
    """Validate, read the features by Feast's SDK, score, and answer."""
    store, service = _store()
    keys = {
        "origin": flight.origin,
        "carrier": flight.carrier,
        "route": f"{flight.origin}-{flight.dest}",
        "tailnum": flight.tailnum or "unknown",
    }
    found = store.get_online_features(features=service, entity_rows=[keys]).to_dict()
    return Answer(late_probability=_score({name: values[0] for name, values in found.items() if name not in keys}))


@bentoml.service(metrics={"enabled": False}, logging={"access": {"enabled": False}})
@bentoml.asgi_app(bare, path="/")
class Empty:
    """An empty application under `bentoml serve`."""


@bentoml.service(metrics={"enabled": False}, logging={"access": {"enabled": False}})
class BentoDefault:
    """BentoML's own API, with the row as its model; no features of a store."""

    @bentoml.api  # type: ignore[untyped-decorator] # BentoML does not type it
    def predict(self, flight: Flight) -> Answer:
        """Validate, score, and answer."""
        return Answer(late_probability=_score({"weekday": float(flight.scheduled_departure.weekday())}))
