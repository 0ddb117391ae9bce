from __future__ import annotations

import pytest
from transformers import CONFIG_MAPPING
from transformers.integrations.gguf import GGUF_ARCHS, GGUF_CONFIG_ARCHS
from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from desktop_llm.library.facts import CONVERTIBLE

SPELLED = {
    "qwen2moe": "qwen2_moe",
    "qwen3moe": "qwen3_moe",
    "qwen35": "qwen3_5",
    "qwen35moe": "qwen3_5_moe",
    "gpt-oss": "gpt_oss",
    "minimax-m2": "minimax_m2",
}


@pytest.mark.parametrize("architecture", sorted(CONVERTIBLE))
def test_what_the_library_calls_convertible_is_read_by_transformers(architecture):
    name = SPELLED.get(architecture, architecture)
    packed = architecture in GGUF_ARCHS and architecture in GGUF_CONFIG_ARCHS
    assert packed or name in GGUF_SUPPORTED_ARCHITECTURES
    assert name in CONFIG_MAPPING
    assert name in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
