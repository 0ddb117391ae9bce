"""The model card (README.md) of an exported result: what it is, from what, and how good."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from desktop_llm.training.job import TaskName, TrainingJob
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.run_folder import RunFolder

WORDS: dict[TaskName, str] = {
    "sft": "supervised fine-tuning on dialogues",
    "pretrain": "continued pretraining on plain text",
    "classify": "text classification",
}
PIPELINES: dict[TaskName, str] = {
    "sft": "text-generation",
    "pretrain": "text-generation",
    "classify": "text-classification",
}
LOAD_ADAPTER = """\
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained({base})
model = PeftModel.from_pretrained(base, "path/to/this/folder")
tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")"""
LOAD_WHOLE = """\
from transformers import {auto}, AutoTokenizer

model = {auto}.from_pretrained("path/to/this/folder")
tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")"""


def model_card(run: RunFolder, job: TrainingJob, card: ResultCard, base: str) -> str:
    """Markdown with the YAML head that the Hugging Face hub reads."""
    adapter = (run.result / "adapter_config.json").is_file()
    sections = [
        _head(job.task, base, adapter),
        f"# {_inline(job.name or run.id)}",
        _kind(job.task, base, adapter),
        *(f"> **Not a success:** {problem}" for problem in card.problems),
        "## How to load it\n\n```python\n" + _code(job.task, base, adapter) + "\n```",
        "## Scores\n\n" + _scores(card),
        "## Data\n\n" + _data(run, job, card),
        "## Settings\n\n" + _table({"preset": job.preset, **asdict(job.settings)}),
        "## Versions\n\n" + _table(card.versions),
    ]
    return "\n\n".join(sections) + "\n"


def _head(task: TaskName, base: str, adapter: bool) -> str:
    facts = {
        "library_name": "peft" if adapter else "transformers",
        "pipeline_tag": PIPELINES[task],
        "tags": ["lora", "desktop-llm"] if adapter else ["desktop-llm"],
        **({"base_model": base} if "/" in base else {}),
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in facts.items()]  # YAML holds JSON
    return "\n".join(["---", *lines, "---"])


def _kind(task: TaskName, base: str, adapter: bool) -> str:
    what = "A LoRA adapter for" if adapter else "A model made from"
    return f"{what} `{_inline(base)}`, by {WORDS[task]}."


def _code(task: TaskName, base: str, adapter: bool) -> str:
    if adapter:
        return LOAD_ADAPTER.format(base=json.dumps(base))
    classifies = task == "classify"
    auto = "AutoModelForSequenceClassification" if classifies else "AutoModelForCausalLM"
    return LOAD_WHOLE.format(auto=auto)


def _scores(card: ResultCard) -> str:
    """Both models side by side on the rows that were held out."""
    base = "most frequent label" if card.task == "classify" else "base"
    lines = [f"| {card.rows} held-out rows | {base} | tuned |", "|---|---|---|"]
    for name in Scores.__dataclass_fields__:
        before, after = getattr(card.base, name), getattr(card.tuned, name)
        if before is not None and after is not None:
            lines.append(f"| {name.replace('_', ' ')} | {before:.4f} | {after:.4f} |")
    done = f"Best step {card.best_step} of {card.steps}, after {card.seconds:.0f} seconds."
    labels = [f"Labels: {', '.join(map(_inline, card.labels))}."] if card.labels else []
    return "\n\n".join(["\n".join(lines), done, *labels])


def _data(run: RunFolder, job: TrainingJob, card: ResultCard) -> str:
    names = ", ".join(_inline(file.path.name) for file in (*job.data.files, *job.data.eval_files))
    rows = _rows(run.path / "data" / "train.jsonl")
    facts = {"files": names, "rows trained on": rows, "rows held out": card.rows}
    return _table({**facts, "sha256 of all rows": card.data_sha256})


def _rows(file: Path) -> int:
    if not file.is_file():
        return 0
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _table(facts: dict[str, object] | dict[str, str]) -> str:
    lines = [f"| {name} | {_inline(str(value))} |" for name, value in facts.items()]
    return "\n".join(["| | |", "|---|---|", *lines])


def _inline(text: str) -> str:
    """`text` on one line, without what would end a cell, a heading or a code span."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
