#!/usr/bin/env python3
"""Trains the embedded model from nothing, on problems generated as it goes.

    python3 train.py --preset cpu|gpu --minutes 75 --checkpoint OUT.pt [--resume]

Muon for matrices, AdamW for embedding and gains; the learning rate follows the elapsed time: short warm-up, constant,
then linear to 2 % over the last 60 %. Loss on the reply only. A GPU gets rows of packed documents and a compiled model,
a CPU batches of documents of similar length. Works with torch 1.13 on a CPU and torch 2 on CUDA.
"""

import argparse
import os
import sys
import time

# On a CPU, fresh tensors of many megabytes would each be mapped, faulted in and unmapped, which costs more than the arithmetic.
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 36), "MALLOC_TOP_PAD_": str(1 << 28)}
if __name__ == "__main__" and os.environ.get("MALLOC_MMAP_MAX_") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | MALLOC)

import torch  # noqa: E402

from batches import start_workers  # noqa: E402
from model import PRESETS, Model, matrices  # noqa: E402
from optimiser import Muon  # noqa: E402
from tokens import Tokenizer  # noqa: E402

MATRIX_RATE, OTHER_RATE = 0.02, 3e-3


def schedule(elapsed, total, step, warm_up=60, decay=0.6, floor=0.02):
    left = max(0.0, 1 - elapsed / total)
    return min(1.0, (step + 1) / warm_up) * max(floor, min(1.0, left / decay))


class Trainer:
    def __init__(self, config, device):
        self.device = device
        self.model = Model(config).to(device)
        self.muon = Muon(matrices(self.model))
        chosen = {id(parameter) for parameter in matrices(self.model)}
        others = [parameter for parameter in self.model.parameters() if id(parameter) not in chosen]
        self.adam = torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.95), weight_decay=0.0)
        self.loss = torch.compile(self.model.loss) if device == "cuda" else self.model.loss
        self.step, self.elapsed = 0, 0.0

    def learn(self, micro_batches, scale):
        """One optimiser step; the mean loss, on the device."""
        for parameter in self.model.parameters():
            parameter.grad = None
        total = 0.0
        for batch in micro_batches:
            tokens, targets = (torch.from_numpy(part).to(self.device, non_blocking=True).long() for part in batch)
            loss = self.loss(tokens, targets) / len(micro_batches)
            loss.backward()
            total = total + loss.detach()
        self.muon.step(MATRIX_RATE * scale)
        for group in self.adam.param_groups:
            group["lr"] = OTHER_RATE * scale
        self.adam.step()
        self.step += 1
        return total

    def save(self, path):
        state = {"config": self.model.config.as_dict(), "model": self.model.state_dict(), "muon": self.muon.buffers,
                 "adam": self.adam.state_dict(), "step": self.step, "elapsed": self.elapsed}
        torch.save(state, path + ".new")
        os.replace(path + ".new", path)

    def load(self, path):
        state = torch.load(path, map_location=self.device)
        self.model.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        self.muon.buffers, self.step, self.elapsed = state["muon"], state["step"], state["elapsed"]


class Log:
    """A line of progress every some steps."""

    def __init__(self, every):
        self.every, self.losses, self.tokens, self.since = every, [], 0, time.time()

    def note(self, trainer, loss, tokens, scale):
        self.losses.append(loss)
        self.tokens += tokens
        if trainer.step % self.every == 0:
            mean, now = sum(float(value) for value in self.losses) / len(self.losses), time.time()
            print(f"step {trainer.step} minute {trainer.elapsed / 60:.2f} loss {mean:.4f} rate {scale:.3f} "
                  f"tokens/s {self.tokens / (now - self.since):.0f}", flush=True)
            self.losses, self.tokens, self.since = [], 0, now


def run(trainer, queue, micro_count, arguments):
    """Trains until the minutes are over; the first step, which compiles, does not count."""
    total, log, saved = arguments.minutes * 60, Log(arguments.log_every), time.time()
    start, before = time.time(), trainer.elapsed
    while trainer.elapsed < total:
        scale = schedule(trainer.elapsed, total, trainer.step)
        batches = [queue.get() for _ in range(micro_count)]
        loss = trainer.learn(batches, scale)
        if trainer.step == 1:
            print(f"first step: loss {float(loss):.3f} after {time.time() - start:.1f} s", flush=True)
            start = time.time()
        trainer.elapsed = before + time.time() - start
        log.note(trainer, loss, sum(tokens.size for tokens, _ in batches), scale)
        if time.time() - saved > arguments.save_every:
            trainer.save(arguments.checkpoint)
            saved = time.time()
    trainer.save(arguments.checkpoint)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", choices=PRESETS, default="cpu")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=None, help="processes that generate; by default 12 for a GPU, 1 for a CPU")
    parser.add_argument("--rows", type=int, default=32, help="packed rows of a step (GPU)")
    parser.add_argument("--row-tokens", type=int, default=4096, help="tokens of a packed row (GPU)")
    parser.add_argument("--log-every", type=int, default=20)
    parser.add_argument("--save-every", type=float, default=240, help="seconds between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    on_gpu = arguments.device == "cuda"
    seed = arguments.seed if not arguments.resume else arguments.seed + int(time.time()) % 100000
    if on_gpu:
        form, sizes, micro_count = "packed", {"rows": arguments.rows, "length": arguments.row_tokens}, 1
    else:
        form, sizes, micro_count = "bucketed", {"tokens": 8192}, 2
    queue = start_workers(arguments.workers or (12 if on_gpu else 1), seed, form, **sizes)
    torch.manual_seed(arguments.seed)
    trainer = Trainer(PRESETS[arguments.preset].with_vocabulary(Tokenizer().size), arguments.device)
    if arguments.resume:
        trainer.load(arguments.checkpoint)
    print(f"{sum(p.numel() for p in trainer.model.parameters())} parameters on {arguments.device}", flush=True)
    run(trainer, queue, micro_count, arguments)


if __name__ == "__main__":
    main()
