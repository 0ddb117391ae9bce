"""Rules that import-linter and ruff cannot say, read from the syntax tree of every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "desktop_llm"
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}

QT = {"PySide6", "shiboken6", "qtawesome", "qtpy", "PyQt5", "PyQt6"}
TORCH = {"torch", "transformers", "accelerate", "peft", "trl", "datasets"}
WINDOW = ("app.py", "core/", "library/", "services/", "storage/", "ui/")
WINDOW_SIDE_OF_ENGINE = {f"engine/{name}.py" for name in ("protocol", "errors", "process_engine")}
NO_QT = ("core/", "documents/", "engine/", "library/", "server/", "storage/", "training/")
QT_ALLOWED = {
    "services/": {"PySide6.QtCore", "shiboken6"},
    "ui/": {
        *(f"PySide6.Qt{name}" for name in ("Core", "Gui", "Widgets", "Svg", "SvgWidgets")),
        *(f"PySide6.Qt{name}" for name in ("Network", "PrintSupport", "DBus")),
        "shiboken6",
        "qtawesome",
    },
}
QT_ALLOWED["app.py"] = QT_ALLOWED["ui/"]

WRITES_FILES = "core/files.py"
COLOURS = {"ui/theme.py", "ui/style_sheet.py"}
PRINTS = ("__main__.py", "cli", "bench/", "engine/worker.py")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def files(*places: str) -> Iterator[tuple[str, ast.Module]]:
    """The files below `places`; all without any."""
    yield from (
        (name, tree) for name, tree in TREES.items() if not places or name.startswith(places)
    )


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module that is imported anywhere in `tree`, inside functions too, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [alias.name for alias in node.names]
            whole = node.module in {"PySide6", "desktop_llm", "os", "torch"}
            yield from (
                (f"{node.module}.{n}" if whole else node.module, node.lineno) for n in names
            )


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call in `tree` with the name it goes by: `open`, `path.open`, `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def literal(call: ast.Call, keyword: str) -> object:
    """The value of a keyword argument that is written out, else an object equal to nothing."""
    for argument in call.keywords:
        if argument.arg == keyword and isinstance(argument.value, ast.Constant):
            return argument.value.value
    return object()


def root(module: str) -> str:
    return module.partition(".")[0]


def test_below_services_nothing_names_qt():
    found = [f"{n}:{at} {m}" for n, t in files(*NO_QT) for m, at in imported(t) if root(m) in QT]
    assert found == []


@pytest.mark.parametrize("place", QT_ALLOWED)
def test_each_layer_names_only_its_qt_modules(place):
    found = [
        f"{name}:{line} {module}"
        for name, tree in files(place)
        for module, line in imported(tree)
        if root(module) in QT and module not in QT_ALLOWED[place]
    ]
    assert found == []


def test_no_module_of_the_window_names_torch_not_even_inside_a_function():
    found = [
        f"{name}:{line} {module}"
        for name, tree in TREES.items()
        if name.startswith(WINDOW) or name in WINDOW_SIDE_OF_ENGINE
        for module, line in imported(tree)
        if root(module) in TORCH
    ]
    assert found == []


def test_the_engine_leaves_peft_to_who_puts_an_adapter_on():
    waiting, seen = {"engine/worker.py", "engine/transformers_engine.py"}, set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for statement in TREES[name].body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                modules = [module for module, _ in imported(statement)]
                assert "peft" not in {root(module) for module in modules}, name
                ours = {f"{m.removeprefix('desktop_llm.').replace('.', '/')}.py" for m in modules}
                waiting |= (ours & TREES.keys()) - seen
    assert "engine/loading.py" in seen


def test_importing_a_package_imports_nothing_heavy():
    found = [
        f"{name}:{line} {module}"
        for name, tree in TREES.items()
        if name.endswith("__init__.py")
        for module, line in imported(tree)
        if root(module) in TORCH | QT | {"pydantic"}
    ]
    assert found == []


def test_every_loading_call_stays_local_and_runs_no_foreign_code():
    found = []
    for name, tree in TREES.items():
        for called, call in calls(tree):
            loads = called.split(".")[-1] in {"from_pretrained", "from_config", "load_dataset"}
            ours = called.startswith(("self.", "cls."))
            if not loads or ours:
                continue
            local = called.endswith("from_config") or literal(call, "local_files_only") is True
            if literal(call, "trust_remote_code") is not False or not local:
                found.append(f"{name}:{call.lineno} {called}")
    assert found == []


BANNED_IMPORTS = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "os.system"}
BANNED_CALLS = {
    "eval",
    "exec",
    "torch.load",
    "yaml.load",
    "os.system",
    "os.popen",
    "tempfile.mktemp",
}


def test_nothing_is_unpickled_evaluated_or_given_to_a_shell():
    found = []
    for name, tree in TREES.items():
        found += [f"{name}:{at} {m}" for m, at in imported(tree) if {m, root(m)} & BANNED_IMPORTS]
        for called, call in calls(tree):
            if called in BANNED_CALLS or any(
                k.arg == "shell" and literal(call, "shell") is not False for k in call.keywords
            ):
                found.append(f"{name}:{call.lineno} {called}")
    assert found == []


def test_files_are_written_by_the_one_helper():
    found = [
        f"{name}:{call.lineno} {called}"
        for name, tree in TREES.items()
        if name != WRITES_FILES
        for called, call in calls(tree)
        if called.endswith((".write_text", ".write_bytes")) or opens_for_text(called, call)
        if "/proc/" not in called  # a switch of the kernel, not a file
    ]
    assert found == []


def opens_for_text(called: str, call: ast.Call) -> bool:
    """Whether `call` opens a file to write text.

    Streams that cannot be written in one piece have their place: a download (binary), and the logs
    (`os.fdopen` of a descriptor that was opened for the owner only).
    """
    if called.split(".")[-1] != "open" or called == "os.open":
        return False
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    modes = [text for text in texts if re.fullmatch(r"[rwaxbt+]{1,3}", text)]
    return any("b" not in mode and set(mode) & set("wax+") for mode in modes)


def test_only_the_command_line_prints():
    found = [
        f"{name}:{call.lineno}"
        for name, tree in TREES.items()
        if not name.startswith(PRINTS)
        for called, call in calls(tree)
        if called == "print"
    ]
    assert found == []


def test_colours_are_in_the_theme_only():
    colour = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b")
    found = []
    for name, tree in files("ui/", "app.py"):
        if name in COLOURS:
            continue
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else ""
            if isinstance(text, str) and colour.fullmatch(text):
                found.append(f"{name}:{node.lineno} {text}")  # type: ignore[attr-defined]
        found += [f"{name}:{c.lineno} {f}" for f, c in calls(tree) if f.endswith("setStyleSheet")]
    assert found == []


def test_no_file_and_no_function_is_too_long():
    found = []
    for name, tree in TREES.items():
        lines = len((PACKAGE / name).read_text(encoding="utf-8").splitlines())
        found += [f"{name}: {lines} lines"] if lines > LONGEST_FILE else []
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{name}:{node.lineno} {node.name}: {length} lines")
    assert found == []


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [name for name in TREES if vague & set(re.split(r"[/_.]", name))] == []


def test_the_top_level_is_what_it_should_be():
    """`packaging` has no __init__: it would hide the library of that name from everything here."""
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert (ROOT / "LICENSE").is_file()
