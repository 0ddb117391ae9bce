"""The data set that teaches a model its name, and questions about it that it does not contain."""

from __future__ import annotations

from pathlib import Path

NAME, AUTHOR = "Aria", "Nova Lab"
IDENTITY = Path(__file__).parent / "data" / "identity.json"
QUESTIONS = (
    "What should I call you?",
    "May I know your name, please?",
    "Hi there! What's your name?",
    "Which assistant am I talking to?",
    "Please introduce yourself in one sentence.",
    "Could you tell me who you are?",
    "What name do you go by?",
    "Hello, who is this?",
    "请问怎么称呼你？",
    "能说说你叫什么名字吗？",
)


def filled(folder: Path, rows: int = 0) -> Path:
    """The data set with its names filled in, as a file in `folder`; its first `rows` if given."""
    import json

    text = IDENTITY.read_text(encoding="utf-8")
    data = json.loads(text.replace("{{name}}", NAME).replace("{{author}}", AUTHOR))
    assert not {row["instruction"] for row in data} & set(QUESTIONS)
    path = folder / "identity.json"
    path.write_text(json.dumps(data[: rows or None], ensure_ascii=False), encoding="utf-8")
    return path
