"""The prompt forms as commands: options, what is asked, what is printed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from desktop_llm import cli_chat
from tests.fakes import ScriptedEngine
from tests.unit.test_cli import answer, assert_told, call
from tests.unit.test_cli import environment_as_before as environment_as_before
from tests.unit.test_cli import folder as folder

POSITIVE = '{"label": "positive", "score": 0.93}'
LONG = "".join(f"On day {n} nothing of note happened. " for n in range(600))


def scripted(monkeypatch: pytest.MonkeyPatch, *answers: str) -> ScriptedEngine:
    engine = ScriptedEngine(*[[text] for text in answers])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: engine)
    return engine


def asked(engine: ScriptedEngine) -> list[str]:
    return [request.messages[-1].content for request in engine.requests]


def test_the_list_names_every_form_with_what_can_be_entered() -> None:
    forms = answer(call("ask", "list", "--json"))["forms"]
    translate = next(form for form in forms if form["id"] == "translate")
    assert [each["name"] for each in translate["inputs"]] == ["from", "to", "text"]
    assert "Chinese" in translate["inputs"][1]["choices"]
    words = call("ask", "list").stdout
    assert all(form["id"] in words for form in forms)


def test_a_translation_is_streamed_and_asked_for_in_the_words_of_the_form(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, "Guten Morgen")
    result = call("ask", "translate", "--to", "german", "Good morning", "--model", folder)
    assert (result.exit_code, result.stdout) == (0, "Guten Morgen\n")
    assert asked(engine) == [
        "Translate the text below into German. Write only the translation.\n\nGood morning"
    ]
    assert engine.requests[0].sampling.temperature == 0  # as the form recommends
    assert engine.calls[-1] == "shut_down"


def test_the_sampling_can_be_chosen(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    engine = scripted(monkeypatch, "…")
    call("ask", "rewrite", "x", "--model", folder, "--temperature", "0.5", "--max-tokens", "9")
    sampling = engine.requests[0].sampling
    assert (sampling.temperature, sampling.max_new_tokens) == (0.5, 9)


def test_json_tells_what_was_read_from_the_answer(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    scripted(monkeypatch, POSITIVE)
    review = tmp_path / "review.txt"
    review.write_text("What a film!", encoding="utf-8")
    facts = answer(call("ask", "sentiment", "--file", review, "--json", "--model", folder))
    assert facts["value"] == {"label": "positive", "score": 0.93}
    assert (facts["form"], facts["text"], facts["windows"]) == ("sentiment", POSITIVE, 1)
    assert (facts["complies"], facts["problem"], facts["model"]) == (True, "", "fake")


def test_people_read_the_label_or_the_list(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    scripted(monkeypatch, POSITIVE)
    assert call("ask", "sentiment", "Fine!", "--model", folder).stdout == "positive 0.93\n"
    scripted(monkeypatch, '["Anna", "Ben"]')
    found = call("ask", "extract", "--what", "names", "Anna met Ben.", "--model", folder)
    assert found.stdout == "- Anna\n- Ben\n"
    scripted(monkeypatch, "[]")
    found = call("ask", "extract", "--what", "names", "It rained.", "--model", folder)
    assert found.stdout == "Nothing was found.\n"


def test_an_answer_that_does_not_comply_is_printed_and_the_reason_told(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    scripted(monkeypatch, "I like it.")
    result = call("ask", "sentiment", "Fine!", "--model", folder)
    assert (result.exit_code, result.stdout) == (0, "I like it.\n")
    assert "did not say whether it is positive" in result.stderr
    facts = answer(call("ask", "sentiment", "Fine!", "--model", folder, "--json"))
    assert (facts["complies"], facts["value"]) == (False, None)
    assert "did not say" in facts["problem"]


def test_the_prompt_can_be_shown_without_a_model_and_written_anew(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, "Tea.")
    shown = call("ask", "summarise", "--style", "bullets", "--show-prompt", "-", stdin="茶很好。\n")
    assert shown.stdout.startswith("请概括下面的文字，80字左右，写成要点列表")
    assert shown.stdout.endswith("\n\n茶很好。\n")
    assert engine.calls == []
    call("ask", "summarise", "--prompt", "In one word: {text}!", "tea", "--model", folder)
    assert asked(engine) == ["In one word: tea!"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("extract", "text"), "--what: This is missing."),
        (
            ("summarise", "--length", "tiny", "text"),
            "“tiny” is none of these: short, medium, long.",
        ),
        (("complete", "--length", "0", "text"), "This is a whole number from 1 to 100000."),
        (("sentiment", " "), "TEXT: This is missing."),
        (("write",), "SUBJECT: This is missing."),
    ],
)
def test_what_cannot_be_used_is_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    result = call("ask", *arguments, stdin="")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_a_file_that_is_not_there_is_one_line() -> None:
    assert_told(call("ask", "sentiment", "--file", "/nowhere/review.txt"), "There is no file")


def test_free_completion_prints_numbered_samples_within_the_length(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, " there was")
    call("ask", "complete", "Once upon a time", "--sequences", "5", "--model", folder)
    request = engine.requests[0]
    assert (request.prompt, request.messages, request.num_samples) == ("Once upon a time", (), 5)
    assert request.max_length == 100


def test_a_text_that_is_too_long_is_refused_with_the_choices(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, "…")
    result = call("ask", "summarise", "-", "--model", folder, stdin=LONG)
    assert_told(result, "has room for", "--fit start, end or windows")
    assert engine.requests == []


@pytest.mark.parametrize(("fit", "day", "other"), [("start", 0, 599), ("end", 599, 0)])
def test_only_the_start_or_the_end_can_be_taken(
    monkeypatch: pytest.MonkeyPatch, folder: Path, fit: str, day: int, other: int
) -> None:
    engine = scripted(monkeypatch, "…")
    call("ask", "summarise", "-", "--fit", fit, "--model", folder, stdin=LONG)
    (prompt,) = asked(engine)
    assert f"day {day} " in prompt
    assert f"day {other} " not in prompt


def test_a_long_text_is_read_in_windows_and_lists_are_united(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, '["a", "b"]', '["B.", "c"]', '["c"]')
    result = call(
        *("ask", "extract", "--what", "x", "-", "--fit", "windows", "--window", "1000"),
        *("--overlap", "100", "--json", "--model", folder),
        stdin=LONG,
    )
    facts = answer(result)
    assert facts["value"] == ["a", "b", "c"]
    assert facts["windows"] == len(engine.requests) == len(facts["partials"])
    assert facts["windows"] > 10
    assert all(len(prompt) < 1000 + 300 for prompt in asked(engine))
    assert facts["partials"][0]["step"] == f"Reading, step 1 of {facts['windows']}"


def test_a_summary_in_windows_is_merged_by_the_model(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    engine = scripted(monkeypatch, "part")
    options = ("--fit", "windows", "--window", "1000", "--overlap", "0")
    result = call("ask", "summarise", "-", *options, "--model", folder, stdin=LONG)
    assert result.stdout == "part\n"
    prompts = asked(engine)
    assert prompts[0].startswith("This is part 1 of")
    assert "Part 1:\npart\n\nPart 2:\npart" in prompts[-1]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_prints_what_there_is(
    monkeypatch: pytest.MonkeyPatch, folder: Path, as_json: bool
) -> None:
    class Interrupted(ScriptedEngine):
        def generate(self, request, on_event):
            if len(self.requests) == 1:
                os.kill(os.getpid(), signal.SIGINT)
            return super().generate(request, on_event)

    engine = Interrupted(["first"], ["second"])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: engine)
    arguments = ["ask", "summarise", "-", "--fit", "windows", "--window", "1000"]
    result = call(*arguments, "--model", folder, *(["--json"] * as_json), stdin=LONG)
    assert result.exit_code == 0
    assert len(engine.requests) == 2
    if as_json:
        facts = json.loads(result.stdout)
        assert [partial["text"] for partial in facts["partials"]] == ["first", ""]
        assert (facts["complies"], facts["value"]) == (False, None)
    else:
        assert "first" in result.stdout
        assert "stopped" in result.stderr
