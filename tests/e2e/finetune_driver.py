"""The real window with a person who fine-tunes, as a process of its own.

    python -m tests.e2e.finetune_driver DATA SECONDS PRESET QUESTION…

Drops DATA, trains with the PRESET and otherwise default settings within SECONDS, and asks each
QUESTION of the base before and of the result after, all by clicks, at temperature 0. Tells as one
JSON object on standard output.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QDoubleSpinBox

from desktop_llm.app import create_app
from tests.fine_tuner import FineTuner


def main() -> None:
    _application, window = create_app()
    window.show()
    person = FineTuner(window)
    person.wait_for_model()
    person.trigger("togglePanel")
    temperature = person.find("temperatureSpin", QDoubleSpinBox)
    assert isinstance(temperature, QDoubleSpinBox)
    temperature.setValue(0)
    questions = sys.argv[4:]
    before = [person.answer_to(question) for question in questions]
    person.prepare(Path(sys.argv[1]))
    person.click(f"presetPicker_{sys.argv[3]}")
    person.start()
    threads = sorted(person.threads())
    card = person.wait_for_result(float(sys.argv[2]))
    person.chat_with_result()
    after = [person.answer_to(question) for question in questions]
    facts = {
        "before": before,
        "after": after,
        "threads": threads,
        "state": person.newest_run().state,
        "success": card.success,
        "steps": card.steps,
        "seconds": card.seconds,
        "base_loss": card.base.loss,
        "tuned_loss": card.tuned.loss,
    }
    window.close()
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
