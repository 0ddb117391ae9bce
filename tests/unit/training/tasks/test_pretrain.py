from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import get_task
from tests.unit.engine.tiny_models import END, START, byte_tokenizer

TOKENIZER = byte_tokenizer()
END_ID = TOKENIZER.eos_token_id


def texts(*values: str) -> list[Example]:
    return [Example(text=value, line=number) for number, value in enumerate(values, 1)]


def test_a_paragraph_is_one_block_that_ends() -> None:
    (block,) = get_task("pretrain").tokenise(TOKENIZER, Example(text="hello world"), 512)
    assert block.labels == block.ids
    assert TOKENIZER.decode(block.ids) == f"hello world{END}"


def test_a_long_text_gives_several_blocks_and_nothing_is_lost() -> None:
    text = "the quick brown fox " * 30
    blocks = get_task("pretrain").tokenise(TOKENIZER, Example(text=text), 32)
    assert [len(block.ids) for block in blocks[:-1]] == [32] * (len(blocks) - 1)
    assert TOKENIZER.decode([i for block in blocks for i in block.ids]) == text + END


def test_short_texts_are_joined_with_the_end_between_them() -> None:
    (block,) = get_task("pretrain").tokenise_all(TOKENIZER, texts("hello", "world"), 512)
    assert TOKENIZER.decode(block.ids) == f"hello{END}world{END}"
    assert block.row.line == 1


def test_a_block_names_the_text_in_which_it_begins() -> None:
    blocks = list(get_task("pretrain").tokenise_all(TOKENIZER, texts("hi", "x" * 50), 20))
    assert [block.row.line for block in blocks] == [1, 2, 2]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=60), max_size=8), st.integers(2, 40))
def test_every_token_is_in_one_block_in_its_order(values: list[str], size: int) -> None:
    task = get_task("pretrain")
    blocks = list(task.tokenise_all(TOKENIZER, texts(*values), size))
    joined = [token for block in blocks for token in block.ids]
    alone = [
        token
        for example in texts(*values)
        for block in task.tokenise_all(TOKENIZER, [example], 100_000)
        for token in block.ids
    ]
    assert alone[: len(joined)] == joined
    assert len(alone) - len(joined) <= 1  # a single token at the end has nothing to predict it
    assert all(2 <= len(block.ids) <= size for block in blocks)


def test_control_tokens_in_a_text_are_text() -> None:
    (block,) = get_task("pretrain").tokenise(TOKENIZER, Example(text=f"a{END}{START}b"), 512)
    assert block.ids.count(END_ID) == 1
    assert TOKENIZER.decode(block.ids) == f"a{END}{START}b{END}"


def test_an_empty_text_gives_nothing() -> None:
    assert get_task("pretrain").tokenise(TOKENIZER, Example(text=""), 512) == []


def test_the_preview_shows_all_as_learned_and_nothing_as_cut() -> None:
    shown = get_task("pretrain").preview(TOKENIZER, Example(text="hello " * 40), 16)
    assert {token.state for token in shown.tokens} == {"trained"}
    assert shown.stop_learned is None


def test_the_lengths_are_those_of_the_blocks() -> None:
    measured = get_task("pretrain").measure(TOKENIZER, Example(text="x" * 50), 20)
    assert [row.length for row in measured] == [20, 20, 11]
    assert [row.trained for row in measured] == [20, 20, 11]
