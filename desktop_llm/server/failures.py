"""Errors in OpenAI's shape: {"error": {"message", "type", "param", "code"}} and a status."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from desktop_llm.core.conversation import new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.json_schema import SchemaUnusable
from desktop_llm.core.memory_fit import MemoryTight, NotEnoughMemory
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import (
    EmptyPrompt,
    NoModelLoaded,
    OutOfMemory,
    PromptTooLong,
    TemplateFailed,
    TemplateTimeout,
)

log = logging.getLogger(__name__)

STATUS_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
CODES: dict[type[ExpectedError], tuple[int, str]] = {
    PromptTooLong: (400, "context_length_exceeded"),
    EmptyPrompt: (400, "empty_prompt"),
    TemplateFailed: (400, "template_failed"),
    TemplateTimeout: (503, "template_timeout"),
    NoModelLoaded: (503, "no_model_loaded"),
    OutOfMemory: (503, "out_of_memory"),
    NotEnoughMemory: (503, "not_enough_memory"),
    MemoryTight: (503, "not_enough_memory"),
    SchemaUnusable: (400, "schema_unusable"),
}
"""The errors whose words may be sent on: they name no file and no address."""

LONGEST_NAME = 100
"""Of a field: an unknown one is the client's invention."""

BUSY_S = 5
"""After so many seconds a client may try again."""


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(
        self, status: int, message: str, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param

    @property
    def body(self) -> dict[str, Any]:
        usual = "server_error" if self.status >= 500 else "invalid_request_error"
        return {
            "error": {
                "message": self.message,
                "type": STATUS_TYPES.get(self.status, usual),
                "param": self.param,
                "code": self.code,
            }
        }

    @property
    def data(self) -> bytes:
        return json.dumps(self.body).encode()

    @property
    def headers(self) -> dict[str, str]:
        if self.status == 401:
            return {"WWW-Authenticate": "Bearer"}
        return {"Retry-After": str(BUSY_S)} if self.status in (429, 503) else {}


def of_error(error: Exception) -> Refusal:
    """What a client is told of `error`: never a path, an address or a traceback.

    What cannot be told is logged under an id, which the client gets.
    """
    if isinstance(error, Refusal):
        return error
    if type(error) in CODES and isinstance(error, ExpectedError):
        status, code = CODES[type(error)]
        return Refusal(status, str(Text(error.happened, error.facts)), code)
    number = new_id()
    log.error("request %s failed", number, exc_info=error)
    if isinstance(error, ExpectedError):
        message = f"The model could not answer ({type(error).__name__}, see the log, id {number})."
        return Refusal(500, message, "model_failed")
    return Refusal(500, f"An unexpected error, in the log under the id {number}.", "internal_error")


def not_loaded(error: ExpectedError) -> Refusal:
    """What a client is told where `error` keeps the model away, which may pass."""
    refusal = of_error(error)
    refusal.status = 503
    return refusal


BRANCHES = {"str", "PlainFormat", "JsonSchemaFormat"}


def of_validation(errors: Sequence[Any]) -> Refusal:
    """The first fault that a schema found, by the name of its field; values are not repeated."""
    first = errors[0]
    # The branches of a union are part of the place; only names and numbers of fields are told.
    place = [str(part) for part in first["loc"][1:] if not _is_branch(part)]
    param = ".".join(place)[:LONGEST_NAME] or None
    match first["type"]:
        case "json_invalid":
            return Refusal(400, "The body is not valid JSON.", "invalid_json")
        case "extra_forbidden":
            return Refusal(400, f"This server does not support “{param}”.", "unsupported", param)
        case "missing":
            return Refusal(400, f"“{param or 'The body'}” is missing.", "missing", param)
    return Refusal(400, f"Invalid {param or 'body'}: {first['msg']}.", "invalid_value", param)


def _is_branch(part: Any) -> bool:
    return isinstance(part, str) and (not part.replace("_", "").isalnum() or part in BRANCHES)
