"""The tokenizer inside a GGUF file, as transformers makes it, kept because making it takes seconds.

Prompts are written by our own renderer (`engine.chat_prompt`) for every engine, so that control
tokens in people's text stay inert: that needs the file's vocabulary as a tokenizer here.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from desktop_llm.core.files import make_private_folder
from desktop_llm.engine.errors import TokenizerUnknown
from desktop_llm.engine.llama.gguf_file import GgufFile

log = logging.getLogger(__name__)

KEPT = 12
"""Tokenizers of so many files are kept; one takes 1 to 30 MB."""

FOLDER = "gguf-tokenizers"


def read_tokenizer(file: GgufFile, name: str, cache_dir: Path | None) -> Any:
    """The tokenizer of `file`, from `cache_dir` if it was made before (measured: 0.2 s, not 4 s).

    It is kept under the hash of the file's settings, which all of it is made from. Raises
    TokenizerUnknown, with the model's `name`, if transformers cannot read it.
    """
    kept = cache_dir / FOLDER / file.header.sha256 if cache_dir else None
    if kept and kept.is_dir():
        try:
            return _from(kept)
        except Exception:  # a reader of files that somebody may have damaged can raise anything
            log.warning("a kept tokenizer was unreadable and is made again", exc_info=True)
            shutil.rmtree(kept, ignore_errors=True)
    tokenizer = _from_gguf(file, name)
    if kept:
        _keep(tokenizer, kept)
    return tokenizer


def _from_gguf(file: GgufFile, name: str) -> Any:
    try:
        tokenizer = _from(file.path.parent, gguf_file=file.path.name)
        if not tokenizer("It is 7 o'clock: 你好!", add_special_tokens=False)["input_ids"]:
            raise ValueError("it reads nothing")
    except Exception as error:  # the file is foreign: the readers can raise anything
        detail = str(error).strip().partition("\n")[0].rstrip(".")[:200]
        raise TokenizerUnknown(name, detail or type(error).__name__) from error
    return tokenizer


def _from(folder: Path, **more: Any) -> Any:
    return AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False, **more
    )


def _keep(tokenizer: Any, folder: Path) -> None:
    """Whole or not at all, and only the newest ones; the cache is no reason to fail."""
    try:
        make_private_folder(folder.parent)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
        try:
            tokenizer.save_pretrained(work)
            work.rename(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        others = sorted(folder.parent.iterdir(), key=lambda entry: entry.stat().st_mtime)
        for old in others[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        log.warning("a tokenizer could not be kept", exc_info=True)
