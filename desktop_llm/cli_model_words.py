"""Models as a terminal shows them: tables for people, plain data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from desktop_llm.cli_output import megabytes
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.paths import Paths
from desktop_llm.core.text import columns
from desktop_llm.core.wire import to_plain
from desktop_llm.library.choosing import Proposal
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.fit import Fit, fit_entry
from desktop_llm.library.hub_types import HubModel, LibraryEntry, ModelDetails
from desktop_llm.library.machine_speed import measure_machine
from desktop_llm.library.models import resolve
from desktop_llm.services.own_models import everything

CARD_LINES = 40
FIT_WORDS = {"well": "well", "slow": "slowly", "tight": "barely", "no": "no"}
CHECKED = {True: "checked", False: "damaged", None: "not checked"}


def entry_facts(entry: LibraryEntry) -> dict[str, Any]:
    """An entry of the library for a program; sizes are bytes."""
    return {**to_plain(entry), "revision": entry.commit}


def entry_table(entries: Sequence[LibraryEntry]) -> str:
    """The library for a person."""
    rows = [("NAME", "KIND", "SIZE", "FILES", "ENGINE", "USED", "PATH")]
    for entry in entries:
        state = "missing" if entry.missing else CHECKED[entry.verified]
        engine = entry.engine if entry.usable else "none"
        used = f"{date.fromtimestamp(entry.last_used)}" if entry.last_used else "never"
        facts = (entry.name, entry.kind, megabytes(entry.size), state, engine, used, entry.path)
        rows.append(facts)
    return columns(rows)


def served_facts(model: ModelSource) -> dict[str, Any]:
    """A model on a server for a program."""
    return {"name": model.name, "title": model.title, **(to_plain(model.remote) or {})}


def served_table(models: Sequence[ModelSource]) -> str:
    """Models on servers for a person."""
    rows = [("ON A SERVER", "ADDRESS")]
    return columns(rows + [(m.name, m.remote.address if m.remote else "") for m in models])


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """A model that is proposed, for a program."""
    model, fit, why = proposal
    return {**to_plain(model), "why": str(why), "fit": _fit_facts(fit)}


def proposal_table(proposals: Sequence[Proposal]) -> str:
    """Models that are proposed, for a person."""
    rows = [("NAME", "RUNS HERE", "TOKENS/S", "SIZE", "LICENCE", "WHY")]
    for model, fit, why in proposals:
        size = megabytes(model.size)
        name = model.local or model.repo
        runs = FIT_WORDS[fit.cls]
        rows.append((name, runs, _speed(fit), size, model.licence, str(why)))
    return columns(rows)


def result_facts(model: HubModel, fit: Fit | None) -> dict[str, Any]:
    """A search result for a program."""
    return {**to_plain(model), "fit": _fit_facts(fit)}


def result_table(found: Sequence[tuple[HubModel, Fit | None]]) -> str:
    """Search results for a person."""
    rows = [("NAME", "RUNS HERE", "TOKENS/S", "SIZE", "DOWNLOADS", "LICENCE", "ACCESS")]
    for model, fit in found:
        rows.append(
            (
                model.repo,
                FIT_WORDS[fit.cls] if fit else "?",
                _speed(fit),
                billions(model.parameters),
                f"{model.downloads:,}",
                model.licence or "?",
                model.access,
            )
        )
    return columns(rows)


def billions(count: int) -> str:
    """A number of parameters in words."""
    if not count:
        return "?"
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"


def _speed(fit: Fit | None) -> str:
    return _range(fit.tokens_per_s if fit else None)


def _range(speeds: Sequence[float] | None) -> str:
    return "–".join(f"{speed:.0f}" for speed in speeds) if speeds else ""


def _fit_facts(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {
        "class": fit.cls,
        "memory_bytes": fit.total,
        "free_memory": fit.free_memory,
        "disk_needed": fit.disk_needed,
        "free_disk": fit.free_disk,
        "context": fit.context,
        "tokens_per_s": fit.tokens_per_s,
        "reasons": [str(reason) for reason in fit.reasons],
    }


def local_facts(paths: Paths, name: str, context: int) -> dict[str, Any] | None:
    """What is known of a model on this computer; None if it is not here."""
    entries = {each.name: each for each in everything(paths)}
    entry = entries.get(name)
    try:
        model = resolve(name, paths)
    except ModelNotFound:
        return entry_facts(entry) if entry else None
    facts = entry_facts(entry) if entry else {}
    if entry is not None:
        fit = fit_entry(entry, measure_machine(paths), context, entries.get(entry.base))
        facts["fit"] = _fit_facts(fit)
    facts |= {
        "name": model.name,
        "title": model.title,
        "revision": model.revision,
        "path": str(model.path),
        "gguf": str(model.convert_from) if model.convert_from else None,
        "prepared": model.path.is_dir(),
    }
    if model.path.is_dir():
        folder = inspect_model_folder(model.path)
        facts |= {
            "architecture": folder.architecture,
            "parameters": folder.parameters,
            "context_length": folder.context_length,
            "weights_bytes": sum(folder.bytes_by_dtype.values()),
            "dtypes": sorted(folder.bytes_by_dtype),
            "chat_template": folder.has_chat_template,
        }
    return facts


def details_facts(details: ModelDetails, fits: Sequence[Fit | None]) -> dict[str, Any]:
    """What the hub says of a model."""
    choices = [
        {
            "id": choice.id,
            "title": str(choice.title),
            "bytes": choice.size,
            "files": list(choice.files),
            "recommended": choice.recommended,
            "fit": _fit_facts(fit),
        }
        for choice, fit in zip(details.choices, fits, strict=True)
    ]
    refusal = details.refusal
    return {
        **to_plain(details.model),
        "commit": details.commit,
        "context_length": details.context_length,
        "chat_template": details.has_chat_template,
        "file_choices": choices,
        "refused": str(refusal.why) if refusal else None,
        "instead": refusal.instead if refusal else "",
        "card": details.card,
    }


def lines(facts: dict[str, Any]) -> str:
    """`facts` one a line; choices of files as a table, and the card's beginning at the end."""
    apart = ("file_choices", "card", "fit")
    plain = {key: value for key, value in facts.items() if key not in apart}
    said = [f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in plain.items()]
    fit = facts.get("fit")
    if choices := facts.get("file_choices"):
        said += ["", _choice_table(choices)]
        fit = next((each["fit"] for each in choices if each["recommended"]), choices[0]["fit"])
    if fit:
        said += ["", f"runs here: {FIT_WORDS[fit['class']]}", *fit["reasons"]]
    card = str(facts.get("card", "")).strip().splitlines()
    said += ["", *card[:CARD_LINES]] if card else []
    said += ["… (all of it with --json)"] if len(card) > CARD_LINES else []
    return "\n".join(said)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _choice_table(choices: Sequence[dict[str, Any]]) -> str:
    rows = [("FILES", "SIZE", "RUNS HERE", "TOKENS/S", "")]
    for choice in choices:
        fit = choice["fit"]
        title = choice["title"] + (" (recommended)" if choice["recommended"] else "")
        runs = FIT_WORDS[fit["class"]] if fit else "?"
        speed = _range(fit["tokens_per_s"] if fit else None)
        rows.append((choice["id"], megabytes(choice["bytes"]), runs, speed, title))
    return columns(rows)
