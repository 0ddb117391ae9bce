"""Conversations as the rows that a fine-tuning reads: `{"messages": [{"role", "content"}, …]}`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import ChatMessage
from desktop_llm.documents.exchange.archive import Archived


def to_lines(conversations: Iterable[Archived], better: bool = True) -> Iterator[str]:
    """A line for every conversation that has an answer.

    `better`: a corrected version stands in for the answer, and a dialogue ends before an answer
    that was voted down and not corrected: a model should not learn it.
    """
    for archived in conversations:
        turns = _turns(archived, better)
        if any(turn.role == "assistant" for turn in turns):
            messages = [{"role": turn.role, "content": turn.content} for turn in turns]
            yield json.dumps({"messages": messages}, ensure_ascii=False) + "\n"


def _turns(archived: Archived, better: bool) -> list[ChatMessage]:
    prompt = archived.conversation.system_prompt.strip()
    turns = [ChatMessage("system", prompt)] if prompt else []
    for message in archived.path:
        if better and message.vote == "down" and not message.correction:
            break
        text = message.correction if better and message.correction else _text(message)
        if not text.strip():
            continue
        if turns and turns[-1].role == message.role:
            text = f"{turns.pop().content}\n\n{text}"
        turns.append(ChatMessage(message.role, text))
    while turns and turns[-1].role != "assistant":
        turns.pop()
    return turns


def _text(message: Message) -> str:
    files = [
        f"{each.name}\n{each.text}" if each.in_prompt else each.name for each in message.attachments
    ]
    return "\n\n".join([*files, message.content]) if files else message.content
