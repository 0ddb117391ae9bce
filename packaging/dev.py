"""Desktop LLM from its source tree, in one command.

    python3 packaging/dev.py run               install, fetch the starter model, open the window
    python3 packaging/dev.py run -- ARGS       the same, then `desktop-llm ARGS`
    python3 packaging/dev.py test [ARGS]       lint, types, layers and the test suite; with ARGS
                                               only `pytest ARGS`
    python3 packaging/dev.py soak [ARGS]       the long tests

Needs nothing but Python 3.11 or newer. Everything is installed into `.venv` beside pyproject.toml;
a second run installs nothing and starts at once.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
OLDEST = (3, 11)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
WINDOWS = os.name == "nt"

# library: package on Debian and Ubuntu, on Fedora, on Arch
LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
    ),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
}
INSTALLERS = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
}


class Stop(Exception):
    """Something that the person has to do first, said in a sentence."""


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    command, *rest = arguments or ["help"]
    commands = {"run": run, "test": test, "soak": soak}
    if command not in commands:
        print(__doc__, file=sys.stderr)
        return 0 if command in {"help", "-h", "--help"} else 2
    try:
        check_python()
        return commands[command](rest[1:] if rest[:1] == ["--"] else rest)
    except Stop as stop:
        say(str(stop))
    except subprocess.CalledProcessError as error:
        say(f"This failed: {subprocess.list2cmdline(map(str, error.cmd))}")
    except KeyboardInterrupt:
        return 130
    return 1


def say(words: str) -> None:
    """Tell the person; on stderr, since stdout belongs to the program that is run."""
    print(f"dev.py: {words}", file=sys.stderr, flush=True)


# The three commands -----------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Open the window, or pass `arguments` to desktop-llm."""
    install("app")
    app = [str(program("python")), "-m", "desktop_llm"]
    if not arguments:
        arguments = ["gui"] if has_display() else ["chat"]
        if arguments == ["chat"]:
            say("There is no display here, so the chat is in this terminal. Ctrl+D ends it.")
        else:
            check_libraries({**LIBRARIES, **(X11_LIBRARIES if needs_x11() else {})})
    asks = {"-h", "--help"} & set(arguments)
    if arguments[0] in {"gui", "chat", "generate", "bench"} and not asks:
        fetch_starter(arguments)
    return hand_over([*app, *arguments])


def test(arguments: list[str]) -> int:
    """Lint, types, layers and the suite; only the given tests if there are `arguments`."""
    install("test")
    check_libraries(LIBRARIES)
    fetch_starter(["--data-dir", str(ROOT / "build" / "test-cache")])
    failed = [] if arguments else [name for name, command in CHECKS.items() if not passes(command)]
    code = pytest("not soak", arguments or TWO_AT_A_TIME)
    if failed:
        say(f"Failed beside the tests: {', '.join(failed)}")
    return code or bool(failed)


def soak(arguments: list[str]) -> int:
    """The long tests: kills, fault sequences, fuzzing; each prints its seed."""
    install("test")
    check_libraries(LIBRARIES)
    fetch_starter(["--data-dir", str(ROOT / "build" / "test-cache")])
    return pytest("soak", ["-s", "--timeout=7200", *arguments])


TWO_AT_A_TIME = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]
"""For pytest: two processes, of which each has half of the cores (tests/conftest.py)."""

CHECKS = {
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check"],
    "mypy": ["mypy"],
    "lint-imports": ["lint-imports"],
}


def passes(command: list[str]) -> bool:
    """Whether a check of CHECKS is content."""
    print("$", *command, flush=True)
    return subprocess.call([str(program(command[0])), *command[1:]], cwd=ROOT) == 0


def pytest(marker: str, arguments: list[str]) -> int:
    """Run pytest without a screen; its closing line is the last of the output."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [str(program("python")), "-m", "pytest", "-m", marker, *arguments]
    print("$ pytest", *command[3:], flush=True)
    return hand_over(command, cwd=ROOT, env=environment)


def hand_over(command: list[str], **options: Any) -> int:
    """Run `command` and return its exit code; Ctrl+C is its own affair (in a chat it is no end)."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # SIG_IGN would be inherited
    try:
        return subprocess.call(command, **options)
    finally:
        signal.signal(signal.SIGINT, before)


# Installing -------------------------------------------------------------------------------------


def install(extra: str) -> None:
    """Bring `.venv` up to date for `extra` (`app`, or `test` which includes it); quick if it is."""
    if not is_installed(extra):
        make_environment()
        pip("--quiet", "hatchling", "editables")
        install_torch()
        project = f"{ROOT}[test]" if extra == "test" else str(ROOT)
        pip("--no-build-isolation", "--editable", project)
        for name in {"app", extra}:
            stamp(name).write_text(fingerprint())
    compiler: list[str | Path] = [program("python"), ROOT / "packaging" / "translations.py"]
    subprocess.run(compiler, check=True, stdout=2)


def is_installed(extra: str) -> bool:
    """Whether `.venv` was made from this pyproject.toml, these constraints and this Python."""
    return stamp(extra).is_file() and stamp(extra).read_text() == fingerprint()


def stamp(extra: str) -> Path:
    """The file whose content says from what `.venv` was made."""
    return VENV / f"installed-{extra}.stamp"


def fingerprint() -> str:
    """A hash of all that decides what is installed, the place of the source tree included."""
    parts = [
        (ROOT / "pyproject.toml").read_bytes(),
        CONSTRAINTS.read_bytes(),
        sys.version.encode(),
        str(ROOT).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_environment() -> None:
    """Make or repair `.venv`; make it anew if it belongs to another version of Python."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        raise Stop(
            "Python's venv module is not complete here. On Debian and Ubuntu it is a package of "
            f"its own: sudo apt-get install {version}-venv (or python3-venv)"
        )
    renew = [] if is_usable() else ["--clear"]
    say(f"Preparing {VENV}")
    subprocess.run([sys.executable, "-m", "venv", *renew, VENV], check=True)


def is_usable() -> bool:
    """Whether the interpreter in `.venv` runs and is of this version."""
    show = "import sys; print(sys.version_info[:2])"
    try:
        answer = subprocess.run([program("python"), "-c", show], capture_output=True, text=True)
    except OSError:
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def install_torch() -> None:
    """Install torch alone, from where it is smallest; what it needs comes with the project."""
    version = next(line for line in CONSTRAINTS.read_text().splitlines() if line[:7] == "torch==")
    alone = ["--no-deps", version]
    if pip("--quiet", "--no-index", *alone, check=False):  # there already, or a wheel on disk
        return
    if sys.platform == "linux" and not has_nvidia() and is_reachable(f"{CPU_INDEX}/torch/"):
        say(f"Downloading {version} for the processor (about 190 MB)")
        if pip("--index-url", CPU_INDEX, *alone, check=False):
            return
    size = "about 3 GB with the CUDA libraries" if sys.platform == "linux" else "about 120 MB"
    say(f"Downloading {version} ({size})")
    pip(*alone)


def pip(*arguments: str, check: bool = True) -> bool:
    """`pip install` in `.venv` under the constraints; returns whether it worked."""
    command: list[str | Path] = [program("python"), "-m", "pip", "install", *arguments]
    command += ["--disable-pip-version-check", "--constraint", CONSTRAINTS]
    errors = subprocess.DEVNULL if "--no-index" in arguments else None
    return subprocess.run(command, check=check, stdout=2, stderr=errors).returncode == 0


def has_nvidia() -> bool:
    """Whether an NVIDIA driver is there, natively or under WSL."""
    driver = ("/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1")
    return shutil.which("nvidia-smi") is not None or any(Path(path).exists() for path in driver)


def is_reachable(url: str) -> bool:
    """Whether `url` answers within a few seconds, so that a closed network costs no time."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def program(name: str) -> Path:
    """A program of `.venv`."""
    return VENV / "Scripts" / f"{name}.exe" if WINDOWS else VENV / "bin" / name


def fetch_starter(arguments: list[str]) -> None:
    """Get the starter model (98 MB, once); without it the app still starts and offers it."""
    command = [str(program("python")), "-m", "desktop_llm", "models", "download", "starter"]
    for place, argument in enumerate(arguments):
        if argument.startswith("--data-dir") or arguments[max(place - 1, 0)] == "--data-dir":
            command.append(argument)
    if subprocess.call(command, stdout=subprocess.DEVNULL):
        say("Going on without the starter model.")


# What the system has to have --------------------------------------------------------------------


def check_python() -> None:
    """Raise Stop if this Python is too old, naming a newer one that is there."""
    if sys.version_info >= OLDEST:
        return
    newer = next((f"python3.{n}" for n in range(15, 10, -1) if shutil.which(f"python3.{n}")), "")
    advice = f"Use the one you have: {newer} packaging/dev.py" if newer else "Install a newer one."
    found = ".".join(map(str, sys.version_info[:3]))
    raise Stop(f"Python 3.11 or newer is needed; this is {found}. {advice}")


def has_display() -> bool:
    """Whether a window can be shown."""
    displays = (os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY"))
    return sys.platform != "linux" or any(displays)


def needs_x11() -> bool:
    """Whether the window would be shown by way of X11."""
    return bool(os.environ.get("DISPLAY")) and not os.environ.get("WAYLAND_DISPLAY")


def check_libraries(libraries: dict[str, tuple[str, str, str]]) -> None:
    """Raise Stop with the packages to install if one of `libraries` cannot be loaded."""
    missing = [name for name in libraries if sys.platform == "linux" and not loads(name)]
    if not missing:
        return
    packages = [libraries[name] for name in missing]
    for column, (tool, command) in enumerate(INSTALLERS.items()):
        if shutil.which(tool):
            names = sorted({package[column] for package in packages})
            raise Stop(f"{', '.join(missing)} missing. Install: {command} {' '.join(names)}")
    raise Stop(f"These libraries are missing (Debian's names): {' '.join(p[0] for p in packages)}")


def loads(library: str) -> bool:
    """Whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
