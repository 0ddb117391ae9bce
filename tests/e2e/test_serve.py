"""`desktop-llm serve` as people use it: with the `llm` program, until Ctrl+C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import psutil
import pytest

pytestmark = pytest.mark.e2e
PATIENCE_S = 120


@contextmanager
def serve(
    environment: dict[str, str], key_file: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The command as it runs, and the address that it says. Ended by Ctrl+C at last."""
    command = [sys.executable, "-m", "desktop_llm", "serve", "--model", "starter", "--port", "0"]
    with subprocess.Popen(
        [*command, "--key-file", str(key_file), "--json"], env=environment, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout
            said = json.loads(process.stdout.readline())
            assert said.keys() == {"address", "port", "model"}  # the key is in its file only
            yield process, said["address"]
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()


def test_a_model_is_served_to_other_programs_until_ctrl_c(
    app_environment: dict[str, str], tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    with serve(app_environment, key_file) as (_, address):
        key = key_file.read_text().strip()
        assert key_file.stat().st_mode & 0o077 == 0 or os.name == "nt"
        assert ask_by_llm(tmp_path, address, key, "Say: Once").strip()


@pytest.mark.soak
def test_it_answers_again_after_a_crash(app_environment: dict[str, str], tmp_path: Path) -> None:
    """At the same address, with the same model, without anybody's doing."""
    key_file = tmp_path / "key"
    with serve(app_environment, key_file) as (process, address):
        (engine,) = psutil.Process(process.pid).children()
        engine.kill()
        engine.wait(PATIENCE_S)
        key = key_file.read_text().strip()
        with openai.OpenAI(base_url=address, api_key=key, max_retries=8) as client:
            asked = [
                client.completions.create(model="default", prompt="Once", seed=3, max_tokens=4)
                for _ in range(2)
            ]
        assert asked[0].choices[0].text == asked[1].choices[0].text != ""


def ask_by_llm(folder: Path, address: str, key: str, prompt: str) -> str:
    """What the command-line program `llm` shows, with the model in its list of others."""
    home = folder / "llm"
    home.mkdir()
    (home / "extra-openai-models.yaml").write_text(
        f'- model_id: local\n  model_name: default\n  api_base: "{address}"\n  api_key_name: ours\n'
    )
    (home / "keys.json").write_text(json.dumps({"ours": key}))
    environment = {**os.environ, "LLM_USER_PATH": str(home)}
    command = [sys.executable, "-m", "llm", "-m", "local", prompt, "-o", "max_tokens", "12"]
    done = subprocess.run(
        [*command, "-o", "temperature", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
