"""What can go wrong between this computer and a model hub, told in three sentences each."""

from __future__ import annotations

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP


class WorkingOffline(ExpectedError):
    """The internet was asked for although the person forbade it, by option or by setting."""

    happened = QT_TRANSLATE_NOOP("core", "This needs the internet, and you work offline.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Switch off “Work offline” in the settings, or leave out --offline."
    )


class HubUnreachable(ExpectedError):
    """No answer from `host`: no network, no such host, or nothing within the time limit."""

    happened = QT_TRANSLATE_NOOP("core", "{host} cannot be reached.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was lost, and your models still work offline.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Check the connection to the internet, or set another hub address or a proxy."
    )

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class ProxyFailed(ExpectedError):
    """The proxy cannot be reached, refused, or its address is none; `proxy` has no password."""

    happened = QT_TRANSLATE_NOOP("core", "The proxy {proxy} did not let us through.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was lost, and your models still work offline.")
    todo = QT_TRANSLATE_NOOP("core", "Check the address of the proxy in the settings.")

    def __init__(self, proxy: str) -> None:
        super().__init__(proxy=proxy)


class HubRefused(ExpectedError):
    """The hub answered with an HTTP error that has no better explanation."""

    happened = QT_TRANSLATE_NOOP("core", "{host} refused the request (HTTP {status}).")
    todo = QT_TRANSLATE_NOOP("core", "Try again later.")

    def __init__(self, status: int, host: str = "") -> None:
        super().__init__(status=status, host=host)


class RateLimited(ExpectedError):
    """Too many requests; `seconds` until the next one is welcome."""

    happened = QT_TRANSLATE_NOOP("core", "The hub asks for a pause: too many requests.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Wait {seconds} seconds and try again. More is allowed with a token: menu Model ▸ Access "
        "token of the hub, or --token-stdin.",
    )

    def __init__(self, seconds: int = 60) -> None:
        super().__init__(seconds=seconds)


class NotAHub(ExpectedError):
    """`host` answers, but not as a hub does: a login page, another program, a broken mirror."""

    happened = QT_TRANSLATE_NOOP("core", "{host} answered, but not as a model hub does.")
    safe = QT_TRANSLATE_NOOP("core", "The answer was thrown away.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "If this network has a login page, open it in a browser first. "
        "Otherwise check the hub address in the settings.",
    )

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class RepositoryMissing(ExpectedError):
    """Missing or private: the hub does not tell the difference."""

    happened = QT_TRANSLATE_NOOP("core", "There is no model “{repo}” on the hub, or it is private.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Check the name. For a private model, enter a token that may read it: menu Model ▸ Access "
        "token of the hub, or --token-stdin.",
    )

    def __init__(self, repo: str) -> None:
        super().__init__(repo=repo)


class RepositoryGated(ExpectedError):
    """The owner wants to be asked first, on the page `url`."""

    happened = QT_TRANSLATE_NOOP("core", "“{repo}” is gated: its owner wants to be asked first.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Ask for access on {url}, then enter a token of that account: menu Model ▸ Access token "
        "of the hub, or --token-stdin. Or choose a model that is open to all.",
    )

    def __init__(self, repo: str, url: str) -> None:
        super().__init__(repo=repo, url=url)


class RepositoryDisabled(ExpectedError):
    """Switched off by its owner or by the hub."""

    happened = QT_TRANSLATE_NOOP("core", "“{repo}” was switched off by its owner or by the hub.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model; copies that you have still work.")

    def __init__(self, repo: str) -> None:
        super().__init__(repo=repo)


class RevisionGone(ExpectedError):
    """The repository is there, the version is not (any more)."""

    happened = QT_TRANSLATE_NOOP("core", "“{repo}” has no version “{revision}” (any more).")
    todo = QT_TRANSLATE_NOOP("core", "Choose another version, such as “main”.")

    def __init__(self, repo: str, revision: str) -> None:
        super().__init__(repo=repo, revision=revision)


class FileGone(ExpectedError):
    """The version of the repository has no such file."""

    happened = QT_TRANSLATE_NOOP("core", "“{repo}” has no file {path}.")
    todo = QT_TRANSLATE_NOOP("core", "Open the model's page again to see what it has now.")

    def __init__(self, repo: str, path: str) -> None:
        super().__init__(repo=repo, path=path)


class TokenRejected(ExpectedError):
    """The hub does not know the token (any more), or there is none to check."""

    happened = QT_TRANSLATE_NOOP("core", "The hub did not accept the token.")
    safe = QT_TRANSLATE_NOOP("core", "It was sent to the official hub only.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Make a new token with read access on the hub, and enter it: menu Model ▸ Access token "
        "of the hub, or --token-stdin.",
    )


class UnsafeName(ExpectedError):
    """A repository or a file has a name that could lead to another place on this computer."""

    happened = QT_TRANSLATE_NOOP("core", "The name “{name}” is not a safe one for a file.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing of it was written.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model, and mistrust this one.")

    def __init__(self, name: str) -> None:
        shown = (c if c.isprintable() else f"\\u{ord(c):04x}" for c in name[:120])
        super().__init__(name="".join(shown))


class DownloadRefused(ExpectedError):
    """The files cannot be used safely; the details of the model say why."""

    happened = QT_TRANSLATE_NOOP("core", "“{repo}” is not fetched: {why}")
    safe = QT_TRANSLATE_NOOP("core", "Nothing of it was written.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model. {instead}")

    def __init__(self, repo: str, why: str, instead: str = "") -> None:
        super().__init__(repo=repo, why=why, instead=instead)


class DownloadDamaged(ExpectedError):
    """What arrived is not the file that the hub promised, even after fetching it again."""

    happened = QT_TRANSLATE_NOOP("core", "The file {file} of “{repo}” arrives damaged.")
    safe = QT_TRANSLATE_NOOP("core", "The damaged file was set aside and is not used.")
    todo = QT_TRANSLATE_NOOP("core", "Try again later, or through another network.")

    def __init__(self, repo: str, file: str) -> None:
        super().__init__(repo=repo, file=file)


class DownloadInterrupted(ExpectedError):
    """The connection broke too often, or the source of a file fell silent."""

    happened = QT_TRANSLATE_NOOP("core", "The download of “{repo}” was cut off.")
    safe = QT_TRANSLATE_NOOP("core", "What has arrived is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Resume it when the connection is better.")

    def __init__(self, repo: str) -> None:
        super().__init__(repo=repo)


class NoRoomToDownload(ExpectedError):
    """The disk is too full; `needed` and `free` are words such as "2.1 GB"."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The download needs {needed} on the disk, and {free} are free in {folder}."
    )
    safe = QT_TRANSLATE_NOOP("core", "What has arrived is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Free some space and try again, or choose a smaller model.")

    def __init__(self, needed: str, free: str, folder: str) -> None:
        super().__init__(needed=needed, free=free, folder=folder)


class CacheUnusable(ExpectedError):
    """The folder for models cannot be used; `detail` is the system's reason."""

    happened = QT_TRANSLATE_NOOP("core", "The folder {folder} cannot be used: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "The models in it were not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Make the folder writable or put it back, or set HF_HOME to another one."
    )

    def __init__(self, folder: str, detail: str) -> None:
        super().__init__(folder=folder, detail=detail)


class HubProcessCrashed(ExpectedError):
    """The hub process ended by itself; `detail` is what it said last."""

    happened = QT_TRANSLATE_NOOP("core", "The process that speaks with the hub ended: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "What has arrived of a download is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Try again.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class HubProcessHung(ExpectedError):
    """The hub process no longer answered and was ended."""

    happened = QT_TRANSLATE_NOOP("core", "The process that speaks with the hub stopped answering.")
    safe = QT_TRANSLATE_NOOP("core", "It was ended; what has arrived of a download is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Try again.")
