"""The starter model told as other models are, without asking the hub."""

from __future__ import annotations

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.hub_types import FileChoice, ModelDetails
from desktop_llm.library.starter import NAME, manifest
from desktop_llm.ui.models.result_rows import Result

BITS = 4.8
"""Per weight, with the scales of the quantisation."""
CONTEXT_LENGTH = 8192


def starter_details(result: Result) -> ModelDetails:
    """What the app knows of its own starter; `result` is the catalogue's."""
    facts = manifest()
    choice = FileChoice(
        NAME,
        "gguf",
        Text(QT_TRANSLATE_NOOP("core", "One small file, checked and ready for this app")),
        (facts.file,),
        facts.bytes,
        BITS,
        recommended=True,
    )
    source = facts.sources["hub"]
    return ModelDetails(
        result.model,
        str(source["revision"]),
        "main",
        (),
        (choice,),
        context_length=CONTEXT_LENGTH,
        has_chat_template=True,
        card=result.note,
    )
