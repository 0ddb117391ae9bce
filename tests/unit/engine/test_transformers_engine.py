from __future__ import annotations

import hashlib
import math
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    ModelSource,
    PromptProgress,
    Sampling,
    TextChunk,
)
from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.errors import (
    EmptyPrompt,
    ModelMissing,
    NoModelLoaded,
    OutOfMemory,
    PromptTooLong,
)
from desktop_llm.engine.transformers_engine import TransformersEngine
from tests.unit.engine.tiny_models import (
    CONTEXT,
    TEMPLATE,
    byte_tokenizer,
    save_model,
    tiny_model,
)

OPTIONS = LoadOptions(device="cpu", dtype="float32", threads=1)
GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=24)
WARM = Sampling(temperature=1.5, top_k=0, top_p=1.0, max_new_tokens=12, seed=7)


def loaded_engine(source: ModelSource) -> tuple[TransformersEngine, LoadedModel]:
    engine = TransformersEngine()
    return engine, engine.load(source, None, OPTIONS, lambda _: None)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> TransformersEngine:
    return loaded_engine(save_model(tmp_path_factory.mktemp("tiny") / "tiny"))[0]


def completion(prompt: str = "hello world", sampling: Sampling = GREEDY, **more: Any) -> Any:
    return GenerationRequest("r", prompt=prompt, sampling=sampling, **more)


def chat(text: str, sampling: Sampling = GREEDY, **more: Any) -> GenerationRequest:
    return GenerationRequest("r", (ChatMessage("user", text),), sampling=sampling, **more)


def run(
    engine: TransformersEngine,
    request: GenerationRequest,
    on_event: Callable[[GenerationEvent], None] = lambda _: None,
) -> tuple[GenerationResult, list[GenerationEvent]]:
    events: list[GenerationEvent] = []

    def seen(event: GenerationEvent) -> None:
        events.append(event)
        on_event(event)

    return engine.generate(request, seen), events


def chunks(events: list[GenerationEvent], sample: int = 0) -> list[TextChunk]:
    return [e for e in events if isinstance(e, TextChunk) and e.sample == sample]


@pytest.mark.parametrize("kind", ["llama", "gpt2", "qwen2"])
def test_greedy_writing_equals_stock_generate(tmp_path: Path, kind: str) -> None:
    model, tokenizer = tiny_model(kind), byte_tokenizer()
    engine, _ = loaded_engine(save_model(tmp_path / kind, model))
    ids = tokenizer("hello world, how are you? the quick brown fox", return_tensors="pt")
    stock = model.generate(**ids, do_sample=False, max_new_tokens=24, pad_token_id=0)
    result, _ = run(engine, completion("hello world, how are you? the quick brown fox"))
    assert (
        list(result.completions[0].record.token_ids)
        == stock[0, ids["input_ids"].shape[1] :].tolist()
    )


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("llama", {}), ("gpt2", {}), ("gemma3", {"sliding_window": 8, "head_dim": 8})],
)
def test_reading_a_prompt_in_chunks_changes_nothing(kind: str, changes: dict[str, Any]) -> None:
    decoder, chunked = (Decoder(tiny_model(kind, **changes)) for _ in range(2))
    stop, done = threading.Event(), list[int]()
    with torch.inference_mode():
        whole = decoder.read(list(range(3, 53)), stop, lambda _: None)
        parts = chunked.read(list(range(3, 53)), stop, done.append, chunk=16)
    assert whole is not None and parts is not None
    torch.testing.assert_close(whole, parts, atol=1e-4, rtol=1e-4)
    assert done == [16, 32, 48, 50]


def test_a_fork_does_not_disturb_the_other() -> None:
    decoder = Decoder(tiny_model())
    with torch.inference_mode():
        decoder.read([3, 4, 5], threading.Event(), lambda _: None)
        fork = decoder.fork()
        fork.step(9)
        torch.testing.assert_close(decoder.step(7), _fresh([3, 4, 5, 7]))
        torch.testing.assert_close(fork.step(7), _fresh([3, 4, 5, 9, 7]))


def _fresh(ids: list[int]) -> torch.Tensor:
    scores = Decoder(tiny_model()).read(ids, threading.Event(), lambda _: None)
    assert scores is not None
    return scores


def test_the_streamed_pieces_are_the_text(engine: TransformersEngine) -> None:
    result, events = run(engine, completion(sampling=WARM))
    assert "".join(chunk.text for chunk in chunks(events)) == result.completions[0].text


def test_the_same_seed_writes_the_same_text(engine: TransformersEngine) -> None:
    first, second = (run(engine, completion(sampling=WARM))[0].completions for _ in range(2))
    assert first[0].record.token_ids == second[0].record.token_ids


def test_a_drawn_seed_is_recorded_and_repeats_the_text(engine: TransformersEngine) -> None:
    open_ended = Sampling(**{**vars(WARM), "seed": None})
    first = run(engine, completion(sampling=open_ended))[0].completions[0]
    again = Sampling(**{**vars(WARM), "seed": first.record.seed})
    assert run(engine, completion(sampling=again))[0].completions[0].text == first.text


def test_sample_k_is_what_the_seed_plus_k_writes_alone(engine: TransformersEngine) -> None:
    three = run(engine, completion(sampling=WARM, num_samples=3))[0].completions
    assert [sample.record.seed for sample in three] == [7, 8, 9]
    for sample in three:
        alone = Sampling(**{**vars(WARM), "seed": sample.record.seed})
        single = run(engine, completion(sampling=alone))[0].completions[0]
        assert single.record.token_ids == sample.record.token_ids


def test_the_prompt_of_several_samples_is_read_once(engine: TransformersEngine) -> None:
    _, events = run(engine, completion(sampling=WARM, num_samples=3))
    assert sum(isinstance(event, PromptProgress) for event in events) == 1
    assert {e.sample for e in events if isinstance(e, TextChunk)} == {0, 1, 2}


def test_writing_ends_at_the_limit_of_new_tokens(engine: TransformersEngine) -> None:
    done = run(engine, completion(sampling=Sampling(**{**vars(WARM), "max_new_tokens": 5})))[0]
    assert done.completions[0].record.new_tokens == 5
    assert done.completions[0].record.stop_reason == "length"


def test_writing_ends_at_the_length_of_prompt_and_completion(engine: TransformersEngine) -> None:
    record = run(engine, completion(sampling=WARM, max_length=9))[0].completions[0].record
    assert record.prompt_tokens + record.new_tokens == 9
    assert record.stop_reason == "length"


def test_a_prompt_beyond_the_asked_length_writes_nothing(engine: TransformersEngine) -> None:
    done = run(engine, completion("hello world " * 5, max_length=3))[0].completions[0]
    assert (done.text, done.record.new_tokens, done.record.stop_reason) == ("", 0, "length")


def test_writing_ends_where_the_context_ends(engine: TransformersEngine) -> None:
    long = Sampling(**{**vars(WARM), "max_new_tokens": 10_000})
    record = run(engine, completion("é" * 120, sampling=long))[0].completions[0].record
    assert record.prompt_tokens + record.new_tokens <= CONTEXT
    assert record.stop_reason in ("length", "end")


def test_a_prompt_that_does_not_fit_is_told_with_figures(engine: TransformersEngine) -> None:
    events: list[GenerationEvent] = []
    with pytest.raises(PromptTooLong) as caught:
        engine.generate(completion("é" * 200), events.append)
    assert caught.value.facts == {"tokens": 400, "limit": CONTEXT}
    assert events == []


def test_an_end_token_ends_the_text(tmp_path: Path) -> None:
    model = tiny_model()
    source = save_model(tmp_path / "m", model)
    plain = run(loaded_engine(source)[0], completion())[0].completions[0]
    model.generation_config.eos_token_id = [plain.record.token_ids[3]]
    ended = run(loaded_engine(save_model(tmp_path / "n", model))[0], completion())[0].completions[0]
    assert ended.record.stop_reason == "end"
    assert ended.record.token_ids == plain.record.token_ids[:4]
    assert plain.text.startswith(ended.text)


def test_a_stop_string_ends_the_text_before_it(engine: TransformersEngine) -> None:
    plain = run(engine, completion(sampling=WARM))[0].completions[0].text
    stop = plain[3:6]
    cut = Sampling(**{**vars(WARM), "stop_strings": (stop,)})
    result, events = run(engine, completion(sampling=cut))
    assert result.completions[0].text == plain[: plain.index(stop)]
    assert result.completions[0].record.stop_reason == "stop_string"
    assert "".join(chunk.text for chunk in chunks(events)) == result.completions[0].text


def test_stop_ends_within_one_token(engine: TransformersEngine) -> None:
    request = completion(sampling=Sampling(**{**vars(WARM), "max_new_tokens": 200}))

    def stop_after_three(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk) and event.new_tokens == 3:
            request.stop.set()

    record = run(engine, request, stop_after_three)[0].completions[0].record
    assert (record.new_tokens, record.stop_reason) == (3, "stopped")


def test_stop_inside_a_prompt_ends_at_the_next_chunk(tmp_path: Path) -> None:
    model = tiny_model(max_position_embeddings=4096)
    engine, _ = loaded_engine(save_model(tmp_path / "long", model))
    request = completion("é" * 1000)
    result, events = run(engine, request, lambda _: request.stop.set())
    assert events == [PromptProgress(512, 2000)]
    record = result.completions[0].record
    assert (record.new_tokens, record.stop_reason) == (0, "stopped")


def test_stop_between_samples_returns_those_that_were_begun(engine: TransformersEngine) -> None:
    request = completion(sampling=WARM, num_samples=5)

    def stop_in_second(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk) and event.sample == 1:
            request.stop.set()

    reasons = [c.record.stop_reason for c in run(engine, request, stop_in_second)[0].completions]
    assert len(reasons) == 2
    assert reasons[1] == "stopped"


def test_log_probabilities_are_the_models_own(engine: TransformersEngine) -> None:
    strict = Sampling(**{**vars(WARM), "temperature": 0.2, "top_k": 3})
    result, events = run(engine, completion(sampling=strict, top_logprobs=4))
    done = result.completions[0]
    assert tuple(token.token_id for token in done.tokens) == done.record.token_ids
    assert [t for chunk in chunks(events) for t in chunk.tokens] == list(done.tokens)
    ids = byte_tokenizer()("hello world")["input_ids"]
    with torch.inference_mode():
        scores = tiny_model()(torch.tensor([ids + list(done.record.token_ids)])).logits[0]
    for token, row in zip(done.tokens, scores[len(ids) - 1 :].log_softmax(-1), strict=False):
        values, rivals = row.topk(4)
        assert token.logprob == pytest.approx(float(row[token.token_id]), abs=1e-4)
        assert [rival for rival, _, _ in token.top] == rivals.tolist()
        assert [value for _, _, value in token.top] == pytest.approx(values.tolist(), abs=1e-4)


def test_log_probabilities_of_the_chosen_token_alone(engine: TransformersEngine) -> None:
    done = run(engine, completion(sampling=WARM, top_logprobs=0))[0].completions[0]
    assert done.tokens
    assert all(token.top == () for token in done.tokens)


def test_a_score_is_the_log_softmax_of_the_model(engine: TransformersEngine) -> None:
    text = "hello world, how are you? " * 8
    ids = byte_tokenizer()(text, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        logprobs = tiny_model()(ids).logits.log_softmax(-1)
    wanted = logprobs[0, :-1].gather(1, ids[0, 1:, None])[:, 0].tolist()
    found = [token.logprob for token in engine.score(text)]
    assert found == pytest.approx(wanted, abs=1e-4)


def test_one_token_has_nothing_to_score(engine: TransformersEngine) -> None:
    assert engine.score("h") == []


def test_vectors_have_length_one_and_tell_texts_apart(engine: TransformersEngine) -> None:
    one, same, other = engine.embed(["hello world", "hello world", "the quick brown fox"])
    assert math.dist(one, [0.0] * len(one)) == pytest.approx(1, abs=1e-5)
    assert one == same
    assert math.dist(one, other) > 1e-3


def test_an_empty_prompt_begins_with_the_models_first_token(engine: TransformersEngine) -> None:
    assert run(engine, completion(""))[0].completions[0].record.prompt_tokens == 1


def test_an_empty_prompt_without_a_first_token_is_told(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer()
    tokenizer.bos_token = None
    engine, _ = loaded_engine(save_model(tmp_path / "m", tokenizer=tokenizer))
    with pytest.raises(EmptyPrompt):
        run(engine, completion(""))


def test_the_record_says_how_it_was_written(engine: TransformersEngine) -> None:
    request = chat("hello", WARM)
    record = run(engine, request)[0].completions[0].record
    assert (record.model, record.engine, record.device) == ("tiny", "transformers", "cpu")
    assert (record.dtype, record.threads, record.seed) == ("float32", 1, 7)
    assert record.sampling == WARM
    assert record.prompt_tokens == engine.count_tokens(request.messages)
    assert len(record.token_ids) == record.new_tokens
    assert len(record.template_hash) == 64
    ids = [token.token_id for token in engine.explain(request.messages)]
    assert record.prompt_hash == hashlib.sha256(struct.pack(f"<{len(ids)}I", *ids)).hexdigest()
    assert record.versions["torch"] == torch.__version__
    assert record.ttft_s > 0


def test_tokens_are_counted_while_a_reply_is_written(engine: TransformersEngine) -> None:
    counts: list[int] = []
    messages = (ChatMessage("user", "hello world"),)

    def count(_: GenerationEvent) -> None:
        thread = threading.Thread(target=lambda: counts.append(engine.count_tokens(messages)))
        thread.start()
        thread.join()

    run(engine, chat("hello world", WARM), count)
    assert len(set(counts)) == 1


def test_loading_another_model_unloads_the_first(tmp_path: Path) -> None:
    import weakref

    engine, _ = loaded_engine(save_model(tmp_path / "a"))
    assert engine._loaded is not None
    first = weakref.ref(engine._loaded.parts.model)
    facts = engine.load(
        save_model(tmp_path / "b", tiny_model("gpt2")), None, OPTIONS, lambda _: None
    )
    assert facts.architecture == "GPT2LMHeadModel"
    assert first() is None


def test_a_failed_load_leaves_nothing_loaded(tmp_path: Path) -> None:
    engine, _ = loaded_engine(save_model(tmp_path / "a"))
    with pytest.raises(ModelMissing):
        engine.load(ModelSource("no", tmp_path / "no"), None, OPTIONS, lambda _: None)
    with pytest.raises(NoModelLoaded):
        run(engine, completion())


def test_unloading_twice_is_harmless(tmp_path: Path) -> None:
    engine, _ = loaded_engine(save_model(tmp_path / "a"))
    engine.unload()
    engine.unload()
    for call in (engine.score, lambda text: engine.embed([text])):
        with pytest.raises(NoModelLoaded):
            call("x")


def test_what_is_known_of_a_model_is_told(tmp_path: Path) -> None:
    _, facts = loaded_engine(save_model(tmp_path / "a"))
    assert facts.context_length == CONTEXT
    assert facts.has_chat_template
    assert facts.parameters == tiny_model().num_parameters()
    assert facts.memory_bytes >= 4 * facts.parameters
    assert facts.threads == 1


def test_running_out_of_memory_is_told(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any) -> None:
        torch.empty(10**15)

    monkeypatch.setattr(Decoder, "step", exhausted)
    with pytest.raises(OutOfMemory):
        run(engine, completion())


def test_a_bug_stays_a_bug(engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(Decoder, "step", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        run(engine, completion())


def test_a_model_can_be_held_to_fewer_tokens_than_it_can(tmp_path: Path) -> None:
    source, engine = save_model(tmp_path / "tiny"), TransformersEngine()
    short = replace(OPTIONS, context_length=32)
    assert engine.load(source, None, short, lambda _: None).context_length == 32
    with pytest.raises(PromptTooLong):
        run(engine, completion("x" * 40))
    long = replace(OPTIONS, context_length=10 * CONTEXT)
    assert engine.load(source, None, long, lambda _: None).context_length == CONTEXT


def test_another_chat_template_takes_the_place_of_the_models_own(tmp_path: Path) -> None:
    source, engine = save_model(tmp_path / "tiny"), TransformersEngine()
    template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    own = engine.load(source, None, OPTIONS, lambda _: None)
    written = engine.count_tokens([ChatMessage("user", "hello")])
    facts = engine.load(source, None, replace(OPTIONS, template=template), lambda _: None)
    assert facts.has_chat_template
    assert facts.template_hash != own.template_hash
    assert engine.template() == TEMPLATE
    assert engine.count_tokens([ChatMessage("user", "hello")]) < written


def test_thinking_is_switched_where_the_template_knows_how(tmp_path: Path) -> None:
    template = "{{ messages[0].content }}{% if enable_thinking %}<think>{% endif %}"
    tokenizer = byte_tokenizer(template)
    engine, facts = loaded_engine(save_model(tmp_path / "tiny", tokenizer=tokenizer))
    assert facts.can_switch_thinking
    request = chat("hello", replace(GREEDY, max_new_tokens=2), thinking=True)
    completion = engine.generate(request, lambda _: None).completions[0]
    assert completion.record.thinking is True
    assert completion.record.prompt_tokens == engine.count_tokens(request.messages, True)
    assert completion.record.prompt_tokens > engine.count_tokens(request.messages, False)
