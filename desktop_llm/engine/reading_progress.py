"""How far transformers is with reading weights: it tells only its progress bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging as transformers_logging


class _Bar:
    """Stands in for a progress bar over an iterable; only its fraction is passed on."""

    def __init__(self, on_fraction: Callable[[float], None], items: Iterable[Any] = ()) -> None:
        self._on_fraction = on_fraction
        self._items = list(items)

    def __iter__(self) -> Iterator[Any]:
        for done, item in enumerate(self._items):
            if done % max(1, len(self._items) // 50) == 0:
                self._on_fraction(done / len(self._items))
            yield item

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_kwargs: None  # update, close, set_postfix …


@contextmanager
def reading_progress(on_fraction: Callable[[float], None]) -> Iterator[None]:
    """Call `on_fraction` with 0 to 1 while transformers reads weights inside the block.

    Several bars may follow one another; the fraction never goes back.
    """
    highest = -1.0

    def report(fraction: float) -> None:
        nonlocal highest
        if fraction > highest:
            highest = fraction
            on_fraction(fraction)

    def hook(_factory: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Bar:
        return _Bar(report, args[0] if args else kwargs.get("iterable") or ())

    before = transformers_logging.set_tqdm_hook(hook)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)
