"""A GGUF file as a model folder: converted once, whole or not at all.

Reading GGUF takes long each time and gives a model that cannot be saved, so that a fresh model with
the same weights is written as bfloat16 safetensors, with tokenizer and chat template beside it. The
work is done in a hidden folder beside the target; the marker in it, written last, lists every file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig

from desktop_llm.core.files import make_private_folder, sync_folder, write_atomically
from desktop_llm.core.generation import LoadProgress, ModelSource
from desktop_llm.engine.errors import ConversionFailed, ModelMissing, NoRoomToConvert
from desktop_llm.engine.reading_progress import reading_progress

log = logging.getLogger(__name__)

MARKER = "conversion.json"
BYTES_PER_BYTE = 4
"""A GGUF file of four bits a weight becomes 3.6 times as large."""

VERSION = 1
"""Raised when a better conversion should replace the old ones."""


def ensure_converted(source: ModelSource, on_progress: Callable[[LoadProgress], None]) -> None:
    """Make `source.path` from `source.convert_from` unless it is there and whole.

    Raises ModelMissing (no GGUF file), NoRoomToConvert and ConversionFailed; the folder is then as
    it was.
    """
    if source.convert_from is None or is_whole(source.path, source.sha256):
        return
    if not source.convert_from.is_file():
        raise ModelMissing(source.convert_from)
    on_progress(LoadProgress("checking"))
    digest = file_hash(source.convert_from)
    if source.sha256 and digest != source.sha256:
        raise ConversionFailed(f"{source.convert_from.name} is damaged")
    _check_room(source.convert_from, source.path.parent)
    on_progress(LoadProgress("converting"))
    work = _work_folder(source.path)
    try:
        with reading_progress(lambda f: on_progress(LoadProgress("converting", f))):
            _write_model(source.convert_from, work)
        _finish(work, digest)
        _put_in_place(work, source.path, source.sha256)
    except Exception as error:  # the file is foreign: the readers can raise anything
        raise ConversionFailed(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_whole(folder: Path, sha256: str = "", hashes: bool = False) -> bool:
    """Whether `folder` is a finished conversion of the file with `sha256` ("" for any).

    Quick: the sizes of all files are compared with the marker's. `hashes` reads them too.
    """
    try:
        marker = json.loads((folder / MARKER).read_bytes())
        if marker["version"] != VERSION or (sha256 and marker["gguf_sha256"] != sha256):
            return False
        return all(
            (folder / name).stat().st_size == facts["bytes"]
            and (not hashes or file_hash(folder / name) == facts["sha256"])
            for name, facts in marker["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_room(gguf: Path, folder: Path) -> None:
    make_private_folder(folder)
    needed, free = BYTES_PER_BYTE * gguf.stat().st_size, shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoomToConvert(folder, needed, free)


def _work_folder(target: Path) -> Path:
    """A hidden folder beside `target`, named for this process; those of dead ones are removed."""
    prefix = f".{target.name}.converting-"
    make_private_folder(target.parent)
    for stale in target.parent.glob(prefix + "*"):
        owner = stale.name.removeprefix(prefix)
        if not (owner.isdigit() and int(owner) != os.getpid() and psutil.pid_exists(int(owner))):
            shutil.rmtree(stale, ignore_errors=True)
    return make_private_folder(target.parent / f"{prefix}{os.getpid()}")


def _write_model(gguf: Path, folder: Path) -> None:
    packed = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        local_files_only=True,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
        trust_remote_code=False,
    )
    settings = packed.config.to_dict()
    for key in ("quantization_config", "_name_or_path", "_model_name_or_path"):
        settings.pop(key, None)
    config = type(packed.config).from_dict({**settings, "dtype": "bfloat16"})
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, trust_remote_code=False)
    model.load_state_dict(packed.state_dict())
    tokenizer = AutoTokenizer.from_pretrained(
        gguf.parent, gguf_file=gguf.name, local_files_only=True, trust_remote_code=False
    )
    tokenizer.model_max_length = config.max_position_embeddings
    model.generation_config = GenerationConfig.from_model_config(config)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)


def _finish(folder: Path, digest: str) -> None:
    """Make every file durable and private, and write the marker over them."""
    files = {}
    for path in sorted(folder.iterdir()):
        path.chmod(0o600)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        files[path.name] = {"bytes": path.stat().st_size, "sha256": file_hash(path)}
    marker = {"version": VERSION, "gguf_sha256": digest, "files": files}
    write_atomically(folder / MARKER, json.dumps(marker, indent=1))


def _put_in_place(work: Path, target: Path, sha256: str) -> None:
    if is_whole(target, sha256):
        return  # another process was quicker
    if target.exists():
        log.warning("an unfinished or damaged conversion is replaced")
        shutil.rmtree(target)
    try:
        work.rename(target)
    except OSError:
        if not is_whole(target, sha256):
            raise
    sync_folder(target.parent)
