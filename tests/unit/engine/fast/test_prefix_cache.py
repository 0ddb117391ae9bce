from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.engine.fast.prefix_cache import PrefixCache

PLENTY = 1_000_000


@dataclass
class Ids:
    """A state that is its tokens; a token takes one byte."""

    held: list[int]
    can_crop: bool = True

    @property
    def nbytes(self) -> int:
        return len(self.held)

    def crop(self, length: int) -> None:
        assert self.can_crop
        del self.held[length:]

    def fork(self, length: int | None = None) -> Ids:
        assert self.can_crop or length in (None, len(self.held))
        return Ids(self.held[:length], self.can_crop)


def a_cache(*kept: list[int], budget: int = 0, free: int = PLENTY) -> PrefixCache:
    cache = PrefixCache(budget, lambda: free)
    for ids in kept:
        cache.keep(ids, Ids(list(ids)))
    return cache


def taken(cache: PrefixCache, ids: list[int], variant: str = "") -> int:
    """How many tokens of `ids` the cache had, once it is clear that it is their state."""
    found: Any = cache.take(ids, variant)
    if found is None:
        return 0
    state, count = found
    assert state.held == ids[:count]
    return int(count)


def test_an_empty_cache_has_nothing() -> None:
    assert a_cache().take([1, 2, 3]) is None


def test_a_conversation_that_goes_on_begins_where_it_ended() -> None:
    assert taken(a_cache([1, 2, 3, 4]), [1, 2, 3, 4, 5, 6]) == 4


def test_one_token_is_always_left_to_be_read() -> None:
    assert taken(a_cache([1, 2, 3, 4]), [1, 2, 3, 4]) == 3
    assert taken(a_cache([1]), [1]) == 0


def test_an_edited_prompt_begins_with_what_is_unchanged() -> None:
    assert taken(a_cache([1, 2, 3, 4, 5]), [1, 2, 9, 4, 5, 6]) == 2


def test_the_longest_common_beginning_is_taken() -> None:
    assert taken(a_cache([1, 2, 3], [1, 2, 3, 4, 5], [1, 9]), [1, 2, 3, 4, 6]) == 4


def test_a_branch_leaves_the_other_one_in_place() -> None:
    cache = a_cache([1, 2, 3, 4, 5, 6, 7, 8])
    assert taken(cache, [1, 2, 3, 9]) == 3
    assert taken(cache, [1, 2, 3, 4, 5, 6, 7, 8, 9]) == 8


def test_what_is_hardly_longer_than_the_common_part_is_not_copied() -> None:
    cache = a_cache(list(range(100)))
    assert taken(cache, [*range(95), 7, 7]) == 95
    assert cache.nbytes == 0


def test_nothing_is_copied_when_memory_is_short() -> None:
    cache = a_cache([1, 2, 3, 4, 5, 6, 7, 8], budget=50, free=11)
    assert taken(cache, [1, 2, 3, 9]) == 3
    assert cache.nbytes == 0


def test_an_adapter_reads_the_same_tokens_differently() -> None:
    cache = PrefixCache(0, lambda: PLENTY)
    cache.keep([1, 2, 3], Ids([1, 2, 3]), "tuned")
    assert taken(cache, [1, 2, 3, 4]) == 0
    assert taken(cache, [1, 2, 3, 4], "tuned") == 3


def test_what_cannot_be_cropped_is_only_gone_on_with() -> None:
    cache = PrefixCache(0, lambda: PLENTY)
    cache.keep([1, 2, 3], Ids([1, 2, 3], can_crop=False))
    assert taken(cache, [1, 2, 3]) == 0
    assert taken(cache, [1, 2, 9, 4]) == 0
    assert taken(cache, [1, 2, 3, 4]) == 3


def test_what_another_state_holds_is_not_kept_twice() -> None:
    cache = a_cache([1, 2, 3], [1, 2, 3, 4, 5], [1, 2])
    assert cache.nbytes == 5


def test_the_least_recently_used_conversation_is_forgotten_first() -> None:
    cache = a_cache([1] * 10, [2] * 10, budget=25)
    ids = [*[1] * 10, 5]
    cache.keep(ids, cache.take(ids)[0].fork())  # type: ignore[index]
    cache.keep([3] * 10, Ids([3] * 10))
    assert taken(cache, [2] * 11) == 0
    assert taken(cache, [3] * 11) == 10


def test_a_conversation_beyond_the_budget_does_not_push_out_the_others() -> None:
    cache = a_cache([1] * 10, [2] * 30, budget=25)
    assert taken(cache, [2] * 31) == 0
    assert taken(cache, [1] * 11) == 10


def test_without_a_budget_a_quarter_of_the_free_memory_is_used() -> None:
    assert a_cache([1] * 30, free=90).nbytes == 30
    assert a_cache([1] * 31, free=89).nbytes == 0


def test_a_budget_is_not_used_beyond_what_stays_free() -> None:
    assert a_cache([1] * 30, budget=50, free=30).nbytes == 30
    assert a_cache([1] * 31, budget=50, free=30).nbytes == 0


def test_memory_that_others_need_is_given_back() -> None:
    free = [PLENTY]
    cache = PrefixCache(0, lambda: free[0])
    cache.keep([1, 2, 3], Ids([1, 2, 3]))
    free[0] = 0
    assert cache.take([9]) is None
    assert cache.nbytes == 0


def test_clearing_forgets_everything() -> None:
    cache = a_cache([1, 2, 3], [4, 5])
    cache.clear()
    assert (cache.nbytes, cache.take([1, 2, 3, 4])) == (0, None)


@given(
    requests=st.lists(
        st.tuples(
            st.lists(st.integers(1, 2), min_size=1, max_size=12),
            st.integers(0, 4),
            st.sampled_from(["", "tuned"]),
        ),
        max_size=20,
    ),
    budget=st.integers(0, 60),
    memory=st.integers(0, 200),
    can_crop=st.booleans(),
)
def test_any_requests_get_their_own_state_within_the_budget(
    requests: list[tuple[list[int], int, str]], budget: int, memory: int, can_crop: bool
) -> None:
    cache = PrefixCache(budget, lambda: max(0, memory - cache.nbytes))
    for prompt, more, variant in requests:
        found: Any = cache.take(prompt, variant)
        state, count = found or (Ids([], can_crop), 0)
        assert state.held == prompt[:count]
        assert count < len(prompt)
        state.held += [*prompt[count:], *[3] * more]
        cache.keep(list(state.held), state, variant)
        assert cache.nbytes <= (min(budget, memory // 2) if budget else memory // 4)
