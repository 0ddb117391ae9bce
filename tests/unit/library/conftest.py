from __future__ import annotations

import json
import struct

import pytest


@pytest.fixture
def make_model_folder():
    """A folder that looks like a model with one tiny tensor."""

    def make(folder, architecture="LlamaForCausalLM", weights="model.safetensors"):
        folder.mkdir(parents=True, exist_ok=True)
        config = {"architectures": [architecture], "model_type": "llama", "vocab_size": 8}
        (folder / "config.json").write_text(json.dumps(config))
        header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
        (folder / weights).write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 4)
        return folder

    return make
