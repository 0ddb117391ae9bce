"""The first token of a conversation that goes on, and of one that is come back to."""

from __future__ import annotations

from dataclasses import replace

from desktop_llm.bench.contenders import Ours, Prompt
from desktop_llm.bench.race import Race, Step
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadOptions, ModelSource, Weights

ANSWER = 16
NEXT = " And what happened then, in a few words?"
ROUNDS = 5


def measure_follow_up(
    race: Race, model: ModelSource, options: LoadOptions, tokens: int, least: int
) -> None:
    """Two conversations of `tokens`: one goes on, the other follows, the first is come back to.

    With the fastest setting of ours, in a process that has read nothing yet. Shorter ones than
    `least` tell nothing: the rest of a turn takes as long as their reading.
    """
    ours = [each for each in race.measured.values() if each.side == "ours" and each.turns]
    if tokens < least or not ours:
        return
    chosen = min(ours, key=lambda each: each.turns[tokens][0].total_s)
    weights: Weights = chosen.setting  # type: ignore[assignment]
    engine = Ours(model, chosen.setting, replace(options, weights=weights))
    race.on_step(Step("follow-up", engine.name, tokens, 1.0))
    try:
        engine.open()
        engine.turn(race.prompts.prompt(64, 0), ANSWER)
        for number in range(min(ROUNDS, race.runs)):
            for occasion, ratio in _once(engine, race, tokens, number).items():
                chosen.again.setdefault(occasion, []).append(ratio)
    except ExpectedError as error:
        race.skipped["follow-up"] = str(error)
    finally:
        engine.close()


def _once(engine: Ours, race: Race, tokens: int, number: int) -> dict[str, float]:
    first, other = (race.prompts.prompt(tokens, 100 + 2 * number + more) for more in range(2))
    begun = engine.turn(first, ANSWER)
    went_on = engine.turn(_next(first, NEXT), ANSWER)
    engine.turn(other, ANSWER)
    came_back = engine.turn(_next(first, NEXT + NEXT), ANSWER)
    return {
        "of a follow-up": went_on.first_s / begun.first_s,
        "after switching back": came_back.first_s / begun.first_s,
    }


def _next(prompt: Prompt, more: str) -> Prompt:
    """The conversation a turn later; the token ids are not used by our engine."""
    return Prompt(prompt.text + more, ())
