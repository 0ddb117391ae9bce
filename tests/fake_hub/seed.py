"""Some forty repositories of all kinds, so that every page and every message can be seen.

Names are made up but for the words that searches need. Their weights are tiny or, of the large
ones, only listed; what the hub says of their size is what the real ones of that size say.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop_llm.library.catalogue import catalogue
from tests.fake_hub import tiny_gguf, weights
from tests.fake_hub.repos import Content, FakeFile, FakeRepo

if TYPE_CHECKING:
    from tests.fake_hub.server import FakeHub

READER = "hf_made_up_token_of_a_reader"
STRANGER = "hf_made_up_token_of_a_stranger"
SLOW = "demo/thirty-megabytes"
QUANTISATIONS = {"Q2_K": "Q2_K", "Q4_K_M": "Q4_K", "Q5_K_M": "Q5_K", "Q6_K": "Q6_K"}
QUANTISATIONS |= {"Q8_0": "Q8_0", "F16": "F16"}
BITS = {"Q2_K": 2.6, "Q4_K_M": 4.85, "Q5_K_M": 5.7, "Q6_K": 6.6, "Q8_0": 8.5, "F16": 16.0}

SHAPES = [(2e8, 576, 30), (4.5e8, 960, 32), (1e9, 1024, 28), (2e9, 1536, 28), (4e9, 2560, 36)]
SHAPES += [(1e10, 4096, 36), (1e12, 8192, 80)]
"""Below so many weights: hidden size and layers, about as real models have them."""


def seed(hub: FakeHub) -> FakeHub:
    """Add them, with one token that may read everything and one that may read nothing closed."""
    for place, repo in enumerate(repositories()):
        repo.trending = repo.trending or 100 - place
        hub.add_repo(repo)
    closed = {repo.id for repo in hub.repos.values() if repo.gated or repo.private}
    hub.tokens |= {READER: closed, STRANGER: set()}
    return hub


def repositories() -> list[FakeRepo]:
    """All of them, made anew."""
    return [*_chat(), *_gguf(), *_other(), *_refused(), *_closed(), *_crowd()]


def model_files(
    kind: str = "llama",
    dtype: str = "BF16",
    template: str = weights.TEMPLATE,
    shards: int = 1,
    seed: int = 0,
    **config: Any,
) -> dict[str, Content]:
    """The files of a small model that can be loaded; weights are made when they are needed."""
    told = weights.tiny_config(kind, **config)
    stop = {"eos_token_id": 2, "pad_token_id": 3}
    files: dict[str, Content] = {
        "config.json": json.dumps(told, indent=2),
        "generation_config.json": json.dumps(stop),
        **weights.tokenizer_files(template),
    }
    return files | sharded(weights.shapes(told), dtype, shards, seed)


def sharded(tensors: weights.Shapes, dtype: str, shards: int, seed: int = 0) -> dict[str, Content]:
    """One safetensors file, or several with their index."""
    if shards == 1:
        make = partial(weights.safetensors, tensors, dtype, seed)
        return {"model.safetensors": FakeFile(make)}
    names = [f"model-{n + 1:05}-of-{shards:05}.safetensors" for n in range(shards)]
    homes = {tensor: names[number % shards] for number, tensor in enumerate(tensors)}
    total = {"total_size": weights.count(tensors) * weights.ELEMENT[dtype]}
    index = json.dumps({"metadata": total, "weight_map": homes})
    files: dict[str, Content] = {"model.safetensors.index.json": index}
    for name in names:
        part = {tensor: tensors[tensor] for tensor in tensors if homes[tensor] == name}
        files[name] = FakeFile(partial(weights.safetensors, part, dtype, seed))
    return files


def listed_files(parameters: int, shards: int = 1) -> dict[str, Content]:
    """The files of a model of that size in bfloat16, without the content of its weights."""
    hidden, layers = next(row[1:] for row in SHAPES if parameters < row[0])
    inner: dict[str, Any] = {"intermediate_size": 3 * hidden, "max_position_embeddings": 32_768}
    files = model_files("qwen3", hidden=hidden, layers=layers, vocab_size=151_936, **inner)
    del files["model.safetensors"]
    if shards == 1:
        return files | {"model.safetensors": FakeFile(listed_size=2 * parameters)}
    each = 2 * parameters // shards
    names = [f"model-{n + 1:05}-of-{shards:05}.safetensors" for n in range(shards)]
    index = json.dumps({"weight_map": {f"part.{n}": name for n, name in enumerate(names)}})
    files["model.safetensors.index.json"] = index
    return files | {name: FakeFile(listed_size=each) for name in names}


def gguf_files(name: str, parameters: int = 0) -> dict[str, Content]:
    """A file for each quantisation: tiny ones, or listed ones for so many `parameters`."""
    return {
        f"{name}-{label}.gguf": FakeFile(listed_size=int(parameters * BITS[label] / 8))
        if parameters
        else FakeFile(partial(tiny_gguf.gguf, kind))
        for label, kind in QUANTISATIONS.items()
    }


def _model(name: str, files: dict[str, Content], **facts: Any) -> FakeRepo:
    """A model for writing text; `config` is told as the hub tells it."""
    given = {"task": "text-generation", "library": "transformers", "licence": "apache-2.0"}
    card = f"# {name.partition('/')[2]}\n\nA model for tests. **Not** for use.\n"
    facts = {**given, "card": card, "languages": ("en",), **facts}
    read = files.get("config.json", "{}")
    told = json.loads(read) if isinstance(read, str) else {}
    told = {key: told[key] for key in ("architectures", "model_type") if key in told}
    return FakeRepo(name, files, config=told, **facts)


def _sized(name: str, parameters: int, shards: int = 1, **facts: Any) -> FakeRepo:
    facts.setdefault("tags", ("conversational",))
    size = {"BF16": parameters}
    return _model(name, listed_files(parameters, shards), parameters=size, **facts)


def _tiny(name: str, files: dict[str, Content], **facts: Any) -> FakeRepo:
    config = json.loads(str(files["config.json"]))
    size = {facts.pop("dtype", "BF16"): weights.count(weights.shapes(config))}
    return _model(name, files, parameters=size, **facts)


def _chat() -> list[FakeRepo]:
    talks = ("conversational",)
    wide: dict[str, Any] = {"hidden": 512, "layers": 6}
    return [
        _tiny("demo/tiny-chat", model_files(), tags=talks, downloads=90_000, likes=900),
        _tiny(
            "demo/tiny-qwen-zh",
            model_files("qwen3", seed=1),
            tags=talks,
            languages=("zh", "en"),
            downloads=80_000,
            likes=1200,
        ),
        _tiny("demo/tiny-f32", model_files(dtype="F32"), dtype="F32", downloads=500),
        _tiny("demo/tiny-in-three-parts", model_files(shards=3), tags=talks, downloads=700),
        _tiny("demo/tiny-base", model_files(template=""), downloads=3_000, likes=20),
        _tiny(SLOW, model_files(**wide), tags=talks, downloads=60_000, likes=77),
        _tiny("demo/thirty-megabytes-in-four", model_files(shards=4, **wide), tags=talks),
        _sized("demo/small-135m-instruct", 134_515_008, downloads=400_000, likes=500),
        _sized("demo/qwen-0.6b-chat", 596_049_920, downloads=900_000, likes=2_000),
        _sized("demo/coder-1.5b-instruct", 1_543_714_304, tags=(*talks, "code"), likes=450),
        _sized("demo/wise-3b-instruct", 3_085_938_688, 2, tags=(*talks, "reasoning"), likes=300),
        _sized("demo/large-8b-instruct", 8_030_261_248, 4, downloads=1_000_000, likes=5_000),
        _sized("demo/huge-70b-instruct", 70_553_706_496, 30, downloads=300_000, likes=3_000),
    ]


def _gguf() -> list[FakeRepo]:
    quantised: dict[str, Any] = {"library": "gguf", "base_relation": "quantized"}
    quantised["tags"] = ("conversational",)
    told = {"architecture": "llama", "context_length": 2048, "chat_template": weights.TEMPLATE}
    tiny = FakeRepo(
        "demo/tiny-chat-GGUF",
        {**gguf_files("tiny-chat"), "README.md": "# Tiny\n\nIn GGUF.\n"},
        gguf={"total": 655_360, **told},
        base="demo/tiny-chat",
        task="text-generation",
        licence="apache-2.0",
        languages=("en",),
        downloads=50_000,
        likes=150,
        **quantised,
    )
    large = FakeRepo(
        "demo/large-8b-instruct-GGUF",
        gguf_files("large-8b-instruct", 8_030_261_248),
        gguf={"total": 8_030_261_248, **told, "context_length": 131_072},
        base="demo/large-8b-instruct",
        task="text-generation",
        licence="llama3.1",
        languages=("en", "de", "fr"),
        downloads=250_000,
        likes=600,
        **quantised,
    )
    one = {"only-Q4_0.gguf": FakeFile(partial(tiny_gguf.gguf, "Q4_0"))}
    single = FakeRepo("demo/only-one-GGUF", one, gguf={"total": 655_360, **told}, downloads=40)
    return [tiny, large, single]


def adapter_files(base: str, suffix: str = ".safetensors") -> dict[str, Content]:
    """A LoRA adapter of rank 4 for the queries of a tiny model."""
    lora: weights.Shapes = {}
    for layer in range(2):
        place = f"base_model.model.model.layers.{layer}.self_attn.q_proj."
        lora |= {f"{place}lora_A.weight": [4, 64], f"{place}lora_B.weight": [64, 4]}
    told = {"peft_type": "LORA", "base_model_name_or_path": base, "r": 4, "lora_alpha": 8}
    told |= {"target_modules": ["q_proj"], "task_type": "CAUSAL_LM", "lora_dropout": 0.0}
    return {
        "adapter_config.json": json.dumps(told),
        f"adapter_model{suffix}": FakeFile(partial(weights.safetensors, lora, "F32")),
    }


def _other() -> list[FakeRepo]:
    encoder = {"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": 64}
    encoder |= {"num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": weights.VOCABULARY}
    tensors = {"bert.embeddings.word_embeddings.weight": [weights.VOCABULARY, 64]}
    tokenizer = weights.tokenizer_files("")
    files = {"config.json": json.dumps(encoder), **tokenizer, **sharded(tensors, "F32", 1)}
    base = "demo/tiny-chat"
    lora = {"library": "peft", "tags": ("lora",), "base": base, "base_relation": "adapter"}
    picture = (
        "# With pictures\n\n![remote](http://localhost:9/p.png)\n\n<script>alert(1)</script>\n"
    )
    return [
        _model(
            "demo/tiny-encoder",
            files,
            task="fill-mask",
            parameters={"F32": 64 * weights.VOCABULARY},
        ),
        _model("demo/tiny-classifier", files, task="text-classification", likes=5),
        _model("demo/tiny-tagger", files, task="token-classification", languages=("de",)),
        _model("demo/tiny-chat-lora", adapter_files(base), downloads=300, **lora),
        _tiny("demo/tiny-with-pictures", model_files(), card=picture, downloads=10),
        _tiny("demo/tiny-with-long-card", model_files(), card="# Long\n" + "word " * 50_000),
        _tiny("demo/tiny-both-formats", {**model_files(), "pytorch_model.bin": b"\x80\x04N."}),
    ]


def _refused() -> list[FakeRepo]:
    plain = model_files()
    del plain["model.safetensors"]
    own_code = json.loads(str(plain["config.json"]))
    own_code["auto_map"] = {"AutoModelForCausalLM": "modeling_own.OwnModel"}
    coded = {**model_files(), "config.json": json.dumps(own_code), "modeling_own.py": "raise 1\n"}
    index = json.dumps({"weight_map": {"a": "../../outside.safetensors"}})
    lora = {"library": "peft", "tags": ("lora",), "base": "demo/tiny-chat"}
    unreadable = _model("demo/config-not-json", model_files())
    unreadable.commit({**model_files(), "config.json": "{not json"})
    safe = {"library": "gguf", "base": "demo/only-pickle", "base_relation": "quantized"}
    quantised: dict[str, Content] = {
        "only-pickle-Q8_0.gguf": FakeFile(partial(tiny_gguf.gguf, "Q8_0"))
    }
    return [
        _model("demo/only-pickle", {**plain, "pytorch_model.bin": b"\x80\x04N."}, downloads=800),
        _model("demo/once-pickle-now-GGUF", quantised, gguf={"total": 655_360}, **safe),
        _model("demo/own-code", coded, tags=("custom_code",), downloads=900),
        _model("demo/adapter-in-pickle", adapter_files("demo/tiny-chat", ".bin"), **lora),
        _model("demo/index-outside", {**model_files(), "model.safetensors.index.json": index}),
        _model("demo/no-weights", plain),
        unreadable,
        _model("demo/empty-weights", {**plain, "model.safetensors": b""}),
    ]


def _closed() -> list[FakeRepo]:
    return [
        _tiny("closed/gated-chat", model_files(), gated="manual", downloads=70_000, likes=800),
        _tiny("closed/gated-at-once", model_files("mistral"), gated="auto", downloads=7_000),
        _tiny("closed/private-chat", model_files(), private=True),
        _tiny("closed/disabled-chat", model_files(), disabled=True),
    ]


def _crowd() -> list[FakeRepo]:
    """Some more, so that lists have more than one page."""
    licences = ("apache-2.0", "mit", "cc-by-nc-4.0", "gemma")
    languages = (("en",), ("zh",), ("en", "fr"), ("ja", "en"))
    return [
        _sized(
            f"crowd/model-{number:02}",
            (number + 1) * 250_000_000,
            licence=licences[number % 4],
            languages=languages[number % 4],
            downloads=1000 - number,
            updated=f"2026-09-{number + 1:02}T08:00:00.000Z",
        )
        for number in range(12)
    ]


def recommended() -> list[FakeRepo]:
    """The models of the catalogue, so that their pages open; only listed, as those are large."""
    return [
        _sized(
            model.repo,
            model.parameters,
            task="fill-mask" if "encoder" in model.good_for else "text-generation",
            licence=model.licence.lower(),
            languages=model.languages,
            downloads=200_000 + len(model.title),
        )
        for model in catalogue()
        if not model.local
    ]
