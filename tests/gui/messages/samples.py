"""Conversations that show everything a message can contain."""

from __future__ import annotations

from typing import Any

from desktop_llm.core.conversation import Message
from tests.values import FakeError, a_record

ANSWER = """\
Here is a **short plan** for reading a CSV file, with *two* ways to do it and a bit of \
`inline code`. More about it at [the manual](https://docs.python.org/3/library/csv.html).

## Which way is right?

1. Small files: the standard library
   - nothing to install
   - rows are plain lists
     - or dictionaries with `DictReader`
2. Large files: a data frame

   It keeps whole columns in memory.
3. Anything else
   - [x] measured
   - [ ] documented

| Way | Rows per second | Memory | Remark |
|:----|---------------:|:------:|--------|
| `csv` | 1,200,000 | low | part of Python |
| `pandas` | 4,800,000 | **high** | ~~slow~~ quick, but a large package |
| `polars` | 9,100,000 | medium | newest |

```python
import csv
from pathlib import Path

def read(path: Path) -> list[dict[str, str]]:
    \"\"\"All rows of the file.\"\"\"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))  # one dictionary per row

print(len(read(Path("people.csv"))), "rows, which is quite a lot of rows for a file like this one")
```

> Premature optimisation is the root of all evil.
>
> - and yet, we should not pass up our opportunities

---

The same in a shell:

```bash
wc -l people.csv | awk '{ print $1 - 1 }'
```

中文也可以：**本地运行**的语言模型不会把你的数据发送到任何地方。价格是 $5，公式 $E = mc^2$ 以后。
"""


def message(number: int, role: Any = "assistant", content: str = "", **changes: Any) -> Message:
    return Message(
        f"m{number}", "c", f"m{number - 1}" if number else None, role, content, **changes
    )


def conversation() -> list[Message]:
    """A question, a long answer, one that was interrupted, and one that failed."""
    return [
        message(0, "user", "How do I read a CSV file quickly?\n\nPlease compare the ways."),
        message(
            1,
            content=ANSWER,
            thinking="The person wants to read a CSV file.\n\nI should compare the ways.",
            generation=a_record(model="SmolLM2-135M-Instruct", new_tokens=412, tokens_per_s=37.4),
        ),
        message(2, "user", "And now write a long story. 写一个很长的故事。"),
        message(3, content="Once upon a time, there was a small", state="interrupted"),
        message(4, "user", 'Go on, and use this:\n\n```json\n{"name": "Ada", "age": 36}\n```'),
        message(5, state="failed", error=FakeError(detail="the child process ended")),
    ]


def many(count: int) -> list[Message]:
    """`count` messages of different lengths."""
    paragraphs = ANSWER.split("\n\n")
    made = []
    for number in range(count):
        if number % 2 == 0:
            made.append(message(number, "user", f"Question {number}: " + paragraphs[0][:60]))
        else:
            start = number % len(paragraphs)
            made.append(message(number, content="\n\n".join(paragraphs[start : start + 5])))
    return made
