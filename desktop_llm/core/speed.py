"""What `bench generate --against` measures, as the window asks for it, keeps and shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from desktop_llm.core.text import columns

Side = Literal["ours", "stock", "llamacpp"]
SIDES: dict[str, str] = {
    "ours": "Desktop LLM",
    "stock": "Transformers",
    "llamacpp": "llama.cpp",
}
"""Names of engines; the same in all languages."""

Quantity = Literal["turn_s", "first_s", "reading", "writing"]
HEADING = ("Engine", "Prompt", "Load", "First", "Reads", "Writes", "Turn", "Memory", "Perplexity")


@dataclass(frozen=True)
class SpeedWish:
    """What shall be measured."""

    model: str
    settings: tuple[str, ...] = ("exact", "8-bit", "4-bit")
    against: tuple[str, ...] = ("stock", "llamacpp")
    prompt_tokens: tuple[int, ...] = (64, 512, 2048)
    new_tokens: int = 64
    runs: int = 3

    def arguments(self) -> list[str]:
        """For `desktop-llm bench`."""
        return [
            *("generate", f"--model={self.model}", "--json", "--progress"),
            f"--against={','.join(self.against) or 'none'}",
            f"--settings={','.join(self.settings)}",
            f"--prompt-tokens={','.join(map(str, self.prompt_tokens))}",
            f"--new-tokens={self.new_tokens}",
            f"--runs={self.runs}",
        ]


@dataclass(frozen=True)
class SpeedStep:
    """What is being done; `fraction` of everything is done before."""

    stage: str
    engine: str
    """Side and setting, such as “ours 8-bit”."""
    prompt_tokens: int
    fraction: float


@dataclass(frozen=True)
class SpeedRow:
    """The medians of one engine with one setting at one length of the prompt."""

    side: str
    setting: str
    prompt_tokens: int
    runs: int
    load_s: float
    first_s: float
    """Until the first token."""
    reading: float
    """Tokens of the prompt per second."""
    writing: float
    """Tokens per second after the first."""
    turn_s: float
    turn_low_s: float
    turn_high_s: float
    peak_bytes: int
    perplexity: float
    """0: not measured."""

    @property
    def engine(self) -> str:
        return f"{SIDES.get(self.side, self.side)} {self.setting}"

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of `HEADING`."""
        return (
            self.engine,
            str(self.prompt_tokens),
            f"{self.load_s:.1f} s",
            f"{self.first_s:.2f} s",
            f"{self.reading:.0f}/s",
            f"{self.writing:.1f}/s",
            f"{self.turn_s:.2f} s",
            f"{self.peak_bytes / 1e6:.0f} MB",
            f"{self.perplexity:.2f}" if self.perplexity else "–",
        )


@dataclass(frozen=True)
class SpeedResult:
    """One measurement with what produced it. Unknown entries of the report are not kept."""

    rows: tuple[SpeedRow, ...]
    settings: dict[str, str | int | float]
    machine: dict[str, str | int]
    versions: dict[str, str]
    skipped: dict[str, str] = field(default_factory=dict)
    """Why an engine was left out."""
    id: str = ""
    when: float = 0.0
    """Seconds since 1970."""

    @property
    def model(self) -> str:
        return str(self.settings.get("model", ""))

    @property
    def lengths(self) -> list[int]:
        return sorted({row.prompt_tokens for row in self.rows})

    @property
    def engines(self) -> list[tuple[str, str]]:
        """Side and setting of each, in their order."""
        return list(dict.fromkeys((row.side, row.setting) for row in self.rows))

    def curve(self, side: str, setting: str, of: Quantity) -> list[tuple[int, float]]:
        """A quantity of one engine by the length of the prompt."""
        points = [
            (row.prompt_tokens, float(getattr(row, of)))
            for row in self.rows
            if (row.side, row.setting) == (side, setting)
        ]
        return sorted(points)

    def dated(self, number: str, when: float) -> SpeedResult:
        """This one, as it is kept."""
        return replace(self, id=number, when=when)

    def as_text(self, day: str) -> str:
        """For sharing: the table, the machine and the versions."""
        machine = self.machine
        rows: Sequence[Sequence[str]] = [HEADING, *(row.cells() for row in self.rows)]
        lines = [
            f"Speed of {self.model}, {day}",
            "",
            columns(rows),
            "",
            f"{machine.get('processor', '?')}, {machine.get('cores', '?')} cores, "
            f"{machine.get('system', '?')}",
            ", ".join(f"{name} {number}" for name, number in self.versions.items()),
            ", ".join(f"{name} {value}" for name, value in self.settings.items()),
            *(f"Left out: {name}: {reason}" for name, reason in self.skipped.items()),
        ]
        return "\n".join(lines) + "\n"
