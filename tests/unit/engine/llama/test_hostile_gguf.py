"""GGUF files that are cut, lie or are of another kind: one clear error each, before llama.cpp."""

from __future__ import annotations

import struct
from unittest.mock import Mock

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadOptions, LoadProgress, ModelSource
from desktop_llm.engine.errors import (
    LlamaCppFailed,
    ModelDamaged,
    ModelMissing,
    TokenizerUnknown,
)
from desktop_llm.engine.llama import gguf_file, tokenizer
from desktop_llm.engine.llama.engine import LlamaCppEngine
from desktop_llm.engine.llama.gguf_file import open_gguf, read_ahead
from desktop_llm.engine.llama.tokenizer import KEPT, read_tokenizer
from tests.fake_gguf import gguf
from tests.unit.engine.tiny_models import save_gguf, whole_model


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return save_gguf(tmp_path_factory.mktemp("whole") / "tiny.gguf", whole_model())


def load(file):
    source = ModelSource("bad", file.parent / "none", convert_from=file)
    LlamaCppEngine().load(source, None, LoadOptions(threads=1), lambda step: None)


def test_a_file_that_is_cut_anywhere_is_told(whole, tmp_path):
    data, file = whole.read_bytes(), tmp_path / "cut.gguf"
    for part in range(20):
        file.write_bytes(data[: len(data) * part // 20])
        with pytest.raises(ModelDamaged):
            load(file)


@pytest.mark.parametrize("place", [4, 8, 16])
def test_absurd_counts_are_told(whole, tmp_path, place):
    data = bytearray(whole.read_bytes())
    struct.pack_into("<Q" if place > 4 else "<I", data, place, 2**31 if place == 4 else 2**62)
    file = tmp_path / "absurd.gguf"
    file.write_bytes(data)
    with pytest.raises(ModelDamaged):
        load(file)


def test_what_is_no_gguf_file_is_told(tmp_path):
    file = tmp_path / "x.gguf"
    file.write_bytes(b"PK\3\4" + b"x" * 1000)
    with pytest.raises(ModelDamaged):
        load(file)
    with pytest.raises(ModelMissing):
        load(tmp_path / "nowhere.gguf")


def test_a_vocabulary_that_cannot_be_read_is_told(tmp_path):
    file = tmp_path / "odd.gguf"
    file.write_bytes(gguf("llama", tokenizer__ggml__model="strange"))
    with pytest.raises(TokenizerUnknown):
        load(file)


def test_weights_that_do_not_belong_together_are_told(whole, tmp_path):
    data = whole.read_bytes().replace(b"blk.1.attn_q.weight", b"blk.7.attn_q.weight")
    file = tmp_path / "wrong.gguf"
    file.write_bytes(data)
    with pytest.raises(LlamaCppFailed):
        load(file)


def test_every_error_says_what_is_safe_and_what_to_do():
    for error in (LlamaCppFailed("m", "x"), TokenizerUnknown("m", "x")):
        assert isinstance(error, ExpectedError)
        assert len(error.sentences()) == 3


def test_a_file_of_several_is_whole_with_all_of_them(whole, tmp_path):
    first = tmp_path / "m-00001-of-00002.gguf"
    first.write_bytes(whole.read_bytes())
    with pytest.raises(ModelMissing):
        open_gguf(first)
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(whole.read_bytes())
    with pytest.raises(ModelDamaged):  # the first one does not say so itself
        open_gguf(first)


def test_reading_ahead_tells_how_far_it_is(whole, monkeypatch):
    monkeypatch.setattr(gguf_file, "PIECE", 10_000)
    steps: list[LoadProgress] = []
    read_ahead(open_gguf(whole), steps.append)
    fractions = [step.fraction or 0.0 for step in steps]
    assert len(fractions) > 5
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    monkeypatch.setattr(gguf_file, "free_memory", lambda: 1)
    read_ahead(open_gguf(whole), lambda step: pytest.fail("it would push itself out"))


def test_a_tokenizer_is_made_once_and_made_again_if_it_is_damaged(whole, tmp_path, monkeypatch):
    file, made = open_gguf(whole), Mock(wraps=tokenizer._from_gguf)
    monkeypatch.setattr(tokenizer, "_from_gguf", made)
    first = read_tokenizer(file, "m", tmp_path)
    again = read_tokenizer(file, "m", tmp_path)
    assert made.call_count == 1
    text = "hello <|im_start|> 你好"
    assert first(text).input_ids == again(text).input_ids
    assert again.chat_template == first.chat_template
    kept = tmp_path / tokenizer.FOLDER / file.header.sha256
    (kept / "tokenizer.json").write_text("{")
    assert read_tokenizer(file, "m", tmp_path)(text).input_ids == first(text).input_ids
    assert made.call_count == 2


def test_only_so_many_tokenizers_are_kept(whole, tmp_path):
    for number in range(KEPT + 3):
        (tmp_path / tokenizer.FOLDER / f"old{number}").mkdir(parents=True)
    read_tokenizer(open_gguf(whole), "m", tmp_path)
    assert len(list((tmp_path / tokenizer.FOLDER).iterdir())) == KEPT
