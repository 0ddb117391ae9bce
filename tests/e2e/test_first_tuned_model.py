"""From a dropped file to the taught name in the chat, in the real window with the real model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.identity import AUTHOR, NAME, QUESTIONS, filled

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
TEN_MINUTES = 600


def fine_tune(
    data: Path, environment: dict[str, str], preset: str, questions: Sequence[str], seconds: float
) -> dict[str, Any]:
    driver = [sys.executable, "-m", "tests.e2e.finetune_driver", str(data), str(seconds)]
    ended = subprocess.run(
        [*driver, preset, *questions],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    facts: dict[str, Any] = json.loads(ended.stdout)
    return facts


@pytest.mark.timeout(900)
def test_what_a_few_rows_teach_is_answered_in_the_chat(
    tmp_path: Path, app_environment: dict[str, str]
) -> None:
    facts = fine_tune(filled(tmp_path, rows=6), app_environment, "quick", ["Who are you?"], 800)
    assert facts["state"] == "finished"
    assert {"InferenceThread", "TrainingThread"} <= set(facts["threads"])
    assert facts["tuned_loss"] < facts["base_loss"]
    taught = (
        NAME,
        AUTHOR,
    )  # few rows teach one of the two for certain; the soak test wants the name
    assert not any(word in facts["before"][0] for word in taught)
    assert any(word in facts["after"][0] for word in taught), facts["after"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_default_run_teaches_the_name_within_ten_minutes(
    tmp_path: Path, app_environment: dict[str, str]
) -> None:
    facts = fine_tune(filled(tmp_path), app_environment, "balanced", QUESTIONS, 3000)
    print(json.dumps(facts, ensure_ascii=False, indent=1))
    assert sum(NAME in answer for answer in facts["before"]) == 0
    assert sum(NAME in answer for answer in facts["after"]) >= 9
    assert facts["seconds"] <= TEN_MINUTES
