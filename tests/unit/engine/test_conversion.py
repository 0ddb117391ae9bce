from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from desktop_llm.core.generation import LoadProgress, ModelSource
from desktop_llm.engine import conversion
from desktop_llm.engine.conversion import MARKER, ensure_converted, is_whole
from desktop_llm.engine.errors import ConversionFailed, ModelMissing, NoRoomToConvert
from tests.unit.engine.tiny_models import TEMPLATE, save_gguf, tiny_model


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def source(tiny_gguf: Path, tmp_path: Path) -> ModelSource:
    digest = hashlib.sha256(tiny_gguf.read_bytes()).hexdigest()
    return ModelSource("tiny", tmp_path / "models" / "tiny", convert_from=tiny_gguf, sha256=digest)


def convert(source: ModelSource) -> list[LoadProgress]:
    steps: list[LoadProgress] = []
    ensure_converted(source, steps.append)
    return steps


def left_in(source: ModelSource) -> list[str]:
    return sorted(entry.name for entry in source.path.parent.iterdir())


def test_a_conversion_keeps_weights_tokenizer_and_template(source: ModelSource) -> None:
    convert(source)
    assert is_whole(source.path, source.sha256, hashes=True)
    assert (source.path / "chat_template.jinja").read_text() == TEMPLATE
    kept = AutoModelForCausalLM.from_pretrained(
        source.path, local_files_only=True, trust_remote_code=False
    )
    assert kept.dtype == torch.bfloat16
    for name, tensor in tiny_model(tie_word_embeddings=True).state_dict().items():
        assert torch.equal(kept.state_dict()[name], tensor.bfloat16()), name
    assert "quantization_config" not in (source.path / "config.json").read_text()


def test_a_conversion_is_private_and_leaves_nothing_beside_it(source: ModelSource) -> None:
    convert(source)
    assert left_in(source) == ["tiny"]
    if os.name == "posix":
        assert source.path.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in source.path.iterdir()} == {0o600}


def test_a_whole_conversion_is_not_made_again(source: ModelSource) -> None:
    assert convert(source)[-1].stage == "converting"
    assert convert(source) == []


def test_a_whole_conversion_needs_its_gguf_file_no_longer(source: ModelSource) -> None:
    convert(source)
    assert convert(replace(source, convert_from=Path("/nowhere.gguf"))) == []


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", MARKER])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_broken_conversion_is_made_again(source: ModelSource, name: str, damage: str) -> None:
    convert(source)
    file = source.path / name
    if damage == "missing":
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size // 2)
    assert not is_whole(source.path, source.sha256)
    convert(source)
    assert is_whole(source.path, source.sha256, hashes=True)
    assert left_in(source) == ["tiny"]


def test_one_changed_byte_is_found_by_the_hashes(source: ModelSource) -> None:
    convert(source)
    file = source.path / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert is_whole(source.path)
    assert not is_whole(source.path, hashes=True)


def test_a_conversion_of_another_file_is_made_again(source: ModelSource) -> None:
    convert(source)
    assert not is_whole(source.path, "0" * 64)


def test_a_damaged_gguf_file_is_refused(source: ModelSource) -> None:
    with pytest.raises(ConversionFailed):
        convert(replace(source, sha256="0" * 64))
    assert not source.path.exists()


def test_a_missing_gguf_file_is_told(source: ModelSource) -> None:
    with pytest.raises(ModelMissing):
        convert(replace(source, convert_from=source.path / "no.gguf"))


def test_a_full_disk_is_told_before_anything_is_written(
    source: ModelSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(NoRoomToConvert):
        convert(source)
    assert left_in(source) == []


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 64])
def test_an_unreadable_gguf_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.gguf").write_bytes(content)
    source = ModelSource("bad", tmp_path / "bad", convert_from=tmp_path / "bad.gguf")
    with pytest.raises(ConversionFailed):
        convert(source)
    assert left_in(source) == ["bad.gguf"]


@pytest.mark.parametrize("step", ["_write_model", "_finish", "_put_in_place"])
def test_an_interrupted_conversion_leaves_nothing(
    source: ModelSource, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(conversion, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        convert(source)
    assert left_in(source) == []


def test_what_a_killed_process_left_is_removed(source: ModelSource) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    stale = source.path.parent / f".tiny.converting-{dead.pid}"
    stale.mkdir(parents=True)
    (stale / "model.safetensors").write_bytes(b"half")
    convert(source)
    assert left_in(source) == ["tiny"]


def test_a_conversion_that_runs_in_another_process_is_left_alone(source: ModelSource) -> None:
    working = source.path.parent / f".tiny.converting-{os.getppid()}"
    working.mkdir(parents=True)
    convert(source)
    assert working.is_dir()
