"""How runs are told: states, tasks, results, durations and figures, in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_llm.training.events import RunState
from desktop_llm.training.job import DataSpec, TrainingJob
from desktop_llm.training.result import ResultCard
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.training.task_facts import TASKS
from desktop_llm.ui.icons import Tint
from desktop_llm.ui.translate import words

ICONS: dict[RunState, tuple[str, Tint]] = {
    "waiting": ("clock", "text_muted"),
    "preparing": ("hourglass", "accent"),
    "running": ("play-circle", "accent"),
    "paused": ("pause-circle", "warning"),
    "finished": ("check-circle", "success"),
    "stopped": ("stop-circle", "success"),
    "discarded": ("x-circle", "text_muted"),
    "failed": ("warning-circle", "danger"),
    "interrupted": ("warning", "warning"),
}


def state_icon(run: RunSummary) -> tuple[str, Tint]:
    """Icon and tint of a run's state; a result with problems is no success."""
    if run.state in ("finished", "stopped") and run.card and not run.card.success:
        return "warning", "warning"
    return ICONS[run.state]


def state_words(state: RunState) -> str:
    """The state in one or two words."""
    translate = QCoreApplication.translate
    return {
        "waiting": translate("runs", "Waiting"),
        "preparing": translate("runs", "Preparing"),
        "running": translate("runs", "Training"),
        "paused": translate("runs", "Paused"),
        "finished": translate("runs", "Finished"),
        "stopped": translate("runs", "Stopped"),
        "discarded": translate("runs", "Discarded"),
        "failed": translate("runs", "Failed"),
        "interrupted": translate("runs", "Interrupted"),
    }[state]


def stage_words(stage: str) -> str:
    """What the trainer does, besides training."""
    translate = QCoreApplication.translate
    return {
        "reading": translate("runs", "Reading the data…"),
        "tokenising": translate("runs", "Cutting the texts into tokens…"),
        "loading": translate("runs", "Loading the base model…"),
        "evaluating": translate("runs", "Measuring on the held-out rows…"),
    }.get(stage, "")


def task_words(job: TrainingJob) -> str:
    """What the run teaches."""
    return words(TASKS[job.task].title)


def run_name(run: RunSummary) -> str:
    """What the person calls the run, else its folder."""
    return run.job.name or run.id


def base_words(job: TrainingJob) -> str:
    """The model that the run begins with."""
    return job.model.title or job.model.name


def data_words(data: DataSpec) -> str:
    """The data's file, and how many more there are."""
    first = data.files[0].path.name if data.files else ""
    more = len(data.files) - 1
    if more < 1:
        return first
    return QCoreApplication.translate("runs", "{file} and {count} more").format(
        file=first, count=more
    )


def result_words(run: RunSummary) -> str:
    """What came out, as one figure before and after; how far a run without a result is."""
    translate = QCoreApplication.translate
    card = run.card
    if card is not None:
        return figure_words(card)
    if run.alive and run.total:
        return translate("runs", "{percent} %").format(percent=100 * run.step // run.total)
    if run.state == "interrupted" and run.total:
        return translate("runs", "step {step} of {total}").format(step=run.step, total=run.total)
    return translate("runs", "none", "no result")


def figure_words(card: ResultCard) -> str:
    """The one figure of a result: accuracy of a classifier, else the held-out loss."""
    translate = QCoreApplication.translate
    if card.base.accuracy is not None and card.tuned.accuracy is not None:
        return translate("runs", "{before} → {after}").format(
            before=percent(card.base.accuracy), after=percent(card.tuned.accuracy)
        )
    return translate("runs", "loss {before} → {after}").format(
        before=number(card.base.loss), after=number(card.tuned.loss)
    )


def number(value: float | None, digits: int = 3) -> str:
    """A figure with about `digits` significant digits; a dash where there is none."""
    if value is None:
        return "–"
    if value != value or value in (float("inf"), float("-inf")):
        return QCoreApplication.translate("runs", "not a number")
    size = abs(value)
    if size and (size < 0.01 or size >= 1e6):
        return _scientific(value, digits - 2)
    whole = len(str(int(size))) if size >= 1 else 1
    return QLocale().toString(value, "f", max(0, digits - whole))


def exact(value: float) -> str:
    """A figure as it was set: no digits that say nothing."""
    if value and abs(value) < 0.001:
        return _scientific(value, 2)
    return QLocale().toString(value, "g", 6)


def _scientific(value: float, decimals: int) -> str:
    """2e-4 in place of 2.0e-04."""
    mantissa, _, exponent = f"{value:.{decimals}e}".partition("e")
    short = float(mantissa)
    return f"{QLocale().toString(short, 'g', decimals + 1)}e{int(exponent)}"


def percent(share: float | None) -> str:
    """A share of one with a decimal."""
    if share is None:
        return "–"
    return QCoreApplication.translate("runs", "{percent} %").format(
        percent=QLocale().toString(100 * share, "f", 1)
    )


def duration(seconds: float) -> str:
    """A time as people say it: two units at most."""
    translate = QCoreApplication.translate
    whole = max(0, round(seconds))
    if whole < 60:
        return translate("runs", "{seconds} s").format(seconds=whole)
    if whole < 3600:
        if whole >= 600 or whole % 60 == 0:
            return translate("runs", "{minutes} min").format(minutes=round(whole / 60))
        return translate("runs", "{minutes} min {seconds} s").format(
            minutes=whole // 60, seconds=whole % 60
        )
    return translate("runs", "{hours} h {minutes} min").format(
        hours=whole // 3600, minutes=whole % 3600 // 60
    )


def size(number_of_bytes: int) -> str:
    """Bytes as people say them."""
    locale = QLocale()
    return locale.formattedDataSize(number_of_bytes, 1, locale.DataSizeFormat.DataSizeSIFormat)
