"""A hub cache on the disk as huggingface_hub lays it out, written by hand."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path


def weights(numbers: int = 1, fill: bytes = b"\0\0\0\0") -> bytes:
    """A safetensors file of one float32 tensor."""
    tensor = {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}
    header = json.dumps({"w": tensor}).encode()
    return struct.pack("<Q", len(header)) + header + fill * numbers


def config(architecture: str = "LlamaForCausalLM", **more: object) -> bytes:
    """A configuration; `more` is put in as it is."""
    settings = {"architectures": [architecture], "model_type": "llama", "vocab_size": 8, **more}
    return json.dumps(settings).encode()


def model(architecture: str = "LlamaForCausalLM", numbers: int = 1) -> dict[str, bytes]:
    """The files of a whole model."""
    return {"config.json": config(architecture), "model.safetensors": weights(numbers)}


def adapter(base: str = "org/base", **more: object) -> dict[str, bytes]:
    """The files of a LoRA adapter."""
    settings = {"peft_type": "LORA", "base_model_name_or_path": base, **more}
    return {
        "adapter_config.json": json.dumps(settings).encode(),
        "adapter_model.safetensors": weights(2),
    }


class FakeCache:
    """The folder of all repositories."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, repo: str) -> Path:
        return self.root / ("models--" + repo.replace("/", "--"))

    def put(
        self, repo: str, files: dict[str, bytes], commit: str = "c0ffee", main: bool = True
    ) -> Path:
        """Add a version of a repository; its snapshot."""
        folder = self.folder(repo)
        snapshot = folder / "snapshots" / commit
        (folder / "blobs").mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            etag = hashlib.sha256(data).hexdigest()
            (folder / "blobs" / etag).write_bytes(data)
            link = snapshot / name
            link.parent.mkdir(parents=True, exist_ok=True)
            ups = "../" * (len(Path(name).parts) + 1)
            link.symlink_to(f"{ups}blobs/{etag}")
        if main:
            (folder / "refs").mkdir(exist_ok=True)
            (folder / "refs" / "main").write_text(commit)
        return snapshot

    def share(self, repo: str, name: str, commit: str = "c0ffee") -> Path:
        """Move the content of a file into the store of the whole cache, where it may be already."""
        store = self.root / "blobs"
        store.mkdir(exist_ok=True)
        (store / ".huggingface-shared-blobs").write_text("1\n")
        link = self.folder(repo) / "snapshots" / commit / name
        blob = link.parent / link.readlink()
        hashed = hashlib.sha256(b"xet" + blob.read_bytes()).hexdigest()
        content = store / hashed[:2] / hashed
        content.parent.mkdir(exist_ok=True)
        blob.replace(content)
        blob = self.folder(repo) / "blobs" / blob.name
        with content.with_name(hashed + ".refs").open("a") as refs:
            refs.write(f"{blob.relative_to(self.root).as_posix()}\n")
        blob.symlink_to(f"../../blobs/{hashed[:2]}/{hashed}")
        return content

    def bytes_on_disk(self) -> int:
        """Of all contents; each counts once, and what only belongs to the layout does not."""
        sizes = {}
        for file in self.root.rglob("*"):
            if file.is_file() and not file.is_symlink() and not file.name.endswith(".lock"):
                facts = file.stat()
                if "refs" not in file.parts and file.suffix != ".refs" and file.name[0] != ".":
                    sizes[facts.st_ino] = facts.st_size
        return sum(sizes.values())
