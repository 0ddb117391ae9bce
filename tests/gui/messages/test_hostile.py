"""Hostile text is drawn as text, soon, and nothing is opened: watched in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

SECONDS = 3.0
"""Of processor time for reading, laying out and painting; 0.5 on a machine that is not slow."""

M = 1_000_000
DEEP_TEX = "\\frac{1}{" * 2000 + "x" + "}" * 2000
TARGETS = (
    "file:///etc/passwd", "data:image/png;base64,iVBORw0KGgo=", "\\\\evil.example\\share\\x.png",
    "//evil.example/x.png", "http://evil.example/x.png", "javascript:alert(1)", "qrc:/x.png",
    "ftp://evil.example/x", "data:text/html,<script>alert(1)</script>", "C:\\secret.txt",
    "smb://evil.example/x", "vbscript:x", "about:blank", "/etc/passwd", "../../etc/passwd",
)  # fmt: skip
FORMS = ("![alt]({})", "[text]({})", "![alt][r]\n\n[r]: {}", '<img src="{}">', "<{}>")

SNIPPETS: dict[str, str] = {
    **{f"{form!r} {target}": form.format(target) for form in FORMS for target in TARGETS},
    "reference link": "[a][r] [r] [b][r]\n\n[r]: file:///etc/passwd 'title'",
    "many reference links": "".join(f"[{n}]: http://x/{n}\n" for n in range(3000)) + "[1] [2]",
    "reference to itself": "[a]: [a]\n[a][a][a]\n" * 500,
    "link in an image": "[![a](file:///x)](javascript:x)",
    "style": "<style>@import url(http://evil.example/x.css);</style><p style='background:url(x)'>",
    "script": "<script src='http://evil.example/x.js'></script>",
    "frames": "<iframe src='file:///etc/passwd'></iframe><object data='x'></object><embed src='x'>",
    "svg": "<svg><image href='file:///etc/passwd'/><use href='http://evil.example#x'/></svg>",
    "html table": "<table background='file:///x'>" + "<tr><td>" * 5000,
    "entities": "&lt;img src=x&gt; &#0; &#x1F600; &#xD800; " * 500,
    "unclosed comment": "<!-- " * 20_000,
    "bidi": "\u202eexe.fdp\u202c \u2066x\u2069 \u200f\u200e \u061c " * 500,
    "zalgo": "Z" + "\u0301\u0302\u0303\u0334\u0353" * 4000,
    "nuls": "\x00" * 50_000,
    "control characters": "".join(map(chr, range(32))) * 500,
    "surrogates": "\ud800\udc00\udfff" * 3000,
    "the toolkit's own characters": "\ufdd0\ufdd1\ufffc\ufffd\u2028\u2029\ufeff" * 2000,
    "private and unassigned characters": "\ue000\U000e0001\U0010ffff" * 2000,
    "family of emoji": "👨‍👩‍👧‍👦" * 3000,
    "wide spaces": "\u3000\u00a0\u200b\u2060" * 5000,
    "quotes": ">" * (5 * M),
    "quotes by line": "\n".join(">" * n + " x" for n in range(1, 400)),
    "lists by line": "\n".join("  " * n + "- x" for n in range(400)),
    "numbered lists": "1. " * 100_000,
    "quotes in lists": "> - " * 50_000,
    "tables in quotes": ("> | a | b |\n> |---|---|\n" + "> | x | y |\n" * 20) * 500,
    "wide table": "| a " * 30_000 + "|\n" + "|-" * 30_000 + "|\n" + "| b " * 30_000,
    "long table": "| a | b |\n|---|---|\n" + "| x | y |\n" * 500_000,
    "many tables": "| a |\n|---|\n| b |\n\n" * 5000,
    "5 MB of table": "| a " * M + "\n" + "|-" * M,
    "brackets": "[" * 100_000,
    "bracket pairs": "[]" * 50_000,
    "nested brackets": "[" * 50_000 + "]" * 50_000,
    "nested links": "[a](" * 20_000,
    "images unclosed": "![" * 50_000,
    "closed and opened": "](" * 50_000,
    "emphasis": "*a " * 50_000,
    "emphasis pairs": "*_" * 100_000,
    "emphasis bomb": "***" * 10_000 + "a" + "***" * 10_000,
    "underscores": "a_b" * 30_000,
    "strikethrough": "~~a " * 30_000,
    "backticks": "".join("`" * n + " " for n in range(1, 600)),
    "fences": "```\n" * 30_000,
    "fences of different lengths": "".join("`" * n + "\n" for n in range(3, 400)),
    "headings": "# a\n" * 20_000,
    "underlined": "a\n=\n" * 20_000,
    "rules": "---\n" * 20_000,
    "backslashes": "\\" * 200_000,
    "escapes": "\\*" * 100_000,
    "addresses": "http://a.b/c " * 8000,
    "angle brackets": "<http://" * 20_000,
    "mail": "<a@b" * 20_000,
    "ampersands": "&" * 100_000,
    "one line": "x" * M,
    "one line of words": "word " * (M // 5),
    "one line of Chinese": "字" * M,
    "one line of code": "```\n" + "x" * M + "\n```",
    "newlines": "\n" * M,
    "blank lines": " \n" * (M // 2),
    "tabs": "\t" * M,
    "returns": "\r" * M,
    "dollars": "$" * 100_000,
    "dollars apart": "$ " * 50_000,
    "dollar words": "$a " * 30_000,
    "many formulas": "$x_1$ " * 15_000,
    "many different formulas": "".join(f"$x_{{{n}}}$ " for n in range(8000)),
    "unclosed blocks": "$$\nx\n\n" * 15_000,
    "opened brackets": "\\[\n" * 30_000,
    "opened, then text": ("\\[\n" * 70 + "\\] x\n") * 400,
    "opened in line": "\\(" * 50_000,
    "environments": "\\begin{align}\n" * 7000,
    "environments, then text": ("\\begin{align}\n" * 70 + "\\end{align} x\n") * 80,
    "deep formula": f"$${DEEP_TEX[:3900]}$$",
    "deep braces": "$" + "{" * 1900 + "}" * 1900 + "$",
    "long formula": "$$" + "a+" * 50_000 + "$$",
    "formula with an address": "$\\href{file:///etc/passwd}{x} \\includegraphics{/etc/passwd}$",
    "formula that reads": "$\\input{/etc/passwd} \\openin5=/etc/passwd \\write18{id}$",
    "formula with definitions": "$\\def\\a{\\a\\a}\\a \\newcommand{\\b}{\\b\\b}\\b$",
    "formula with markup": "$<img src='file:///etc/passwd'> &lt; \\text{<script>}$",
    "huge formula": "$\\rule{99999em}{99999em} \\hspace{1e9em} \\Huge x$",
    "formula of nothing but wide signs": "$" + "\\overbrace{" * 20 + "x" + "}" * 20 + "$",
    "quadratic binomials": "$" + "\\binom{" * 500 + "$",
    "nothing": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """What happened to each snippet, in one process that watches itself."""
    run = subprocess.run(
        [sys.executable, "-m", __name__],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return {each["name"]: each for each in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("name", SNIPPETS, ids=lambda name: name[:40])
def test_hostile_text_is_drawn_soon_and_opens_nothing(
    name: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    outcome = outcomes[name]

    assert outcome["events"] == []
    assert outcome["seconds"] < SECONDS
    assert outcome["painted"]


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_is_shown_as_its_description(
    target: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    shown = outcomes[f"{FORMS[0]!r} {target}"]["text"]

    assert shown == "[image: alt]"
    assert "<img" in outcomes[f"{FORMS[3]!r} {target}"]["text"]


def test_nothing_was_drawn_or_left_behind_by_the_formulas(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert outcomes["the end"]["events"] == []


# What the process does


def _watch(events: list[str]) -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        started = event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen")
        if started or event.startswith(("os.exec", "os.spawn", "os.posix_spawn", "os.system")):
            events.append(f"{event} {arguments[:1]}")

    sys.addaudithook(hook)


def _run() -> None:
    from PySide6.QtWidgets import QApplication

    from desktop_llm.ui import i18n, theme
    from desktop_llm.ui.chat.messages import MessageList
    from desktop_llm.ui.chat.messages.math_formulas import formulas
    from tests.gui.messages.samples import ANSWER, message

    app = QApplication([])
    i18n.install(app, "en")
    theme.apply(app, "light")
    view = MessageList()
    view.resize(900, 700)
    view.show()

    def settle(seconds: float) -> None:
        end = time.monotonic() + seconds
        while formulas()._working and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.005)

    view.set_messages([message(0, content=ANSWER)])  # loads fonts, lexers and the formulas' library
    view.grab()
    settle(20)
    events: list[str] = []
    _watch(events)
    for name, text in SNIPPETS.items():
        events.clear()
        started = time.thread_time()
        view.set_messages([message(1, content=text)])
        painted = not view.grab().isNull()
        spent = time.thread_time() - started
        view.select_all()
        shown = view.selected_text()[:500] if len(text) < 1000 else ""
        shown = shown.encode("utf-8", "replace").decode()
        result = {"name": name, "seconds": spent, "painted": painted, "text": shown}
        print(json.dumps({**result, "events": events[:5]}), flush=True)
    settle(3)
    print(json.dumps({"name": "the end", "events": events[:5]}), flush=True)
    view.close()


if __name__ == "__main__":
    _run()
