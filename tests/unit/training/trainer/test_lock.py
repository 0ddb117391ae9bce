from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from desktop_llm.training.trainer.lock import held

HOLDER = """
import sys
from pathlib import Path
from desktop_llm.training.trainer.lock import held
with held(Path(sys.argv[1])) as ours:
    print(ours, flush=True)
    input()
"""


def test_one_process_holds_the_lock_until_its_end_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "True"
        with held(path) as ours:
            assert not ours
        other.kill()
    with held(path) as ours:
        assert ours
