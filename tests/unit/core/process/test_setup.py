from __future__ import annotations

import gc

import pytest

from desktop_llm.core.process.setup import importing


def test_garbage_is_looked_for_again_after_an_import_also_after_one_that_failed() -> None:
    with pytest.raises(ImportError), importing():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()
