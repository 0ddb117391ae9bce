"""How a program asks the server: to copy and run."""

from __future__ import annotations

_CURL = """\
curl {address}/chat/completions \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "default", "messages": [{"role": "user", "content": "Hello!"}]}'
"""
_PYTHON = """\
from openai import OpenAI

client = OpenAI(base_url="{address}", api_key="{key}")
answer = client.chat.completions.create(
    model="default", messages=[{"role": "user", "content": "Hello!"}]
)
print(answer.choices[0].message.content)
"""
EXAMPLES = {"curl": _CURL, "Python": _PYTHON}


def example(kind: str, address: str, key: str) -> str:
    """The example `kind` for the server at `address`; “default” is whatever model is loaded."""
    return EXAMPLES[kind].replace("{address}", address).replace("{key}", key)
