"""What columns mean, and what becomes of a row."""

from __future__ import annotations

import pytest

from desktop_llm.core.generation import ChatMessage
from desktop_llm.training.data.errors import UnknownColumn

TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Ho"},
]
SHAREGPT = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]
HI_HO = [("user", "Hi"), ("assistant", "Ho")]


def said(examples):
    return [(m.role, m.content) for m in examples[0].messages]


@pytest.mark.parametrize(
    ("row", "layout", "expected"),
    [
        ({"instruction": "Hi", "output": "Ho"}, "alpaca", HI_HO),
        ({"instruction": "Add", "input": "1 2", "output": "3"}, "alpaca",
         [("user", "Add\n1 2"), ("assistant", "3")]),
        ({"instruction": "Hi", "output": "Ho", "system": "S", "history": [["a", "b"]]}, "alpaca",
         [("system", "S"), ("user", "a"), ("assistant", "b"), *HI_HO]),
        ({"prompt": "Hi", "completion": "Ho"}, "prompt_completion", HI_HO),
        ({"question": "Hi", "answer": "Ho", "id": 7}, "question_answer", HI_HO),
        ({"Question": "Hi", "Response": "Ho"}, "question_answer", HI_HO),
        ({"问题": "Hi", "回答": "Ho"}, "question_answer", HI_HO),
        ({"input": "Hi", "output": "Ho"}, "question_answer", HI_HO),
        ({"messages": TURNS}, "messages", [("system", "Be brief."), *HI_HO]),
        ({"messages": str(TURNS).replace("'", '"')}, "messages",
         [("system", "Be brief."), *HI_HO]),
        ({"conversations": SHAREGPT}, "sharegpt", HI_HO),
        ({"conversations": SHAREGPT, "system": "S"}, "sharegpt", [("system", "S"), *HI_HO]),
        ({"prompt": TURNS[1:2], "completion": TURNS[2:]}, "prompt_completion", HI_HO),
        (TURNS[1:], "messages", HI_HO),
    ],
)  # fmt: skip
def test_dialogues_are_recognised(checked, read, row, layout, expected):
    assert checked([row]).files[0].layout == layout
    examples, refused = read([row])
    assert (said(examples), refused) == (expected, [])


def test_content_in_parts_is_joined_and_other_parts_are_refused(read):
    text = {"type": "text", "text": "Hi"}
    picture = {"type": "image_url", "image_url": {"url": "x"}}
    answer = {"role": "assistant", "content": "Ho"}
    examples, refused = read([
        {"messages": [{"role": "user", "content": [text, text]}, answer]},
        {"messages": [{"role": "user", "content": [text, picture]}, answer]},
    ])  # fmt: skip
    assert said(examples) == [("user", "Hi\nHi"), ("assistant", "Ho")]
    assert refused == [(2, "Message {number} holds something else than text.")]


@pytest.mark.parametrize(
    ("row", "layout", "task"),
    [
        ({"text": "a", "label": "x"}, "text_label", "classify"),
        ({"Sentence": "a", "Sentiment": 1}, "text_label", "classify"),
        ({"内容": "a", "标签": "x"}, "text_label", "classify"),
        ({"text": "a", "source": "web"}, "text", "pretrain"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference", None),
        ({"prompt": "a", "completion": "b", "label": True}, "preference", None),
        ({"tokens": ["a"], "ner_tags": [0]}, "tokens_tags", None),
        ({"foo": "a", "bar": "b"}, "unknown", None),
    ],
)
def test_other_layouts_are_recognised(checked, row, layout, task):
    report = checked([row, row])
    (file,) = report.files
    assert (file.layout, file.task, report.task) == (layout, task, task)


def test_what_is_not_offered_is_said_by_name(checked):
    report = checked([{"prompt": "a", "chosen": "b", "rejected": "c"}] * 3)
    assert report.files[0].kept == 3
    assert "preferences" in report.problems[0].template


def test_columns_that_say_nothing_are_judged_by_their_values(checked):
    rows = [{"c1": f"a rather long text, number {i}", "c2": "xy"[i % 2]} for i in range(10)]
    assert checked(rows).files[0].mapping == {"text": "c1", "label": "c2"}


def test_labels_may_be_words_or_whole_numbers_or_yes_and_no(read):
    labels = ["a", " b ", 3, 4.0, True, 1.5, ["x"], "", None]
    examples, refused = read([{"text": "t", "label": x} for x in labels], task="classify")
    assert [e.label for e in examples] == ["a", "b", "3", "4", "True"]
    assert refused == [
        (6, "“{column}” is neither a word nor a whole number."),
        (7, "“{column}” is neither a word nor a whole number."),
        (8, "The label is missing."),
        (9, "The label is missing."),
    ]


def test_a_chosen_mapping_wins(read, checked):
    rows = [{"question": "q", "answer": "a", "note": "n"}]
    mapping = {"prompt": "note", "completion": "question"}
    examples, _ = read(rows, mapping=mapping)
    assert said(examples) == [("user", "n"), ("assistant", "q")]
    assert checked(rows, mapping=mapping).files[0].mapping == mapping


def test_a_mapping_to_a_column_that_is_not_there_is_refused(read):
    with pytest.raises(UnknownColumn) as caught:
        read([{"a": "b", "c": "d"}], mapping={"text": "nope"})
    assert caught.value.facts["columns"] == "a, c"


def test_a_half_done_mapping_is_a_problem(checked):
    report = checked([{"a": "b", "c": "d"}] * 2, mapping={"prompt": "a"}, task="sft")
    assert "question and the answer" in report.problems[0].template


def test_another_task_than_the_suggested_one_finds_its_columns(read):
    rows = [{"text": "good", "label": "x"}]
    examples, _ = read(rows, task="pretrain")
    assert [(e.text, e.label) for e in examples] == [("good", None)]
    _, refused = read(rows, task="sft")
    assert refused == [(1, "It is not known which columns hold what this task needs.")]


def test_files_of_different_layouts_are_read_together(read):
    examples, _ = read([{"prompt": "Hi", "completion": "Ho"}], [{"conversations": SHAREGPT}])
    assert [said([e]) for e in examples] == [HI_HO, HI_HO]
    assert [e.file for e in examples] == [0, 1]


def test_placeholders_are_filled_where_there_is_a_value(read):
    rows = [{"instruction": "{{ name }}?", "output": "I am {{name}} by {{author}} {{x y}}"}]
    examples, _ = read(rows, fill={"name": "Aria", "author": ""})
    assert examples[0].messages == (
        ChatMessage("user", "Aria?"),
        ChatMessage("assistant", "I am Aria by {{author}} {{x y}}"),
    )


def test_several_messages_out_of_order_are_refused_with_the_place(read):
    def dialogue(*roles):
        return {"messages": [{"role": r, "content": "x"} for r in roles]}

    rows = [
        dialogue("user", "user", "assistant"),
        dialogue("assistant", "user"),
        dialogue("user", "assistant", "user"),
        dialogue("user"),
        dialogue("user", "tool", "assistant"),
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": " "}]},
        {"messages": []},
        {"messages": [{"role": "user", "content": ""}, {"role": "assistant", "content": "x"}]},
    ]
    order = "Message {number} is out of order: user and assistant must take turns."
    assert read(rows, task="sft")[1] == [
        (1, order),
        (2, order),
        (3, "The dialogue does not end with an answer."),
        (4, "There is no message by the assistant."),
        (5, "Message {number} is by “{role}”; only system, user and assistant can be learned."),
        (6, "The answer is empty."),
        (7, "“{column}” is not a list of messages."),
        (8, "Message {number} is empty."),
    ]
