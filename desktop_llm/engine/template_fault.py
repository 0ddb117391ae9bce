"""What is wrong with a chat template, and in which of its lines."""

from __future__ import annotations

import traceback

from jinja2 import TemplateSyntaxError

from desktop_llm.engine.errors import TemplateFailed

TEMPLATE_FILES = ("<template>", "<unknown>")
"""What Jinja calls a template without a file in the tracebacks that it rewrites."""

LONGEST = 200


def template_fault(error: Exception) -> TemplateFailed:
    """The error to tell, from whatever a template raised."""
    if isinstance(error, TemplateSyntaxError):
        return TemplateFailed(_detail(error), error.lineno)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno or 0 for frame in frames if frame.filename in TEMPLATE_FILES]
    return TemplateFailed(_detail(error), lines[-1] if lines else 0)


def _detail(error: Exception) -> str:
    """One short line for people; templates raise with messages of their own."""
    said = error.message if isinstance(error, TemplateSyntaxError) else str(error)
    first = ((said or "").strip() or type(error).__name__).splitlines()[0]
    return first if len(first) <= LONGEST else first[:LONGEST] + "…"
