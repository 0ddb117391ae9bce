"""A prompt form: what a person enters, the prompt that is made of it, what shall come back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from desktop_llm.core.generation import Sampling
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text

Language = Literal["en", "zh"]
"""The languages that prompts are written in."""

Output = Literal["text", "label", "list", "json"]

Merging = Literal["model", "union", "join", "average"]
"""How the answers to the windows of a long text become one: the model combines them; lists are
united without duplicates; texts stand behind each other; the mean of labels with scores."""

TEXT_PLACE = "{text}"
"""Where the text stands in an instruction; people who edit a prompt see it."""

_PLACE = re.compile(r"\{(\w+)\}")
_SAMPLE = 4000
_HAN_SHARE = 0.2


@dataclass(frozen=True)
class Wording:
    """The same words for a model in each language."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Choice:
    """A value of an input, what people read, and what it says in the prompt."""

    value: str
    title: Text
    words: Wording


@dataclass(frozen=True)
class Input:
    """One thing to enter. All values are strings; numbers are whole and within the range.

    `free`: beside the choices, a person's own words will do. `long` is the text that the form is
    about; a form has at most one.
    """

    name: str
    title: Text
    kind: Literal["text", "choice", "long", "number"]
    choices: tuple[Choice, ...] = ()
    default: str = ""
    help: Text | None = None
    free: bool = False
    minimum: int = 0
    maximum: int = 0

    def read(self, value: str) -> str:
        """`value` as it is used: without space around it; choices as they are written here."""
        if self.kind == "long":
            return value
        value = value.strip()
        known = {choice.value.casefold(): choice.value for choice in self.choices}
        return known.get(value.casefold(), value)

    def problem(self, value: str) -> Text | None:
        """Why `value`, which was `read`, cannot be used."""
        if not value.strip():
            return Text(QT_TRANSLATE_NOOP("core", "This is missing."))
        names = [choice.value for choice in self.choices]
        if self.kind == "choice" and not self.free and value not in names:
            return Text(
                QT_TRANSLATE_NOOP("core", "“{value}” is none of these: {names}."),
                {"value": value, "names": ", ".join(names)},
            )
        if self.kind == "number" and not self._is_number(value):
            return Text(
                QT_TRANSLATE_NOOP("core", "This is a whole number from {minimum} to {maximum}."),
                {"minimum": self.minimum, "maximum": self.maximum},
            )
        return None

    def words(self, value: str, language: Language) -> str:
        """What `value` says in the prompt."""
        for choice in self.choices:
            if choice.value == value:
                return choice.words.of(language)
        return value

    def _is_number(self, value: str) -> bool:
        digits = value.isascii() and value.isdigit() and len(value) < 10
        return digits and self.minimum <= int(value) <= self.maximum


@dataclass(frozen=True)
class Example:
    """Inputs that a person may begin with."""

    title: Text
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """What the window shows as a card and the command line as a command.

    `template` and `merge` have places `{name}` for the inputs; in `merge` `{text}` is what came of
    the parts. `raw`: the prompt is continued, without a chat around it.
    """

    id: str
    title: Text
    help: Text
    inputs: tuple[Input, ...]
    template: Wording
    output: Output = "text"
    system: str = ""
    raw: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    merging: Merging = "model"
    merge: Wording | None = None
    listed: tuple[str, str] | None = None
    """With this input at this value the output is a list."""
    examples: tuple[Example, ...] = ()

    @property
    def text_input(self) -> Input | None:
        """The input for the text that the form is about."""
        return next((each for each in self.inputs if each.kind == "long"), None)

    def output_of(self, inputs: Mapping[str, str]) -> Output:
        """What shall come back for `inputs`."""
        if self.listed and completed(self, inputs)[self.listed[0]] == self.listed[1]:
            return "list"
        return self.output


def completed(form: Form, inputs: Mapping[str, str]) -> dict[str, str]:
    """A value for every input: what was entered, or the default."""
    given = {each.name: each.read(inputs.get(each.name, "")) for each in form.inputs}
    return {each.name: given[each.name] or each.default for each in form.inputs}


def problems(form: Form, inputs: Mapping[str, str]) -> dict[str, Text]:
    """What is wrong with `inputs`, by the input's name."""
    values = completed(form, inputs)
    found = {each.name: each.problem(values[each.name]) for each in form.inputs}
    return {name: problem for name, problem in found.items() if problem is not None}


def language_of(text: str, otherwise: Language = "en") -> Language:
    """Whether a prompt about `text` had better be Chinese; `otherwise` if it has no letters."""
    letters = [character for character in text[:_SAMPLE] if character.isalpha()]
    if not letters:
        return otherwise
    if any("\u3040" <= character <= "\u30ff" for character in letters):
        return "en"  # Japanese
    han = sum("\u3400" <= character <= "\u9fff" for character in letters)
    return "zh" if han >= _HAN_SHARE * len(letters) else "en"


def prompt_language(form: Form, inputs: Mapping[str, str], interface: Language = "en") -> Language:
    """The language of the prompt: that of the text, or of what else the person wrote."""
    values = completed(form, inputs)
    if form.text_input:
        return language_of(values[form.text_input.name], interface)
    written = [values[each.name] for each in form.inputs if each.kind == "text"]
    return language_of(" ".join(written), interface)


def instruction(form: Form, inputs: Mapping[str, str], language: Language) -> str:
    """The prompt with everything filled in but the text, which stays `{text}`."""
    return _filled(form.template.of(language), form, inputs, language)


def merge_instruction(form: Form, inputs: Mapping[str, str], language: Language) -> str:
    """How the model is asked to combine what came of the parts, which stay `{text}`, if known."""
    return _filled(form.merge.of(language), form, inputs, language) if form.merge else ""


def placed(instruction: str, text: str) -> str:
    """`instruction` with `text` in its place, which is the last one: people's words may be before.

    A person who took the place out of the prompt does not want the text in it.
    """
    before, place, after = instruction.rpartition(TEXT_PLACE)
    return before + text + after if place else instruction


def with_text(form: Form, instruction: str, text: str) -> str:
    """`instruction` with `text` in its place; as it is where `form` is about no text."""
    return placed(instruction, text) if form.text_input else instruction


def prompt(form: Form, inputs: Mapping[str, str], interface: Language = "en") -> str:
    """The prompt that `inputs` make."""
    written = instruction(form, inputs, prompt_language(form, inputs, interface))
    text = completed(form, inputs)[form.text_input.name] if form.text_input else ""
    return with_text(form, written, text)


def _filled(template: str, form: Form, inputs: Mapping[str, str], language: Language) -> str:
    """In one pass: what a person wrote is not read as a template."""
    values = completed(form, inputs)
    words = {
        each.name: each.words(values[each.name], language)
        for each in form.inputs
        if each.kind != "long"
    }
    return _PLACE.sub(lambda place: words.get(place[1], place[0]), template)
