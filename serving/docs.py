"""The contract of a running release, for programs (OpenAPI 3.1) and for people (a page that loads nothing)."""

import json
from html import escape
from typing import Any

from serving.runtime import Runtime
from sixfold.contract import Product
from sixfold.wire import CONSUMER

_CODES = {
    "400": "not acceptable JSON: malformed, NaN, a key twice, a number beyond 32 bits",
    "408": "the body did not arrive within 10 seconds",
    "413": "the body is larger than 1 MiB",
    "415": "not application/json",
    "422": "rows that the schema does not accept; `errors` lists a JSON pointer and the reason for each",
    "503": "too many requests at once; see Retry-After",
}


def openapi(runtime: Runtime) -> dict[str, Any]:
    """Return the OpenAPI document; schemas are those that requests are really checked with."""
    row = runtime.row.json_schema(ref_template="#/components/schemas/{model}")
    row.pop("$defs", None)
    prediction = runtime.code.Prediction.model_json_schema()
    one = {"prediction_id": {"type": "string", "format": "uuid"}, "prediction": _ref("Prediction")}
    release = {"release": {"type": "string", "description": "the short digest of the release that answered"}}
    problems = {code: _answer(why, _ref("Problem"), "application/problem+json") for code, why in _CODES.items()}
    answers = [
        _object({**release, **one}),
        _object({**release, "predictions": {"type": "array", "items": _object(one)}}),
    ]
    rows = {"rows": {"type": "array", "items": _ref("Row"), "minItems": 1, "maxItems": 1000}}
    feedback = {"prediction_id": {"type": "string", "format": "uuid"}, "label": {"type": "number"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": runtime.product.title,
            "version": runtime.settings.api_version,
            "description": runtime.product.description,
        },
        "servers": [{"url": "."}],
        "paths": {
            "/predict": _post(
                "One row or a batch of rows in, predictions out",
                {"oneOf": [_ref("Row"), _object(rows)]},
                runtime.product.example,
                {"200": _answer("the predictions, in order", {"oneOf": answers}), **problems},
            ),
            "/feedback": _post(
                "What turned out, for a prediction that was made",
                _object(feedback),
                {"prediction_id": "00000000-0000-4000-8000-000000000000", "label": 1},
                {"202": _answer("taken", _object({"prediction_id": feedback["prediction_id"]})), **problems},
            ),
        },
        "components": {"schemas": {"Row": row, "Prediction": prediction, "Problem": _PROBLEM}},
    }


def page(document: dict[str, Any], product: Product) -> str:
    """Return the same as one plain page of HTML."""
    fields = {
        name: "".join(_field(*each) for each in schema["properties"].items())
        for name, schema in document["components"]["schemas"].items()
    }
    tables = "".join(f"<h2>{name}</h2><table>{rows}</table>" for name, rows in fields.items())
    errors = "".join(f"<tr><th>{code}</th><td>{escape(why)}</td></tr>" for code, why in _CODES.items())
    consumers = ", ".join(escape(consumer.name) for consumer in product.consumers)
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(product.title)}</title>
<style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}
th{{text-align:left;padding-right:1rem;vertical-align:top}}code,pre{{background:#eee}}</style>
<h1>{escape(product.title)} <small>{escape(document["info"]["version"])}</small></h1>
<p>{escape(product.description)} Owner: {escape(product.owner)}, on call: {escape(product.on_call)}.</p>
<p><code>POST predict</code> takes one <b>Row</b>, or <code>{{"rows": [Row, …]}}</code> with up to 1,000, as
<code>application/json</code>, and answers <code>{{"prediction_id", "release", "prediction"}}</code> or
<code>{{"release", "predictions": [{{"prediction_id", "prediction"}}, …]}}</code>. Say who you are in the header
<code>{CONSUMER}</code> ({consumers}).</p>
<pre>{escape(json.dumps(product.example, indent=2))}</pre>
<p><code>POST feedback</code> takes <code>{{"prediction_id", "label"}}</code> when you know what happened.</p>
{tables}<h2>Errors</h2><table>{errors}</table><p>For programs: <a href="openapi.json">openapi.json</a></p></html>"""


def _field(name: str, schema: dict[str, Any]) -> str:
    rules = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    return f"<tr><th>{escape(name)}</th><td><code>{escape(json.dumps(rules))}</code></td></tr>"


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _answer(description: str, schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _post(summary: str, body: dict[str, Any], example: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": body, "example": example}}
    return {"post": {"summary": summary, "requestBody": {"required": True, "content": content}, "responses": responses}}


_PROBLEM = {
    **_object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        }
    ),
    "additionalProperties": True,
    "description": "RFC 9457",
}
