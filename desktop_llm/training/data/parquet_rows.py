"""Records of Parquet files, in batches. pyarrow is imported when there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop_llm.training.data.errors import DataDamaged, RecordsTooLarge, TooManyColumns
from desktop_llm.training.data.reasons import MAX_COLUMNS
from desktop_llm.training.data.types import Row

MAGIC = b"PAR1"
_BATCH = 256


def parquet_rows(path: Path, file: BinaryIO, on_progress: Callable[[float], None]) -> Iterator[Row]:
    """The rows, numbered from 1. Raises DataDamaged, RecordsTooLarge, TooManyColumns."""
    import pyarrow.parquet

    with _told(path):
        table = pyarrow.parquet.ParquetFile(file, pre_buffer=False)
        columns, total = table.schema_arrow.names, max(1, table.metadata.num_rows)
    if len(columns) > MAX_COLUMNS:
        raise TooManyColumns(path, len(columns), MAX_COLUMNS)
    batches = table.iter_batches(batch_size=_BATCH, use_threads=False)
    number = 0
    while True:
        with _told(path):
            batch = next(batches, None)
            rows = batch.to_pylist() if batch is not None else []
        if batch is None:
            return
        for values in rows:
            number += 1
            yield Row(number, values)
        on_progress(number / total)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except MemoryError:  # pyarrow's own is one
        raise RecordsTooLarge(path) from None
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise DataDamaged(path) from error
