#!/usr/bin/env python3
"""Trains the embedded model from nothing, on problems generated as it goes.

    python3 train.py --preset cpu --minutes 75 --checkpoint OUT.pt [--resume]

Muon for matrices, AdamW for embedding and gains; the learning rate follows the elapsed time: short warm-up, constant,
then linear to 2 % over the last 60 %. Loss on the reply only. Documents of similar length share a batch, so that
attention costs what the documents need. Works with torch 1.13 on a CPU and torch 2 on CUDA.
"""

import argparse
import os
import sys
import time

# Fresh tensors of many megabytes would each be mapped, faulted in and unmapped: five times slower than the arithmetic.
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 36), "MALLOC_TOP_PAD_": str(1 << 28)}
if __name__ == "__main__" and os.environ.get("MALLOC_MMAP_MAX_") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | MALLOC)

import multiprocessing  # noqa: E402

import sentencepiece  # noqa: E402
import torch  # noqa: E402

from generate import documents  # noqa: E402
from model import PRESETS, Model  # noqa: E402
from tokens import document_ids  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def micro_batches(seed, tokens_per_batch, pool=1200):
    """Endless (tokens, targets) of documents of similar length, padded to the longest."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=os.path.join(HERE, "tokenizer.model"))
    stream = documents(seed)
    generator = torch.Generator().manual_seed(seed)
    while True:
        held = sorted((document_ids(tokenizer, *next(stream)) for _ in range(pool)), key=lambda ids: len(ids[0]))
        batches, start = [], 0
        while start < len(held):
            end, longest = start, 0
            while end < len(held) and (end - start + 1) * max(longest, len(held[end][0])) <= tokens_per_batch:
                longest = max(longest, len(held[end][0]))
                end += 1
            end = max(end, start + 1)
            batches.append(padded(held[start:end]))
            start = end
        for index in torch.randperm(len(batches), generator=generator).tolist():
            yield batches[index]


def padded(rows):
    """Rows of (ids, first reply index) -> tokens [n, length], targets [n, length] with -1 where no loss is taken."""
    length = max(len(ids) for ids, _ in rows) - 1
    length = (length + 15) // 16 * 16
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    targets = torch.full((len(rows), length), -1, dtype=torch.long)
    for row, (ids, first) in enumerate(rows):
        ids = torch.tensor(ids)
        tokens[row, :len(ids) - 1] = ids[:-1]
        targets[row, first - 1:len(ids) - 1] = ids[first:]
    return tokens, targets


def feed(queue, seed, tokens_per_batch):
    torch.set_num_threads(1)
    for tokens, targets in micro_batches(seed, tokens_per_batch):
        queue.put((tokens.numpy(), targets.numpy()))


def orthogonalised(matrix, steps=5):
    """Newton-Schulz iteration towards the nearest orthogonal matrix, in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.to(torch.bfloat16)
    transposed = x.shape[0] > x.shape[1]
    if transposed:
        x = x.T.contiguous()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if transposed else x).float()


class Muon:
    """Momentum with Nesterov, then orthogonalisation, for matrices."""

    def __init__(self, parameters, rate=0.02, momentum=0.95):
        self.parameters, self.rate, self.momentum = list(parameters), rate, momentum
        self.buffers = [torch.zeros_like(parameter) for parameter in self.parameters]

    @torch.no_grad()
    def step(self, scale):
        for parameter, buffer in zip(self.parameters, self.buffers):
            buffer.lerp_(parameter.grad, 1 - self.momentum)
            update = orthogonalised(parameter.grad.lerp(buffer, self.momentum))
            shape = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
            parameter.add_(update, alpha=-self.rate * scale * shape)


def schedule(elapsed, total, step, warm_up=60, decay=0.6, floor=0.02):
    left = max(0.0, 1 - elapsed / total)
    return min(1.0, (step + 1) / warm_up) * max(floor, min(1.0, left / decay))


def save(path, model, muon, adam, step, elapsed):
    state = {"config": model.config.as_dict(), "model": model.state_dict(), "muon": muon.buffers, "adam": adam.state_dict(),
             "step": step, "elapsed": elapsed}
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", choices=PRESETS, default="cpu")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--batch-tokens", type=int, default=8192, help="tokens of a micro-batch")
    parser.add_argument("--micro-batches", type=int, default=2, help="micro-batches of an optimiser step")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=3e-3)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    torch.set_num_threads(os.cpu_count())
    device = "cuda" if torch.cuda.is_available() else "cpu"
    config = PRESETS[arguments.preset]
    config.vocabulary = sentencepiece.SentencePieceProcessor(model_file=os.path.join(HERE, "tokenizer.model")).get_piece_size()
    model = Model(config).to(device)
    matrices = [parameter for layer in model.layers for parameter in layer.parameters() if parameter.dim() == 2]
    others = [parameter for parameter in model.parameters() if not any(parameter is matrix for matrix in matrices)]
    muon = Muon(matrices, arguments.rate)
    adam = torch.optim.AdamW(others, lr=arguments.adam_rate, betas=(0.9, 0.95), weight_decay=0.0)
    step, before = 0, 0.0
    if arguments.resume:
        state = torch.load(arguments.checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        muon.buffers, step, before = state["muon"], state["step"], state["elapsed"]

    queue = multiprocessing.Queue(maxsize=16)
    for worker in range(arguments.workers):
        seed = arguments.seed * 1000 + worker + 100000 * step
        multiprocessing.Process(target=feed, args=(queue, seed, arguments.batch_tokens), daemon=True).start()
    print(f"{sum(p.numel() for p in model.parameters())} parameters on {device}", flush=True)

    start, saved, seen, logged = time.time(), time.time(), 0, time.time()
    total, mean = arguments.minutes * 60, 0.0
    while (elapsed := before + time.time() - start) < total:
        scale = schedule(elapsed, total, step)
        for parameter in model.parameters():
            parameter.grad = None
        value = 0.0
        for _ in range(arguments.micro_batches):
            tokens, targets = (torch.from_numpy(part).to(device) for part in queue.get())
            seen += tokens.numel()
            loss = model.loss(tokens, targets) / arguments.micro_batches
            loss.backward()
            value += float(loss)
        muon.step(scale)
        for group in adam.param_groups:
            group["lr"] = arguments.adam_rate * scale
        adam.step()
        step += 1
        mean = value if mean == 0.0 else 0.95 * mean + 0.05 * value
        if step % 20 == 0:
            rate = seen / (time.time() - logged)
            print(f"step {step} minute {elapsed / 60:.1f} loss {mean:.4f} rate {scale:.3f} tokens/s {rate:.0f}", flush=True)
            logged, seen = time.time(), 0
        if time.time() - saved > 240:
            save(arguments.checkpoint, model, muon, adam, step, elapsed)
            saved = time.time()
    save(arguments.checkpoint, model, muon, adam, step, elapsed)


if __name__ == "__main__":
    main()
