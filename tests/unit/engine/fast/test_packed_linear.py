from __future__ import annotations

import pytest
import torch
from torch import nn

from desktop_llm.engine.fast.packed_linear import (
    FEW_ROWS,
    PackedEmbedding,
    PackedLinear,
    packed_linear,
)

BOUNDS = {16: 0.005, 8: 0.02, 4: 0.10}
"""Error of an output by its size, for weights and inputs from a normal distribution."""


@pytest.fixture(autouse=True)
def no_gradients() -> object:
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found.float() - wanted).norm() / wanted.norm())


def packed(layer: nn.Linear, bits: int) -> PackedLinear:
    made = PackedLinear.pack(
        layer.weight.data.bfloat16() if bits == 16 else layer.weight.data, bits
    )
    made.bias = layer.bias
    return made


@pytest.mark.parametrize("rows", [1, 3, 5, FEW_ROWS + 1])
@pytest.mark.parametrize("bits", BOUNDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_output_is_close_to_the_exact_one(bits: int, rows: int, dtype: torch.dtype) -> None:
    exact = nn.Linear(96, 128)
    x = torch.randn(2, rows, 96)
    found = packed(exact, bits)(x.to(dtype))
    assert (found.shape, found.dtype) == ((2, rows, 128), dtype)
    assert error(found, exact(x)) < BOUNDS[bits]


@pytest.mark.parametrize("columns", [96, 128])
@pytest.mark.parametrize("bits", BOUNDS)
def test_few_rows_and_many_give_the_same(bits: int, columns: int) -> None:
    layer, x = packed(nn.Linear(columns, 131), bits), torch.randn(FEW_ROWS + 1, columns)
    alone = torch.cat([layer(row[None]) for row in x])
    torch.testing.assert_close(layer(x), alone, atol=2e-5, rtol=1e-5)
    torch.testing.assert_close(layer(x[:6]), alone[:6], atol=2e-5, rtol=1e-5)


def test_8_bits_have_a_scale_for_every_64_weights_of_a_row() -> None:
    weight = torch.randn(40, 192)
    weight[:, :64] *= 1000
    found = PackedLinear.pack(weight, 8).weights()
    assert float((found - weight)[:, 64:].abs().max()) < float(weight[:, 64:].abs().max()) / 250


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_of_16_bits_are_exactly_those_of_the_file(dtype: torch.dtype) -> None:
    weight = torch.randn(40, 96).to(dtype)
    weight[0, :4] = torch.tensor([0.0, -0.0, 6e-8, -6.1e-5]).to(dtype)
    layer, x = PackedLinear.pack(weight, 16), torch.randn(1, 96)
    assert torch.equal(layer.weights(), weight.float())
    torch.testing.assert_close(layer(x), x @ weight.float().T, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("rows", [1, FEW_ROWS, FEW_ROWS + 1])
def test_an_embedding_is_looked_up_and_is_the_head(rows: int) -> None:
    weight, x = torch.randn(321, 48), torch.randn(rows, 48)
    table = PackedLinear.pack(weight, 8)
    assert error(table(x), x @ weight.T) < BOUNDS[8]
    ids = torch.tensor([[0, 320], [7, 7]])
    assert error(table.rows(ids), weight[ids]) < BOUNDS[8]
    scaled = PackedEmbedding(table, torch.bfloat16, 3.0)(ids)
    assert scaled.dtype == torch.bfloat16
    assert error(scaled, 3 * weight[ids]) < BOUNDS[8]


def test_an_outlier_among_the_inputs_spoils_nothing() -> None:
    layer, x = PackedLinear.pack(torch.randn(64, 128), 8), torch.randn(1, 128)
    x[0, 3] = 1e4
    torch.testing.assert_close(layer(x), x @ layer.weights().T)


def test_numbers_that_are_broken_stay_so() -> None:
    for number in (torch.nan, torch.inf):
        x = torch.full((1, 64), number)
        assert not torch.isfinite(PackedLinear.pack(torch.randn(64, 64), 8)(x)).any()


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5])
def test_weights_that_are_all_the_same_are_kept(value: float) -> None:
    weight, x = torch.full((64, 64), value), torch.ones(1, 64)
    for bits in (8, 4):
        layer = packed_linear(weight, bits)
        assert layer is not None
        torch.testing.assert_close(layer(x), x @ weight.T, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "bits", "kept"),
    [((50, 64), 4, 4), ((64, 48), 4, 8), ((64, 30), 8, 8), ((64, 30), 16, 16), ((1, 64), 8, None)],
)
def test_shapes_that_cannot_be_packed_get_more_bits(
    shape: tuple[int, int], bits: int, kept: int | None
) -> None:
    layer = packed_linear(torch.randn(shape).bfloat16(), bits)
    assert (layer.bits if layer else None) == kept
