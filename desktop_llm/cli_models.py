"""The commands `models …`: what is on this computer, what the hub has, and the way between."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from desktop_llm.cli_options import SETTINGS, EngineOption, WeightsOption, command, readable
from desktop_llm.cli_output import Session, megabytes, watched

MOST_RESULTS = 1000
Purpose = Literal["chat", "code", "multilingual", "chinese", "reasoning", "base", "encoder"]
"""As the catalogue has them, which takes long to import."""


Name = Annotated[str, typer.Argument(metavar="NAME", help="As “models list” shows it.")]
Anywhere = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Of a model here, a folder, a .gguf file, or OWNER/NAME."),
]
Wanted = Annotated[str, typer.Argument(metavar="NAME", help="“starter”, or OWNER/NAME on the hub.")]
GpuLayers = Annotated[
    int | None,
    typer.Option(
        "--gpu-layers", min=-1, help="Of a .gguf file, on a graphics card; -1: as many as fit."
    ),
]
Hub = Annotated[
    str | None, typer.Option("--hub", help="Address of the hub, such as a mirror's.  [settings]")
]
Proxy = Annotated[str | None, typer.Option("--proxy", help="Such as http://host:3128.  [settings]")]
TokenStdin = Annotated[
    bool,
    typer.Option("--token-stdin", help="Read an access token from stdin, for this command only."),
]
Revision = Annotated[str, typer.Option("--revision", help="A branch, a tag or a commit.")]
Context = Annotated[
    int, typer.Option("--context", min=1, help="Tokens of conversation that have to fit.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Trash = Annotated[
    bool, typer.Option("--trash", help="Send your own files to the system's trash, too.")
]
Sort = Annotated[
    Literal["downloads", "likes", "trending", "updated"], typer.Option("--sort", help="The order.")
]
Format = Annotated[
    Literal["safetensors", "gguf", "adapter"] | None,
    typer.Option("--format", help="How the weights are kept."),
]
Size = typer.Option(metavar="SIZE", help="Parameters, such as 500M or 1.5B.")
Access = Annotated[
    Literal["open", "gated"] | None, typer.Option("--access", help="Free for all, or on request.")
]

models = typer.Typer(
    help="The models on this computer and on the hub.", no_args_is_help=True, **SETTINGS
)


def add_commands(app: typer.Typer) -> None:
    """Make everything here part of `app`."""
    app.add_typer(models, name="models")


@command(models, "list")
def list_models(session: Session) -> None:
    """Everything on this computer: the starter, own results, the hub's cache, imports.

    And what the servers in the settings offer, without asking them.
    """
    from desktop_llm import cli_model_words as words
    from desktop_llm.core.remote_server import remote_models
    from desktop_llm.core.settings import load_settings
    from desktop_llm.library.starter import is_available
    from desktop_llm.services.own_models import everything

    found = everything(session.paths)
    served = remote_models(load_settings(session.paths.settings).servers)
    facts = {
        "models": [words.entry_facts(entry) for entry in found],
        "starter_present": is_available(session.paths),
        "served": [words.served_facts(model) for model in served],
    }
    hint = "No model is here yet. Get one with “desktop-llm models download starter”."
    tables = [words.entry_table(found)] if found else []
    tables += [words.served_table(served)] if served else []
    session.answer(facts, "\n\n".join(tables) or hint)


@command(models, "search")
def search(
    session: Session,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="In the name.")] = "",
    task: Annotated[str, typer.Option("--task", help="Such as text-generation.")] = "",
    weights: Format = None,
    language: Annotated[str, typer.Option("--language", help="A code, such as zh.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="Such as apache-2.0.")] = "",
    min_size: Annotated[str, Size] = "",
    max_size: Annotated[str, Size] = "",
    access: Access = None,
    sort: Sort = "trending",
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST_RESULTS)] = 20,
    context: Context = 4096,
    hub: Hub = None,
    proxy: Proxy = None,
    token_stdin: TokenStdin = False,
) -> None:
    """Models on the hub, and whether they would run here.

    desktop-llm models search qwen --format gguf --max-size 3B --sort downloads
    """
    from desktop_llm import cli_hub
    from desktop_llm import cli_model_words as words
    from desktop_llm.library.hub_types import SearchQuery

    query = SearchQuery(
        text=readable(text),
        task=readable(task),
        format=weights or "",
        language=readable(language),
        licence=readable(licence),
        min_parameters=cli_hub.parameters(min_size, "--min-size"),
        max_parameters=cli_hub.parameters(max_size, "--max-size"),
        access=access or "",
        sort=sort,
    )
    way = cli_hub.access(session, hub, proxy, token_stdin)
    found = cli_hub.fitted(session, cli_hub.search(session, way, query, limit), context)
    facts = {"models": [words.result_facts(*each) for each in found]}
    session.answer(facts, words.result_table(found) if found else "Nothing was found.")


@command(models, "recommend")
def recommend(
    session: Session,
    purpose: Annotated[Purpose, typer.Option("--for", help="What it has to be good at.")] = "chat",
    language: Annotated[
        list[str] | None, typer.Option("--language", help="A code, such as zh; repeatable.")
    ] = None,
    patience: Annotated[
        Literal["quick", "middle", "patient"],
        typer.Option("--patience", help="Quick answers, or better ones."),
    ] = "middle",
) -> None:
    """Three models that suit you and this computer, with the reasons. Asks no hub.

    desktop-llm models recommend --for code --language en --patience quick
    """
    from desktop_llm import cli_model_words as words
    from desktop_llm.library.choosing import Patience, help_me_choose
    from desktop_llm.library.machine_speed import measure_machine

    patiences: dict[str, Patience] = {"quick": "low", "middle": "middle", "patient": "high"}
    machine = measure_machine(session.paths)
    wanted = [readable(code) for code in language or ()]
    found = help_me_choose(purpose, wanted, patiences[patience], machine)
    facts = {"models": [words.proposal_facts(proposal) for proposal in found]}
    session.answer(facts, words.proposal_table(found))


@command(models, "show")
def show(
    session: Session,
    name: Anywhere,
    revision: Revision = "main",
    context: Context = 4096,
    hub: Hub = None,
    proxy: Proxy = None,
    token_stdin: TokenStdin = False,
) -> None:
    """What is known of one model, here or on the hub, without loading it."""
    from desktop_llm import cli_hub
    from desktop_llm import cli_model_words as words

    name = readable(name)
    facts = words.local_facts(session.paths, name, context) if revision == "main" else None
    if facts is None:
        way = cli_hub.access(session, hub, proxy, token_stdin)
        facts = cli_hub.remote_facts(session, way, name, revision, context)
    session.answer(facts, words.lines(facts))


@command(models, "download")
def download(
    session: Session,
    name: Wanted,
    file: Annotated[
        str | None, typer.Option("--file", help="Which files, as “models show” has them.")
    ] = None,
    revision: Revision = "main",
    hub: Hub = None,
    proxy: Proxy = None,
    token_stdin: TokenStdin = False,
) -> None:
    """Fetch a model, checked file by file. After a stop or a cut the same command goes on."""
    from desktop_llm import cli_hub
    from desktop_llm import cli_model_words as words
    from desktop_llm.library import starter

    name = readable(name)
    if name == starter.NAME:
        model = cli_hub.fetch_starter(session)
        facts = {"name": model.name, "title": model.title, "path": str(model.convert_from)}
        session.answer(facts, f"{model.title} is ready. Try: desktop-llm chat “Hello”")
        return
    if "/" not in name:
        raise typer.BadParameter("Give “starter”, or OWNER/NAME.", param_hint="NAME")
    way = cli_hub.access(session, hub, proxy, token_stdin)
    entry = cli_hub.download(session, way, name, revision, file)
    session.answer(words.entry_facts(entry), f"{entry.title} is ready: {entry.path}")


@command(models, "import")
def import_model(
    session: Session,
    path: Annotated[Path, typer.Argument(help="A folder with a model, or a .gguf file.")],
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy it; otherwise it stays where it is.")
    ] = False,
) -> None:
    """Take a model into the library."""
    from desktop_llm import cli_hub
    from desktop_llm import cli_model_words as words

    entry = cli_hub.import_model(session, path, copy)
    session.answer(words.entry_facts(entry), f"“{entry.name}” is in the library: {entry.path}")


@command(models, "verify")
def verify(session: Session, name: Name) -> None:
    """Compute the hashes of a model's files; a damaged one is set aside, with exit code 1."""
    from desktop_llm import cli_hub
    from desktop_llm import cli_model_words as words

    entry = cli_hub.verify(session, readable(name))
    said = {True: "all files are right", False: "damaged", None: "nothing to compare with yet"}
    session.answer(words.entry_facts(entry), f"{entry.title}: {said[entry.verified]}.")
    if entry.verified is False:
        raise typer.Exit(1)


@command(models, "set")
def set_choices(
    session: Session,
    name: Name,
    default: Annotated[
        bool | None, typer.Option("--default/--no-default", help="Begin with this model.")
    ] = None,
    context: Annotated[
        int | None, typer.Option("--context", min=0, help="Tokens at most; 0: as the model says.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="Instructions for every new chat.")
    ] = None,
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        typer.Option("--dtype", help="The number format it is loaded with."),
    ] = None,
    weights: WeightsOption = None,
    engine: EngineOption = None,
    gpu_layers: GpuLayers = None,
) -> None:
    """Set what holds for one model; what is not given stays."""
    from desktop_llm import cli_hub

    said = {
        "context_length": context,
        "system_prompt": None if system is None else readable(system),
        "dtype": dtype,
        "weights": weights,
        "engine": engine,
        "gpu_layers": gpu_layers,
    }
    changes = {key: value for key, value in said.items() if value is not None}
    facts = cli_hub.set_choices(session.paths, readable(name), changes, default)
    session.answer(facts, "\n".join(f"{key.replace('_', ' ')}: {facts[key]}" for key in facts))


@command(models, "remove")
def remove(session: Session, name: Name, yes: Yes = False, trash: Trash = False) -> None:
    """Remove a model. One from the hub is deleted; your own files are only left out of the list."""
    from desktop_llm import cli_hub

    entry = cli_hub.find(session.paths, readable(name))
    size = cli_hub.freed_by(session.paths, entry, trash)
    if not yes:
        if session.json or not watched(sys.stdin):
            raise typer.BadParameter("Give --yes: nobody can be asked.", param_hint="--yes")
        typer.confirm(f"Remove “{entry.name}” and free {megabytes(size)}?", abort=True, err=True)
    freed = cli_hub.remove(session.paths, entry, trash)
    session.answer(
        {"name": entry.name, "freed_bytes": freed},
        f"“{entry.name}” is removed; {megabytes(freed)} are free again.",
    )
