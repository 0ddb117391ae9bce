from __future__ import annotations

import pytest
import torch
from torch import nn

from desktop_llm.engine.fast.quantised import (
    FEW_ROWS,
    FEW_ROWS_4,
    Embedding8,
    Linear4,
    Linear8,
    Rows8,
    packed_linear,
    round_groups,
)

BOUNDS = {8: 0.02, 4: 0.10}
"""Error of an output by its size, for weights and inputs from a normal distribution."""


@pytest.fixture(autouse=True)
def no_gradients() -> object:
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found.float() - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("rows", [1, 5, FEW_ROWS_4 + 1])
@pytest.mark.parametrize("kind", [Linear8, Linear4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_output_is_close_to_the_exact_one(
    kind: type[Linear8] | type[Linear4], rows: int, dtype: torch.dtype
) -> None:
    exact = nn.Linear(96, 128)
    x = torch.randn(2, rows, 96)
    found = kind.from_linear(exact)(x.to(dtype))
    assert (found.shape, found.dtype) == ((2, rows, 128), dtype)
    assert error(found, exact(x)) < BOUNDS[kind.bits]


@pytest.mark.parametrize("rows", [1, FEW_ROWS, FEW_ROWS + 1])
def test_an_embedding_is_looked_up_and_is_the_head(rows: int) -> None:
    weight, x = torch.randn(321, 48), torch.randn(rows, 48)
    table = Rows8(weight)
    assert error(table(x), x @ weight.T) < BOUNDS[8]
    ids = torch.tensor([[0, 320], [7, 7]])
    assert error(table.rows(ids), weight[ids]) < BOUNDS[8]
    scaled = Embedding8(table, torch.bfloat16, 3.0)(ids)
    assert scaled.dtype == torch.bfloat16
    assert error(scaled, 3 * weight[ids]) < BOUNDS[8]


def test_a_row_gives_the_same_alone_and_among_others() -> None:
    layer, x = Linear8(torch.randn(64, 64)), torch.randn(9, 64)
    assert torch.equal(layer(x)[4:5], layer(x[4:5]))


def test_an_outlier_among_the_inputs_spoils_little() -> None:
    weight, x = torch.randn(64, 128), torch.randn(1, 128)
    x[0, 3] = 100
    assert error(Linear8(weight)(x), x @ weight.T) < BOUNDS[8]


def test_numbers_that_are_broken_stay_so() -> None:
    x = torch.full((1, 64), float("nan"))
    assert not torch.isfinite(Linear8(torch.randn(64, 64))(x)).any()


def test_four_bits_can_be_unpacked() -> None:
    weight = torch.randn(128, 96)
    codes, scale, zero = round_groups(weight)
    groups = codes.view(128, -1, 32) - 8
    wanted = groups * scale.float()[..., None] + zero.float()[..., None]
    assert int(codes.min()) >= 0 and int(codes.max()) <= 15
    torch.testing.assert_close(Linear4(weight).weights(), wanted.view(128, 96))


@pytest.mark.parametrize("value", [0.0, 1.0, -2.5])
def test_weights_that_are_all_the_same_are_kept(value: float) -> None:
    weight, x = torch.full((64, 64), value), torch.ones(1, 64)
    for bits in (8, 4):
        layer = packed_linear(weight, None, bits)
        assert layer is not None
        torch.testing.assert_close(layer(x), x @ weight.T, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "bits", "kept"),
    [((64, 64), 4, 4), ((50, 64), 4, 8), ((64, 48), 4, 8), ((64, 30), 8, None), ((1, 64), 8, None)],
)
def test_shapes_that_a_kernel_refuses_get_more_bits(
    shape: tuple[int, int], bits: int, kept: int | None
) -> None:
    layer = packed_linear(torch.randn(shape), None, bits)
    assert (layer.bits if layer else None) == kept
