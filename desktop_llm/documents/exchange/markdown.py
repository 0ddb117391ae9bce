"""A conversation as Markdown, to be read and printed elsewhere."""

from __future__ import annotations

from datetime import datetime

from desktop_llm.core.conversation import Message
from desktop_llm.documents.exchange.archive import Archived

NAMES = {"user": "You", "assistant": "Assistant", "system": "Instructions"}


def to_markdown(archived: Archived) -> str:
    """What is shown of the conversation, with the system prompt, attachments and models."""
    conversation = archived.conversation
    parts = [f"# {_one_line(conversation.title) or 'Conversation'}", _date(conversation.created_at)]
    if conversation.system_prompt.strip():
        parts += ["## System prompt", conversation.system_prompt.strip()]
    for message in archived.path:
        parts += [f"## {heading(message)}", *_files(message), message.content.rstrip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(message: Message) -> str:
    """Who wrote `message`, and which model that was."""
    record = message.generation
    name = NAMES[message.role]
    return f"{name} ({_one_line(record.model)})" if record else name


def _files(message: Message) -> list[str]:
    """Attachments in full, in fences that nothing in them can close."""
    found = []
    for attachment in message.attachments:
        longest = max((len(run) for run in _runs(attachment.text)), default=0)
        fence = "`" * max(3, longest + 1)
        found += [f"**{_one_line(attachment.name)}**", f"{fence}\n{attachment.text}\n{fence}"]
    return found


def _runs(text: str) -> list[str]:
    return [run for run in "".join(c if c == "`" else " " for c in text).split(" ") if run]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
