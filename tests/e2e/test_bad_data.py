"""Damaged, hostile and odd data, models and disks: told in one line, quickly, in little memory."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from desktop_llm.training.run_folder import RunFolder
from tests.e2e.command_line import QUICK, Ended, a_run, command, running
from tests.unit.engine.tiny_models import save_model

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SECONDS = 60
"""More than any of these takes on a busy machine; usual are one or two."""
BYTES = 300_000_000
HUGE = 800_000_000
ROWS = [{"prompt": f"What is {i}?", "completion": f"It is {i}."} for i in range(30)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
ENDLESS = (*QUICK, "--epochs", "1000", "--early-stopping", "0", "--eval-every", "5")


def rarely(*values: object) -> Any:
    """A case whose rule has a test without a process, too."""
    return pytest.param(*values, marks=pytest.mark.soak)


posix = pytest.mark.skipif(os.name == "nt", reason="there is no such thing there")


def labelled(labels: str, count: int = 20) -> bytes:
    """A table whose labels are the letters of `labels` in turn; a space is no label."""
    cells = (f"text number {i},{labels[i % len(labels)].strip()}\n" for i in range(count))
    return ("text,label\n" + "".join(cells)).encode()


def parquet(rows: int = 10_000) -> bytes:
    table = pyarrow.table({"prompt": [f"q {i}" for i in range(rows)], "completion": ["a"] * rows})
    out = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, out)
    return bytes(out.getvalue())


def endless_line(path: Path) -> None:
    """One line of 800 MB that looks like the beginning of a record."""
    with path.open("wb") as file:
        file.write(b'{"prompt": "')
        for _ in range(HUGE // 1_000_000):
            file.write(b"a" * 1_000_000)


def checked(*paths: Path) -> dict[str, Any]:
    """What `data check` says of files that can be read at all."""
    ended = command("data", "check", *paths, "--json")
    assert_cheap(ended)
    return ended.answer()


def assert_cheap(ended: Ended) -> None:
    assert ended.seconds < SECONDS
    assert ended.peak_bytes < BYTES


# --- files that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        rarely("empty.jsonl", b"", "is empty"),
        rarely("nul.jsonl", b"\0" * 1_000_000, "does not hold text"),
        ("wide.csv", b",".join(b"c%d" % i for i in range(100_000)) + b"\n", "100000 columns"),
        rarely("cut.parquet", parquet()[:5_000], "is damaged, or was not copied whole"),
        ("broken.parquet", parquet()[:4_000] + b"\xff" * 400 + parquet()[4_400:], "is damaged"),
        ("pickle.jsonl", pickle.dumps([os.system, ROWS]), "Nothing in it was opened or run"),
    ],
    ids=["empty", "nul", "wide", "cut", "broken", "pickle"],
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    ended = command("data", "check", tmp_path / name)
    ended.assert_told(name, words)
    assert_cheap(ended)
    assert (tmp_path / name).read_bytes() == data


@posix
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    ended = command("train", "--data", tmp_path / "pipe.jsonl")
    ended.assert_told("not an ordinary file")
    assert_cheap(ended)


@posix
def test_a_file_of_nothing_but_a_size_is_no_text(tmp_path: Path) -> None:
    with (tmp_path / "sparse.jsonl").open("wb") as file:
        file.truncate(HUGE)
    ended = command("data", "check", tmp_path / "sparse.jsonl")
    ended.assert_told("does not hold text")
    assert_cheap(ended)


@posix
def test_a_folder_that_contains_itself_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "data" / "more").mkdir(parents=True)
    (tmp_path / "data" / "more" / "rows.jsonl").write_text(LINES)
    (tmp_path / "data" / "more" / "again").symlink_to("..")
    (tmp_path / "data" / "itself.jsonl").symlink_to("itself.jsonl")
    (file,) = checked(tmp_path / "data")["files"]
    assert (file["rows"], file["kept"]) == (30, 30)
    command("data", "check", tmp_path / "data" / "itself.jsonl").assert_told("cannot be read")


# --- files that can be read, and rows that cannot be used ----------------------------------------


BAD_ROWS: tuple[tuple[Any, ...], ...] = (
    ("nul.jsonl", LINES.replace("is 3?", "is\0 3?").encode(), 29, [4]),
    ("utf16.jsonl", LINES.encode("utf-16"), 30, []),
    ("utf16.csv", "prompt,completion\né,1\nü,2\n".encode("utf-16-le"), 2, []),
    ("mixed.jsonl", (LINES + '{"text": "x", "label": "y"}\n[1]\n').encode(), 30, [31, 32]),
    ("mixed.csv", b"prompt,completion\na,b\nc\nd,e,f\ng,h\n", 2, [3, 4]),
)
"""A NUL, UTF-16 with and without a mark, mixed records, a ragged table."""


def test_a_bad_row_costs_itself_only(tmp_path: Path) -> None:
    for name, data, _, _ in BAD_ROWS:
        (tmp_path / name).write_bytes(data)
    found = checked(*(tmp_path / name for name, *_ in BAD_ROWS))
    for file, (_, _, kept, rejected) in zip(found["files"], BAD_ROWS, strict=True):
        assert (file["kept"], file["task"]) == (kept, "sft")
        assert [row["line"] for row in file["rejected"]] == rejected
        assert all(row["reason"] for row in file["rejected"])
    assert found["problems"] == []


def test_a_line_of_800_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    endless_line(tmp_path / "line.jsonl")
    found = checked(tmp_path / "line.jsonl")
    (tmp_path / "line.jsonl").unlink()  # pytest would keep it for a while
    assert found["files"][0]["rejected"][0]["line"] == 1
    assert found["problems"]


@pytest.mark.parametrize(
    ("data", "own", "words"),
    [
        rarely(LINES.splitlines(True)[0].encode(), None, "All usable rows are alike (1)"),
        (LINES.splitlines(True)[0].encode() * 50, None, "All usable rows are alike (50)"),
        rarely(labelled(" "), None, "No row can be used"),
        rarely(labelled("x"), None, "only one label"),
        (labelled("xy"), labelled("xyz"), "in the evaluation part only"),
        rarely(labelled("xy"), labelled(" "), "No row of the evaluation files"),
    ],
    ids=["one", "alike", "no labels", "one label", "other labels", "no labels to judge by"],
)
def test_data_that_nothing_can_be_learned_from_is_refused(
    tmp_path: Path, data: bytes, own: bytes | None, words: str
) -> None:
    (tmp_path / "rows").write_bytes(data)
    files: tuple[str | Path, ...] = ("--data", tmp_path / "rows")
    if own is not None:
        (tmp_path / "own").write_bytes(own)
        files += ("--eval-data", tmp_path / "own")
    ended = command("train", *files, "--out", tmp_path / "run")
    ended.assert_told(words, "Your files were not changed.")
    assert_cheap(ended)
    assert not (tmp_path / "run").exists()


# --- models, settings and disks ------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("bad")
    save_model(folder / "model")
    (folder / "rows.jsonl").write_text(LINES)
    return folder


@pytest.fixture
def data(place: Path) -> tuple[str | Path, ...]:
    return ("train", "--data", place / "rows.jsonl", "--model", place / "model")


def huge_model(source: Path, folder: Path) -> Path:
    """A folder that says it holds 137 GB of weights; the file has that size, and nothing in it."""
    shutil.copytree(source, folder)
    config = json.loads((folder / "config.json").read_text())
    hidden, inner, layers, heads = 8192, 28672, 80, 64
    config |= {"hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers}
    config |= {"num_attention_heads": heads, "num_key_value_heads": 8, "head_dim": hidden // heads}
    (folder / "config.json").write_text(json.dumps(config))
    shapes = {
        "model.embed_tokens": (320, hidden),
        "model.norm": (hidden,),
        "lm_head": (320, hidden),
    }
    for layer in range(layers):
        block: dict[str, tuple[int, ...]] = {
            f"self_attn.{name}_proj": (hidden, hidden) for name in "qo"
        }
        block |= {f"self_attn.{name}_proj": (1024, hidden) for name in "kv"}
        block |= {"mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden)}
        block |= {"mlp.down_proj": (hidden, inner)}
        block |= {"input_layernorm": (hidden,), "post_attention_layernorm": (hidden,)}
        shapes |= {f"model.layers.{layer}.{name}": shape for name, shape in block.items()}
    entries, end = {}, 0
    for name, (rows, *columns) in shapes.items():
        begin, end = end, end + 2 * rows * (columns[0] if columns else 1)
        entry = {"dtype": "BF16", "shape": [rows, *columns], "data_offsets": [begin, end]}
        entries[f"{name}.weight"] = entry
    header = json.dumps(entries).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + end)
    return folder


@posix
def test_a_model_that_is_too_large_is_refused_with_figures(place: Path, tmp_path: Path) -> None:
    model = huge_model(place / "model", tmp_path / "huge")
    run = RunFolder(tmp_path / "run")
    ended = command("train", "--data", place / "rows.jsonl", "-m", model, "--out", run.path)
    ended.assert_told("GB of memory", "Nothing was loaded", "choose a smaller model")
    assert ended.seconds < SECONDS
    assert ended.peak_bytes < 2_000_000_000  # the libraries, and nothing of the model
    assert run.state() == "failed"


@pytest.mark.parametrize("model", ["/nowhere", "nobody/nothing"])
def test_a_model_that_is_missing_is_told_before_a_run_is_made(
    place: Path, tmp_path: Path, model: str
) -> None:
    run = tmp_path / "run"
    ended = command("train", "--data", place / "rows.jsonl", "-m", model, "--out", run)
    ended.assert_told(model)
    assert not run.exists()


def test_a_learning_rate_of_ten_is_told_and_the_best_is_kept(
    data: tuple[str | Path, ...], tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "run")
    options = ("--epochs", "20", "--eval-every", "1", "--learning-rate", "10")
    ended = command(*data, "--out", run.path, *QUICK, *options)
    ended.assert_told("went wrong", "best checkpoint", "smaller learning rate")
    assert run.state() == "failed"
    assert list(run.checkpoints.glob("step-*"))


def test_a_run_folder_that_is_deleted_ends_the_training(
    data: tuple[str | Path, ...], tmp_path: Path
) -> None:
    with (
        a_run(tmp_path / "run") as run,
        running(*data, "--out", run.path, *ENDLESS, "--json") as train,
    ):
        train.wait_for(lambda event: event["kind"] == "loss")
        deleted(run.path)
        ended = train.end()
    assert ended.code == 1
    assert "is gone" in ended.err.splitlines()[-1]
    assert "Traceback" not in ended.err
    assert not run.path.exists()


def deleted(path: Path) -> None:
    """Take a folder away that somebody is still writing to."""
    path.rename(path.with_name("away"))
    shutil.rmtree(path.with_name("away"), ignore_errors=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 60 MB; skips where none can be made."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "none", str(disk)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("no small disk can be made here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_fills_up_costs_no_checkpoint_and_the_run_goes_on_later(
    data: tuple[str | Path, ...], small_disk: Path
) -> None:
    with (
        a_run(small_disk / "run") as run,
        running(*data, "--out", run.path, *ENDLESS, "--json") as train,
    ):
        kept = train.wait_for(lambda event: event["kind"] == "checkpoint")["name"]
        filled(small_disk / "films")
        ended = train.end()
    assert ended.code == 1
    assert "is full" in ended.err.splitlines()[-1]
    assert "Traceback" not in ended.err
    assert (run.checkpoints / kept / "complete.json").exists()
    (small_disk / "films").unlink()
    with running("train", run.path, "--json") as resumed:
        first = resumed.wait_for(lambda event: event["kind"] == "loss")["step"]
        run.command("stop_keep")
        ended = resumed.end()
    assert first > int(kept.removeprefix("step-")) - 1
    assert ended.code == 0, ended.err
    assert run.state() == "stopped"


def filled(path: Path) -> None:
    """Write until nothing fits any more."""
    with pytest.raises(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 100_000):
            pass


def test_a_place_where_no_run_can_be_made_is_told(
    data: tuple[str | Path, ...], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "run", tmp_path):
        ended = command(*data, "--out", out)
        ended.assert_told(str(out))
    assert (tmp_path / "file").read_text() == "mine"
