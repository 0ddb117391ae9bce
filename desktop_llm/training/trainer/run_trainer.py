"""The Transformers Trainer, with our batches, our losses, our checkpoints.

Its data loader yields whole optimizer steps (lists of rows, in its own seeded order); how many
batches a step is cut into is a matter of memory, and can change from one step to the next.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, Trainer
from transformers.trainer_utils import EvalLoopOutput

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.engine.loading import as_out_of_memory
from desktop_llm.training.errors import TrainingOutOfMemory
from desktop_llm.training.tasks.task import Tokenised
from desktop_llm.training.trainer.batches import Batches
from desktop_llm.training.trainer.callbacks import Watch
from desktop_llm.training.trainer.weights import load_weights, save_weights, trained_bytes

SMALLER_BATCHES = QT_TRANSLATE_NOOP(
    "core",
    "The memory ran out, so a step is computed in smaller pieces now ({tokens} tokens at once). "
    "The result stays the same; it takes longer.",
)


class RunTrainer(Trainer):  # type: ignore[misc]
    """Trains on `Tokenised` rows. What happens is told to `watch`, a callback as well."""

    def __init__(
        self, model: Any, args: Any, train: Sequence[Tokenised], held_out: Sequence[Tokenised],
        batches: Batches, watch: Watch,
    ) -> None:  # fmt: skip
        self.batches, self.watch = batches, watch
        cached = getattr(model.config, "use_cache", None)
        super().__init__(
            model=model,
            args=args,
            data_collator=list,
            train_dataset=train,
            eval_dataset=held_out or None,
            callbacks=[watch],
        )
        self.remove_callback(PrinterCallback)
        if cached is not None:  # the Trainer switches it off, and so it would be saved
            model.config.use_cache = cached

    def training_step(
        self, model: Any, inputs: list[Tokenised], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """The gradients of one optimizer step over `inputs`; returns its mean loss."""
        model.train()
        while True:
            try:
                return self._gradients(model, inputs)
            except ExpectedError:
                raise
            except Exception as error:
                if as_out_of_memory(error) is None:
                    raise
                self._make_room(model, inputs, error)

    def _gradients(self, model: Any, rows: list[Tokenised]) -> torch.Tensor:
        """Sums over the batches, divided once: a step is the same however it is cut."""
        total, number = torch.zeros((), device=self.args.device), 0
        for loss, count in self.batches.loss(model, rows):
            torch.autograd.backward(loss)
            total += loss.detach()
            number += count
        mean = total / max(number, 1)
        self.watch.saw_loss(float(mean), sum(len(row.ids) for row in rows))
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        torch._foreach_div_(gradients, float(max(number, 1)))
        return mean

    def _make_room(self, model: Any, rows: list[Tokenised], error: Exception) -> None:
        model.zero_grad()
        error.__traceback__ = None  # it holds the frames that hold the activations
        gc.collect()
        if self.args.device.type == "cuda":
            torch.cuda.empty_cache()
        if not self.batches.halve(rows):
            raise TrainingOutOfMemory(self.state.global_step) from error
        self.watch.journal.advise(Text(SMALLER_BATCHES, {"tokens": self.batches.limit}))

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> float:
        """Asked before the weights are changed: a broken gradient must not reach them."""
        norm = float(super()._get_grad_norm(model, grad_norm))
        self.watch.saw_gradient(norm)
        return norm

    @torch.no_grad()
    def evaluation_loop(self, *arguments: Any, **options: Any) -> Any:
        """The mean loss of the held-out rows, and the task's own figures."""
        rows = list(self.eval_dataset)
        self.model.eval()
        step = self.args.per_device_eval_batch_size
        judged = []
        for start in range(0, len(rows), step):
            self.watch.stage_of_evaluation(start, len(rows))
            judged += self._judge(rows[start : start + step])
        number = sum(part.count for part in judged)
        loss = sum(part.total for part in judged) / number if number else math.nan
        metrics = {"eval_loss": loss, **self.batches.task.metrics(judged)}
        return EvalLoopOutput(None, None, metrics, len(rows))

    def _judge(self, rows: list[Tokenised]) -> list[Any]:
        while True:
            try:
                return list(self.batches.judge(self.model, rows))
            except Exception as error:
                if as_out_of_memory(error) is None:
                    raise
                self._make_room(self.model, rows, error)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        size = 3 * trained_bytes(self.model)  # the weights, and two numbers for each
        self.watch.save(size, self._fill)

    def _fill(self, folder: Path) -> None:
        save_weights(self.model, folder)
        self._save_optimizer_and_scheduler(str(folder))
        self._save_rng_state(str(folder))
        self.state.save_to_json(str(folder / "trainer_state.json"))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_weights(self.model, Path(resume_from_checkpoint))
