"""Encoders without their padding: between embeddings and head only real tokens are computed.

A batch of short texts is mostly padding: measured, 1.8 numbers are computed for each that is used.
Here the rows of a batch go through the encoder as one sequence, and only the attention, which has
to keep them apart, sees them padded. Outside of the encoder everything is as it was, so heads,
tasks and losses know nothing of it, and the results are the same.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

log = logging.getLogger(__name__)

NAME = "desktop_llm_unpadded"
TOLERANCE = 1e-3
BODIES = ("encoder", "transformer")
"""What models call the part between embeddings and head."""


@dataclass(frozen=True)
class _Layout:
    """Where the N real tokens of a batch of B rows, L wide, are."""

    places: Tensor
    """[N]: in the padded batch, flattened."""
    tokens: Tensor
    """[B, L]: number of the token at each place; 0 for padding, which `mask` hides."""
    mask: Tensor
    """bool [B, 1, 1, L]: what is no padding."""

    @classmethod
    def of(cls, mask: Tensor) -> _Layout:
        """Of a batch with the attention mask [B, L]."""
        real = mask.bool()
        tokens = (real.flatten().cumsum(0) - 1).clamp(min=0).view(mask.shape)
        return cls(real.flatten().nonzero()[:, 0], tokens, real[:, None, None, :])

    def gather(self, padded: Tensor) -> Tensor:
        """[B, L, …] → [1, N, …]."""
        return padded.flatten(0, 1).index_select(0, self.places)[None]

    def scatter(self, tokens: Tensor) -> Tensor:
        """[1, N, …] → [B, L, …], zeros as padding."""
        padded = tokens.new_zeros(self.tokens.numel(), *tokens.shape[2:])
        filled = padded.index_copy(0, self.places, tokens[0])
        return filled.view(*self.tokens.shape, *tokens.shape[2:])

    def spread(self, heads: Tensor) -> Tensor:
        """[1, heads, N, size] → [B, heads, L, size], any token as padding."""
        rows = heads[0].transpose(0, 1).index_select(0, self.tokens.flatten())
        return rows.view(*self.tokens.shape, *rows.shape[1:]).transpose(1, 2)


_layout: ContextVar[_Layout | None] = ContextVar("layout", default=None)


def leave_out_padding(model: Any) -> bool:
    """Make `model`, an encoder with a head, skip its padding from now on.

    False, and nothing is changed, if its architecture does not allow that or the results differ.
    """
    inner = model.get_base_model() if isinstance(model, PeftModel) else model
    body = inner.base_model
    encoder = next((getattr(body, name) for name in BODIES if hasattr(body, name)), None)
    if encoder is None or inner.config._attn_implementation != "sdpa":
        return False
    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    with torch.random.fork_rng():  # of the caller, whose dropout must not depend on this
        expected = _sample(inner)
        hooks = [
            body.register_forward_pre_hook(_enter_body, with_kwargs=True),
            body.register_forward_hook(_leave_body, always_call=True),
            encoder.register_forward_pre_hook(_enter_encoder, with_kwargs=True),
            encoder.register_forward_hook(_leave_encoder),
        ]
        try:
            inner.set_attn_implementation(NAME)
            if torch.allclose(_sample(inner), expected, TOLERANCE, TOLERANCE):
                return True
        except Exception:  # foreign architectures: they may raise anything for such an input
            log.info("padding cannot be left out of this model", exc_info=True)
    for hook in hooks:
        hook.remove()
    inner.set_attn_implementation("sdpa")
    return False


@torch.no_grad()
def _sample(model: Any) -> Tensor:
    """What the head says of three rows."""
    training, device = model.training, next(model.parameters()).device
    ids = torch.randint(
        model.config.vocab_size, (3, 12), generator=torch.Generator().manual_seed(0)
    )
    mask = (torch.arange(12) < torch.tensor([[7], [12], [9]])).long()
    model.eval()
    try:
        output = model(input_ids=ids.to(device), attention_mask=mask.to(device))
    finally:
        model.train(training)
    logits: Tensor = output.logits.float()
    return logits


def _enter_body(module: Any, arguments: Any, options: dict[str, Any]) -> None:
    mask = options.get("attention_mask")
    padded = isinstance(mask, Tensor) and mask.ndim == 2 and not bool(mask.all())
    _layout.set(_Layout.of(mask) if isinstance(mask, Tensor) and padded else None)


def _leave_body(module: Any, arguments: Any, output: Any) -> None:
    _layout.set(None)


def _enter_encoder(module: Any, arguments: Any, options: dict[str, Any]) -> Any:
    if (layout := _layout.get()) is None:
        return None
    if arguments:
        return (layout.gather(arguments[0]), *arguments[1:]), options
    return arguments, {**options, "hidden_states": layout.gather(options["hidden_states"])}


def _leave_encoder(module: Any, arguments: Any, output: Any) -> Any:
    if (layout := _layout.get()) is not None:
        output.last_hidden_state = layout.scatter(output.last_hidden_state)
    return output


def _attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any, **options: Any
) -> tuple[Tensor, None]:
    """Attention of [1, heads, N, size] among the tokens of each row; → [1, N, heads, size]."""
    attend: Any = sdpa_attention_forward
    if (layout := _layout.get()) is None:
        output, _ = attend(module, query, key, value, attention_mask, **options)
        return output, None
    options["is_causal"] = False
    padded = (layout.spread(values) for values in (query, key, value))
    output, _ = attend(module, *padded, layout.mask, **options)
    return layout.gather(output), None
