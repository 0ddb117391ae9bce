from __future__ import annotations

import json

from desktop_llm.core.paths import resource
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.training.data.check import check
from desktop_llm.training.data.fingerprint import sha256
from desktop_llm.training.data.reading import examples
from desktop_llm.training.data.types import MAX_REJECTED, MAX_SAMPLES, DataReport
from desktop_llm.training.job import DataFile, DataSpec


def answers(count, start=0):
    return [
        {"instruction": f"Question {i}?", "output": f"Answer {i}."}
        for i in range(start, start + count)
    ]


def reviews(labels):
    return [{"text": f"Review {i}", "label": label} for i, label in enumerate(labels)]


def said(texts):
    return " ".join(map(str, texts))


def test_good_data_has_neither_problems_nor_notes(checked):
    report = checked(answers(200))
    assert (report.problems, report.notes) == ((), ())
    assert (report.train_rows, report.eval_rows) == (180, 20)
    assert len(report.files[0].samples) == MAX_SAMPLES


def test_all_refused_rows_are_counted_and_the_first_are_kept(checked):
    (file,) = checked([*answers(20), *[{"instruction": "a", "output": ""}] * 300]).files
    assert (file.rows, file.kept, file.rejected_count) == (320, 20, 300)
    assert len(file.rejected) == MAX_REJECTED
    assert file.rejected[0].line == 21


def test_rows_that_are_all_refused_are_a_problem(checked):
    assert "No row can be used" in said(checked([{"instruction": "a", "output": ""}] * 3).problems)


def test_one_row_or_all_alike_leave_nothing_to_judge_by(checked):
    for rows in (answers(1), answers(1) * 30):
        assert f"alike ({len(rows)})" in said(checked(rows).problems)
    report = checked(answers(1) * 30, held_out=[answers(20, start=50)])
    assert report.problems == ()
    assert report.duplicates == 29


def test_two_rows_are_enough(checked):
    report = checked(answers(2))
    assert (report.train_rows, report.eval_rows, report.problems) == (1, 1, ())
    assert "few rows to learn from (1)" in said(report.notes)


def test_one_label_is_a_problem(checked):
    assert "only one label, “a”" in said(checked(reviews("aaaa")).problems)


def test_labels_with_one_row_each_leave_nothing_to_judge_by(checked):
    assert "each label has one row only" in said(checked(reviews("abc")).problems)


def test_missing_labels_are_a_problem(checked):
    assert "the text and its label" in said(checked([{"text": "a"}] * 5, task="classify").problems)
    unlabelled = [{"text": "a", "label": None}] * 5
    assert "No row can be used" in said(checked(unlabelled, task="classify").problems)


def test_a_label_in_the_evaluation_part_only_is_a_problem(checked):
    report = checked(reviews("ab" * 20), held_out=[reviews("abc" * 5)])
    assert "could not be learned: c" in said(report.problems)
    assert report.eval_rows == 15


def test_too_many_labels_are_a_problem(checked):
    report = checked(reviews([str(i) for i in range(1_001)] * 2))
    assert "1001 different labels" in said(report.problems)


def test_uneven_labels_are_noted(checked):
    assert "“a” has" in said(checked(reviews("a" * 95 + "b" * 5)).notes)


def test_evaluation_files_without_usable_rows_are_a_problem(checked):
    report = checked(answers(50), held_out=[[{"instruction": "a", "output": ""}]])
    assert "evaluation files" in said(report.problems)


def test_rows_in_both_parts_are_noted(checked):
    report = checked(answers(50), held_out=[answers(20, start=40)])
    assert "trained on too: 10" in said(report.notes)
    assert (report.train_rows, report.eval_rows) == (50, 20)


def test_files_for_different_tasks_need_a_decision(checked):
    report = checked(answers(5), reviews("abab"))
    assert report.task is None
    assert "different tasks" in said(report.problems)
    assert "question and the answer" in said(
        checked(answers(5), reviews("ab"), task="sft").problems
    )


def test_unfilled_placeholders_are_noted_and_counted_by_rows(checked):
    rows = [{"instruction": "{{name}}, {{name}}", "output": "{{ author }}"}, *answers(30)]
    report = checked(rows)
    assert report.placeholders == {"name": 1, "author": 1}
    assert "{{author}}, {{name}}" in said(report.notes)
    assert report.problems == ()
    assert checked(rows, fill={"name": "A", "author": "B"}).placeholders == {}


def test_the_hash_names_the_contents_not_the_file(checked, spec):
    one, other = checked(answers(9)), checked(json.dumps(answers(9)), name="other.json")
    assert one.sha256 == other.sha256
    assert one.sha256 == sha256(examples(spec(answers(9)), "sft"))  # type: ignore[arg-type]
    assert one.sha256 != checked(answers(8)).sha256
    assert one.sha256 != checked(answers(9)[::-1]).sha256


def test_progress_goes_from_file_to_file_up_to_one(spec, monkeypatch):
    monkeypatch.setattr("desktop_llm.documents.text_file.CHUNK", 1_000)
    seen: list[float] = []
    check(spec(answers(300), answers(10)), on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert seen[-1] == 1.0


def test_the_report_crosses_to_another_process_whole(checked):
    row = {"instruction": "a" * 9_999, "output": "é\ud800", "x": [1.5, None, {"y": float("nan")}]}
    report = checked("\n".join(json.dumps(r) for r in [row, *answers(3)]))
    assert from_plain(DataReport, json.loads(json.dumps(to_plain(report)))) == report
    assert len(report.files[0].samples[0].values["instruction"]) == 2_000


def test_the_sample_that_ships_is_good_data():
    path = resource("sample_data/pip_of_the_lighthouse.jsonl")
    report = check(DataSpec((DataFile(path),)))
    assert (report.task, report.problems, report.duplicates) == ("sft", (), 0)
    assert report.files[0].rejected_count == 0
    assert report.files[0].kept >= 60
    assert path.stat().st_size < 40_000
