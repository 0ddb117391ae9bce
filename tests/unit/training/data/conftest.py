from __future__ import annotations

import json

import pytest

from desktop_llm.training.data.check import check
from desktop_llm.training.data.reading import examples
from desktop_llm.training.data.types import Rejected
from desktop_llm.training.job import DataFile, DataSpec


@pytest.fixture
def spec(tmp_path):
    """A spec of files with these contents: text, bytes, or rows that become JSON Lines."""

    def make(*contents, name="data", mapping=None, held_out=(), **options):
        def put(content, path):
            if isinstance(content, list):
                content = "\n".join(json.dumps(row, ensure_ascii=False) for row in content)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return DataFile(path, mapping or {})

        files = [put(c, tmp_path / (f"{i}_{name}" if i else name)) for i, c in enumerate(contents)]
        evaluation = [put(c, tmp_path / f"eval_{i}_{name}") for i, c in enumerate(held_out)]
        return DataSpec(tuple(files), tuple(evaluation), **options)

    return make


@pytest.fixture
def read(spec):
    """The examples of such files, and the refused rows as (line, template)."""

    def run(*contents, task="sft", **options):
        found = list(examples(spec(*contents, **options), task))
        refused = [(r.line, r.reason.template) for r in found if isinstance(r, Rejected)]
        return [e for e in found if not isinstance(e, Rejected)], refused

    return run


@pytest.fixture
def checked(spec):
    """The report on such files."""

    def run(*contents, task=None, **options):
        return check(spec(*contents, **options), task)

    return run
