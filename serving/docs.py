"""The contract of a running release, for programs (OpenAPI 3.1) and for people (a page that loads nothing)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from serving.feedback import MAX_COMMENT, PRINTABLE
from serving.parsing import FLOAT32_MAX
from serving.runtime import Runtime
from sixfold import pages
from sixfold.contract import Product

CODES_OF_FEEDBACK = {
    "403": "this consumer gives no labels; it may send `unexpected` without one",
    "404": "this consumer got no prediction of this id",
}
CODES = {
    "400": "not acceptable JSON: malformed, NaN, a key twice, a number beyond 32 bits",
    "401": "no key, or one that was revoked or has ended",
    "408": "the body did not arrive within 10 seconds",
    "413": "the body is larger than 1 MiB",
    "415": "not application/json",
    "422": "rows that the schema does not accept; `errors` lists a JSON pointer and the reason for each",
    "429": "more than this consumer may ask for; see Retry-After",
    "503": "too many requests at once; see Retry-After",
}


def openapi(runtime: Runtime) -> dict[str, Any]:
    """Return the OpenAPI document; schemas are those that requests are really checked with."""
    row = _within_32_bits(runtime.row.json_schema(ref_template="#/components/schemas/{model}"))
    row.pop("$defs", None)
    prediction = runtime.code.Prediction.model_json_schema()
    one = {"prediction_id": _ID, "prediction": _ref("Prediction")}
    release = {"release": {"type": "string", "description": "the short digest of the release that answered"}}
    problems, refused = _problems(CODES), _problems(CODES_OF_FEEDBACK)
    answers = [
        _object({**release, **one}),
        _object({**release, "predictions": {"type": "array", "items": _object(one)}}),
    ]
    rows = {"rows": {"type": "array", "items": _ref("Row"), "minItems": 1, "maxItems": 1000}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": runtime.product.title,
            "version": runtime.settings.api_version,
            "description": runtime.product.description,
        },
        "servers": [{"url": "."}],
        "security": [{"key": []}, *([{}] if runtime.callers.anonymous else [])],
        "paths": {
            "/predict": _post(
                "One row or a batch of rows in, predictions out",
                {"oneOf": [_ref("Row"), _object(rows)]},
                runtime.product.example,
                {"200": _answer("the predictions, in order", {"oneOf": answers}), **problems},
            ),
            "/feedback": _post(
                "The outcome of a prediction, a report that it was unexpected, or both",
                _feedback(runtime.product),
                {
                    "prediction_id": "00000000-0000-4000-8000-000000000000",
                    "label": _example(runtime.product),
                    "unexpected": "the answer of the day before was the opposite",
                },
                {"202": _answer("taken", _TAKEN), **problems, **refused},
            ),
        },
        "components": {
            "schemas": {"Row": row, "Prediction": prediction, "Problem": _PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def page(document: dict[str, Any], product: Product) -> str:
    """Return the OpenAPI document as one plain page of HTML."""
    schemas = document["components"]["schemas"]
    return pages.render(
        __file__,
        document=document,
        product=product,
        anonymous={} in document["security"],
        example=json.dumps(product.example, indent=2),
        schemas={name: _fields(schema["properties"]) for name, schema in schemas.items()},
        errors=dict(sorted((CODES | CODES_OF_FEEDBACK).items())),
    )


def _fields(properties: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {
        name: json.dumps({key: value for key, value in schema.items() if key not in {"title", "default"}})
        for name, schema in properties.items()
    }


def _label(product: Product) -> Any:  # noqa: ANN401 - a JSON schema
    match product.task:
        case "multiclass":
            return {"type": "string", "enum": list(product.classes)}
        case "binary":
            return {"type": "integer", "enum": [0, 1]}
        case _:
            return _within_32_bits({"type": "number"})


def _feedback(product: Product) -> dict[str, Any]:
    comment = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_COMMENT,
        "pattern": PRINTABLE,
        "description": "why the prediction is not the expected one; no control characters but newlines",
    }
    given = _object({"prediction_id": _ID, "label": _label(product), "unexpected": comment}, required=["prediction_id"])
    return {**given, "anyOf": [{"required": ["label"]}, {"required": ["unexpected"]}]}


def _within_32_bits(schema: Any) -> Any:  # noqa: ANN401 - a JSON schema
    """Return a schema whose numbers have the bounds that every request is held to."""
    if isinstance(schema, list):
        return [_within_32_bits(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = {"minimum": -FLOAT32_MAX, "maximum": FLOAT32_MAX} if schema.get("type") in {"number", "integer"} else {}
    return bounds | {key: _within_32_bits(value) for key, value in schema.items()}


def _example(product: Product) -> str | int:
    return product.classes[0] if product.classes else 1


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the schema of an object; where `required` is left out, all of its properties are."""
    wanted = list(properties if required is None else required)
    return {"type": "object", "properties": properties, "required": wanted, "additionalProperties": False}


def _answer(description: str, schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _problems(codes: Mapping[str, str]) -> dict[str, Any]:
    return {code: _answer(why, _ref("Problem"), "application/problem+json") for code, why in codes.items()}


def _post(summary: str, body: dict[str, Any], example: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": body, "example": example}}
    return {"post": {"summary": summary, "requestBody": {"required": True, "content": content}, "responses": responses}}


_ID = {"type": "string", "format": "uuid"}
_TAKEN = _object({"prediction_id": _ID, "report_id": _ID}, required=["prediction_id"])
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
