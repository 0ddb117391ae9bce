from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_llm.core.generation import GenerationRequest, LoadOptions
from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.errors import BrokenNumbers
from desktop_llm.engine.transformers_engine import TransformersEngine
from tests.unit.engine.fast.architectures import SLIDING, WINDOW, fast_model, stock_model
from tests.unit.engine.tiny_models import save_model, tiny_model

IDS = torch.randint(3, 300, (40,), generator=torch.Generator().manual_seed(0)).tolist()
KINDS = ("llama", "gemma2", "gpt2")


def reading(model: Any, ids: list[int], chunk: int = 16) -> tuple[Decoder, torch.Tensor]:
    decoder = Decoder(model)
    scores = decoder.read(ids, threading.Event(), lambda _: None, chunk)
    assert scores is not None
    return decoder, scores


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@torch.inference_mode()
def test_verifying_tokens_equals_stepping_over_them(kind: str) -> None:
    model = fast_model(kind)
    (steps, _), (whole, _) = reading(model, IDS[:20]), reading(model, IDS[:20])
    expected = torch.cat([steps.step(token) for token in IDS[20:26]])
    close(whole.verify(IDS[20:26]), expected)
    assert whole.ids == steps.ids == IDS[:26]
    assert whole.cache.length == 26


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@torch.inference_mode()
def test_after_forgetting_it_reads_as_if_it_had_never_known(kind: str) -> None:
    model = fast_model(kind)
    decoder, _ = reading(model, IDS)
    decoder.crop(13)
    assert decoder.ids == IDS[:13]
    close(decoder.verify(IDS[20:24])[-1:], reading(model, IDS[:13] + IDS[20:24])[1])


@pytest.mark.parametrize("kind", KINDS)
@torch.inference_mode()
def test_a_decoder_goes_on_from_a_kept_cache(kind: str) -> None:
    model = fast_model(kind)
    first, _ = reading(model, IDS[:30])
    second = Decoder(model, first.cache.fork(), first.ids)
    first.step(5)
    scores = second.read(IDS[30:], threading.Event(), lambda _: None)
    assert scores is not None
    close(scores, reading(model, IDS)[1])
    assert second.ids == IDS


@pytest.mark.parametrize("kind", SLIDING)
@torch.inference_mode()
def test_a_fork_of_a_slid_window_goes_its_own_way(kind: str) -> None:
    model = fast_model(kind)
    decoder, _ = reading(model, IDS[: WINDOW + 5])
    fork = decoder.fork()
    fork.step(9)
    close(decoder.step(7), reading(model, [*IDS[: WINDOW + 5], 7])[1])
    close(fork.step(7), reading(model, [*IDS[: WINDOW + 5], 9, 7])[1])


@torch.inference_mode()
def test_angles_that_change_at_a_length_change_for_all_tokens_as_in_stock() -> None:
    rope: dict[str, Any] = {"rope_type": "longrope", "rope_theta": 10000.0, "factor": 4.0}
    rope |= {"short_factor": [1.0] * 4, "long_factor": [1.5, 2.0, 3.0, 4.0]}
    changes: dict[str, Any] = {"rope_parameters": rope, "original_max_position_embeddings": 32}
    changes["sliding_window"] = None
    stock, model = stock_model("phi3", **changes), fast_model("phi3", **changes)
    ids = stock.generate(
        torch.tensor([IDS[:28]]), do_sample=False, max_new_tokens=36, pad_token_id=0
    )[0].tolist()
    decoder, scores = reading(model, ids[:28])
    for token in ids[28:]:
        assert int(scores.argmax()) == token
        assert decoder.cache.can_crop == (len(decoder.ids) <= 32)
        scores = decoder.step(token)
    for prompt in (33, 50):
        expected = stock(input_ids=torch.tensor([ids[:prompt]])).logits[:, -1]
        close(reading(model, ids[:prompt])[1], expected)
        kept, _ = reading(model, ids[:20])
        found = kept.read(ids[20:prompt], threading.Event(), lambda _: None, 16)
        assert found is not None
        close(found, expected)


def test_a_prompt_that_was_stopped_has_no_scores_and_says_what_was_read() -> None:
    stop = threading.Event()
    decoder = Decoder(fast_model("llama"))
    with torch.inference_mode():
        assert decoder.read(IDS, stop, lambda done: stop.set(), chunk=16) is None
    assert decoder.ids == IDS[:16]
    assert decoder.cache.length == 16


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weight: weight[5].fill_(torch.nan),
        lambda weight: weight.fill_(torch.inf),
        lambda weight: weight.fill_(-torch.inf),
    ],
)
@torch.inference_mode()
def test_scores_that_are_no_numbers_are_told(spoil: Callable[[torch.Tensor], object]) -> None:
    model = fast_model("llama")
    decoder, _ = reading(model, IDS[:5])
    spoil(model.lm_head.weight)
    for compute in (lambda: decoder.step(3), lambda: decoder.verify([3, 4])):
        with pytest.raises(BrokenNumbers) as told:
            compute()
        assert told.value.facts == {"dtype": "float32"}


def test_an_engine_tells_that_numbers_are_broken(tmp_path: Path) -> None:
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight[5] = torch.nan
    engine = TransformersEngine()
    source = save_model(tmp_path / "broken", model)
    engine.load(source, None, LoadOptions(device="cpu", dtype="float32"), lambda _: None)
    for ask in (
        lambda: engine.generate(GenerationRequest("r", prompt="hello"), lambda _: None),
        lambda: engine.score("hello world"),
    ):
        with pytest.raises(BrokenNumbers):
            ask()


@torch.inference_mode()
def test_tokens_that_a_model_rules_out_are_no_fault() -> None:
    model = fast_model("llama")
    model.lm_head.register_forward_hook(
        lambda module, inputs, scores: scores.index_fill(-1, torch.tensor([4, 5]), -torch.inf)
    )
    assert bool(reading(model, IDS[:5])[1][0, 4] == -torch.inf)
