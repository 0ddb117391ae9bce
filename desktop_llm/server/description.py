"""What /openapi.json says beyond what the types of the requests say by themselves."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}

_REASONS = {
    400: "The request is invalid, or asks for what cannot be done.",
    401: "The key is missing or wrong.",
    403: "The Host or the Origin is not allowed.",
    404: "There is no such route, or no such model.",
    405: "The route does not know this method.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many requests wait.",
    500: "A fault of the server, in its log under the id that is told.",
    503: "No model is loaded, or it cannot answer now.",
}

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "content": {"application/json": {"schema": _ERROR}}}
    for status, reason in _REASONS.items()
}

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with “stream”, its chunks as server-sent events.",
        "content": {"application/json": {}, "text/event-stream": {}},
    }
}


def describe(app: FastAPI) -> None:
    """Say that a key is needed, and not the status that the framework has for invalid bodies."""
    made = app.openapi()
    made.setdefault("components", {})["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer"}
    }
    made["security"] = [{"key": []}]
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
