"""What columns are called that play a role, in English and Chinese."""

from __future__ import annotations

# Best names first.
NAMES: dict[str, tuple[str, ...]] = {
    "messages": (
        "messages", "conversations", "conversation", "dialogue", "dialog", "chat", "turns",
        "对话", "消息", "会话",
    ),
    "prompt": (
        "instruction", "prompt", "question", "query", "user", "human", "request", "task", "q",
        "指令", "问题", "提问", "提示", "提示词", "用户", "问",
    ),
    "completion": (
        "output", "completion", "response", "answer", "reply", "assistant", "gpt", "bot", "a",
        "输出", "回答", "答案", "回复", "答复", "助手", "答",
    ),
    "input": ("input", "context", "输入", "上下文", "背景"),
    "system": ("system", "system_prompt", "系统", "系统提示", "系统提示词"),
    "history": ("history", "历史", "历史对话"),
    "text": (
        "text", "content", "sentence", "document", "review", "comment", "message", "tweet",
        "body", "article", "passage", "abstract", "headline", "title", "story",
        "文本", "内容", "句子", "正文", "文章", "评论", "标题",
    ),
    "label": (
        "label", "labels", "class", "category", "sentiment", "target", "topic", "intent",
        "emotion", "polarity", "label_text", "label_name", "rating", "stars",
        "标签", "类别", "分类", "情感", "类型", "主题", "意图",
    ),
    "tokens": ("tokens", "words", "词", "词语"),
    "tags": ("tags", "ner_tags", "pos_tags", "ner", "labels", "标注"),
    "chosen": ("chosen", "preferred", "chosen_response"),
    "rejected": ("rejected", "dispreferred", "rejected_response"),
}  # fmt: skip
_ALL = frozenset(name for names in NAMES.values() for name in names)


def plain(column: str) -> str:
    """`column` as it is compared: “System Prompt” is “system_prompt”."""
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def is_known(column: str) -> bool:
    """Whether a heading of this name says what the column is for."""
    return plain(column) in _ALL


def find(role: str, columns: list[str]) -> str | None:
    """The column that by its name plays `role`."""
    by_name = {plain(column): column for column in reversed(columns)}
    return next((by_name[name] for name in NAMES[role] if name in by_name), None)
