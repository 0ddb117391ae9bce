"""Models that were fetched from a hub are loaded and answer: in each format, and an adapter."""

from __future__ import annotations

import threading

import pytest

from desktop_llm.core.generation import ChatMessage, GenerationRequest, LoadOptions, Sampling
from desktop_llm.core.paths import Paths
from desktop_llm.engine.transformers_engine import TransformersEngine
from desktop_llm.library.download import download
from desktop_llm.library.models import list_models
from tests.fake_hub import FakeHub
from tests.fake_hub.plans import access_to, plan_for

pytestmark = pytest.mark.integration

FILES = {"demo/tiny-chat-GGUF": ["tiny-chat-Q8_0.gguf"]}


def fetch(hub: FakeHub, repo: str, paths: Paths) -> None:
    plan = plan_for(hub.repos[repo], *FILES.get(repo, ()))
    assert download(plan, access_to(hub), paths, lambda progress: None, threading.Event())


@pytest.mark.parametrize(
    "repos",
    [
        ["demo/tiny-chat"],
        ["demo/tiny-in-three-parts"],
        ["demo/tiny-qwen-zh"],
        ["demo/tiny-chat-GGUF"],
        ["demo/tiny-chat", "demo/tiny-chat-lora"],
    ],
    ids=["safetensors", "in parts", "Qwen", "GGUF", "adapter"],
)
def test_a_fetched_model_answers(seeded_hub, paths, repos):
    for repo in repos:
        fetch(seeded_hub, repo, paths)
    source = next(found for found in list_models(paths) if found.name.startswith(repos[-1]))
    engine = TransformersEngine()
    facts = engine.load(source, None, LoadOptions(device="cpu", threads=1), lambda step: None)
    request = GenerationRequest(
        "r", (ChatMessage("user", "Hi"),), sampling=Sampling(temperature=0, max_new_tokens=4)
    )
    answer = engine.generate(request, lambda event: None).completions[0]
    engine.unload()
    assert facts.has_chat_template
    assert 0 < answer.record.new_tokens <= 4
