"""A conversation as one HTML page that needs nothing else: no script, no image, no address."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from desktop_llm.core.conversation import Message
from desktop_llm.documents.exchange.archive import Archived
from desktop_llm.documents.exchange.markdown import heading

if TYPE_CHECKING:  # imported by the first export: the start of the app need not wait for it
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SAFE = ("http://", "https://", "mailto:")

_STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;
background:Canvas;color:CanvasText;color-scheme:light dark}
article{margin:1.2rem 0;padding:.8rem 1rem;border:1px solid;
border-color:color-mix(in srgb,CanvasText 15%,Canvas);border-radius:12px;overflow-wrap:anywhere}
article.user{background:color-mix(in srgb,CanvasText 6%,Canvas)}
h2{font-size:.85rem;margin:0 0 .4rem;opacity:.7}
pre{overflow-x:auto;padding:.6rem;border-radius:8px;
background:color-mix(in srgb,CanvasText 8%,Canvas)}
table{border-collapse:collapse}td,th{border:1px solid;padding:.2rem .6rem}
details{margin:.4rem 0}
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(archived: Archived) -> str:
    """What is shown of the conversation. Text of models and people is escaped."""
    title = escape(archived.conversation.title or "Conversation")
    parts = [f"<h1>{title}</h1>"]
    if archived.conversation.system_prompt.strip():
        parts.append(
            _article("system", "System prompt", escape_lines(archived.conversation.system_prompt))
        )
    parts += [_message(message) for message in archived.path]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{_STYLE}</style>"
    )
    return (
        f"<!doctype html>\n<html><head>{head}</head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def escape_lines(text: str) -> str:
    """Plain text in which lines stay lines."""
    return escape(text.strip()).replace("\n", "<br>\n")


def _message(message: Message) -> str:
    files = "".join(
        f"<details><summary>{escape(each.name)}</summary><pre>{escape(each.text)}</pre></details>"
        for each in message.attachments
    )
    body = (
        _reader().render(message.content)
        if message.role == "assistant"
        else (f"<p>{escape_lines(message.content)}</p>")
    )
    return _article(message.role, heading(message), files + body)


def _article(role: str, title: str, body: str) -> str:
    return f'<article class="{role}" dir="auto"><h2>{escape(title)}</h2>{body}</article>'


def _reader() -> MarkdownIt:
    """Markdown without HTML in it; images become their words, links only lead to the web."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.validateLink = _is_safe  # type: ignore[assignment,method-assign]
    reader.add_render_rule("image", _image)
    return reader


def _is_safe(address: str) -> bool:
    return address.strip().lower().startswith(SAFE)


def _image(self: object, tokens: list[Token], index: int, *_: object) -> str:
    return f"[image: {escape(tokens[index].content)}]"
