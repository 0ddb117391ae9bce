"""The models of a server, by its own list."""

from __future__ import annotations

from desktop_llm.core.remote_server import ListedModel
from desktop_llm.core.wire import from_plain
from desktop_llm.engine.remote.answers import ModelCard, ModelCards
from desktop_llm.engine.remote.connection import Connection
from desktop_llm.engine.remote.errors import NotThatProtocol

LISTING_S = 10.0
"""For the whole list."""
MOST_MODELS = 1000
"""A server may have any number; nobody chooses among more."""

LONGEST, LARGEST = 2**31 - 1, 2**53
"""Of a context and of a count of parameters: what is beyond is none, and no field holds it."""


def list_models(address: str, key: str) -> list[ListedModel]:
    """The models at `address`. Raises ExpectedError."""
    connection = Connection(address, key)
    try:
        return models_of(connection)
    finally:
        connection.close()


def models_of(connection: Connection) -> list[ListedModel]:
    """The models that the server at the other end offers, in its order. Raises ExpectedError."""
    try:
        cards = from_plain(ModelCards, connection.get("/models", LISTING_S))
    except ValueError as error:
        raise NotThatProtocol(connection.address, "no list of models") from error
    return [_listed(card) for card in cards.data[:MOST_MODELS]]


def _listed(card: ModelCard) -> ListedModel:
    meta = card.meta
    context = card.max_model_len or (meta.n_ctx if meta else None)
    parameters = meta.n_params if meta else None
    able = card.capabilities if isinstance(card.capabilities, dict) else {}
    schema = able.get("json_schema")
    return ListedModel(
        card.id,
        card.owned_by or "",
        min(max(0, context or 0), LONGEST),
        min(max(0, parameters or 0), LARGEST),
        embeds=able.get("embeddings") is True,
        json_schema=schema if isinstance(schema, bool) else None,
    )
