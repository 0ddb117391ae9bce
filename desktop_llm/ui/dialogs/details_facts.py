"""How an answer came about, in words: what the details card shows and copies."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.ui.chat.messages.words import time_full

HASH = 12
"""Characters of a hash that tell it from others."""
LONGEST = 2000
"""Characters of the instructions that are shown."""

translate = QCoreApplication.translate


class Section(NamedTuple):
    """A title and lines of name and value."""

    title: str
    lines: list[tuple[str, str]]


def sections(message: Message) -> list[Section]:
    """Everything that is known of how `message` was written; needs its record."""
    record = message.generation
    assert record is not None
    return [
        Section(translate("Details", "Model"), _model(record)),
        Section(translate("Details", "Prompt"), _prompt(record)),
        Section(translate("Details", "Answer"), _answer(message, record)),
        Section(translate("Details", "Sampling"), _sampling(record.sampling, record.seed)),
        Section(translate("Details", "Machine"), _machine(record)),
    ]


def as_text(found: list[Section]) -> str:
    """The same as plain text, for the clipboard."""
    parts = []
    for section in found:
        lines = [f"{name}: {value}" for name, value in section.lines]
        parts.append("\n".join([section.title, *lines]))
    return "\n\n".join(parts)


def _model(record: GenerationRecord) -> list[tuple[str, str]]:
    none = translate("Details", "None")
    adapter = record.adapter_hash[:HASH] or none
    lines = [
        (translate("Details", "Name"), record.model),
        (translate("Details", "Revision"), record.revision or translate("Details", "Unknown")),
        (translate("Details", "Adapter"), adapter),
    ]
    if record.bits:
        lines.append((translate("Details", "Bits of a weight"), str(record.bits)))
    return lines


def _prompt(record: GenerationRecord) -> list[tuple[str, str]]:
    template = record.template_hash[:HASH] or translate("Details", "None")
    if record.template_hash:
        own = translate("Details", "{hash}, the model's own")
        other = translate("Details", "{hash}, in place of the model's own")
        template = (other if record.template_overridden else own).replace("{hash}", template)
    lines = [
        (translate("Details", "Length"), _tokens(record.prompt_tokens)),
        (translate("Details", "Chat template"), template),
    ]
    if record.cached_tokens:
        known = translate("Details", "Read before, and still known")
        lines.append((known, _tokens(record.cached_tokens)))
    if record.left_out:
        left_out = QLocale().toString(len(record.left_out))
        lines.append((translate("Details", "Messages left out"), left_out))
    if record.prompt_hash:
        lines.append((translate("Details", "Hash of the tokens"), record.prompt_hash[:HASH]))
    if record.thinking is not None:
        asked = translate("Details", "On") if record.thinking else translate("Details", "Off")
        lines.append((translate("Details", "Thinking"), asked))
    if record.system_prompt:
        told = record.system_prompt
        told = told if len(told) <= LONGEST else told[:LONGEST] + "…"
        lines.append((translate("Details", "Instructions"), told))
    return lines


def _answer(message: Message, record: GenerationRecord) -> list[tuple[str, str]]:
    lines = [
        (translate("Details", "Written"), time_full(message)),
        (translate("Details", "Length"), _tokens(record.new_tokens)),
    ]
    if record.thinking_tokens:
        lines.append((translate("Details", "Of it thinking"), _tokens(record.thinking_tokens)))
    if record.drafted_tokens:
        locale = QLocale()
        guessed = translate("Details", "{right} of {guessed}, {percent} %").format(
            right=locale.toString(record.accepted_tokens),
            guessed=locale.toString(record.drafted_tokens),
            percent=round(100 * record.accepted_tokens / record.drafted_tokens),
        )
        lines.append((translate("Details", "Tokens guessed right"), guessed))
    speed = translate("Details", "{number} tokens per second")
    return [
        *lines,
        (translate("Details", "Ended because"), stop_words(record)),
        (translate("Details", "Until the first word"), _seconds(record.ttft_s)),
        (translate("Details", "Speed"), speed.replace("{number}", _number(record.tokens_per_s, 1))),
    ]


def _sampling(sampling: Sampling, seed: int) -> list[tuple[str, str]]:
    off = translate("Details", "Off")
    stops = ", ".join(repr(each) for each in sampling.stop_strings)
    return [
        (translate("Details", "Seed"), str(seed)),
        (translate("Details", "Temperature"), _number(sampling.temperature)),
        (translate("Details", "Top-p"), _number(sampling.top_p)),
        (translate("Details", "Top-k"), str(sampling.top_k) if sampling.top_k else off),
        (translate("Details", "Min-p"), _number(sampling.min_p) if sampling.min_p else off),
        (translate("Details", "Repetition penalty"), _number(sampling.repetition_penalty)),
        (translate("Details", "Longest answer"), _tokens(sampling.max_new_tokens)),
        (translate("Details", "Stop strings"), stops or translate("Details", "None")),
    ]


def _machine(record: GenerationRecord) -> list[tuple[str, str]]:
    threads = str(record.threads) if record.threads else translate("Details", "Unknown")
    return [
        (translate("Details", "Device"), record.device),
        (translate("Details", "Number format"), record.dtype or translate("Details", "Unknown")),
        (translate("Details", "Threads"), threads),
        (translate("Details", "Engine"), record.engine),
        *sorted(record.versions.items()),
    ]


def stop_words(record: GenerationRecord) -> str:
    """Why the answer ended."""
    reasons = {
        "end": translate("Details", "The model was done"),
        "length": translate("Details", "It reached its length limit"),
        "stop_string": translate("Details", "A stop string came up"),
        "stopped": translate("Details", "It was stopped"),
    }
    return reasons[record.stop_reason]


def _tokens(count: int) -> str:
    return translate("Details", "{count} tokens").replace("{count}", QLocale().toString(count))


def _seconds(seconds: float) -> str:
    return translate("Details", "{number} s").replace("{number}", _number(seconds))


def _number(value: float, digits: int = 3) -> str:
    text = QLocale().toString(value, "f", digits)
    point = QLocale().decimalPoint()
    return text.rstrip("0").removesuffix(point) if point in text else text
