#!/usr/bin/env python3
"""Exact match of greedy answers, by family and by level:  evaluate.py MODEL.gguf [--problems held_out.jsonl] [--limit N]

Decodes in batches with a cache of keys and values. The answer is what stands in the last \\boxed{…} of the reply.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

# As in train.py: fresh large tensors must not be mapped and unmapped each time.
MALLOC = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 36), "MALLOC_TOP_PAD_": str(1 << 28)}
if __name__ == "__main__" and os.environ.get("MALLOC_MMAP_MAX_") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | MALLOC)

import torch  # noqa: E402

from convert import LAYER_NAMES  # noqa: E402
from gguf_reader import read  # noqa: E402
from model import Config, Model, attention, linear, rms_norm, rope_tables  # noqa: E402
from tokens import Tokenizer  # noqa: E402

HERE = Path(__file__).parent


def load_model(path, dtype, device):
    """The model of a GGUF file, its matrices in `dtype`."""
    metadata, tensors = read(path)

    def of(key):
        return metadata[f"qwen3.{key}"]

    config = Config(
        layers=of("block_count"), width=of("embedding_length"), feed_forward=of("feed_forward_length"),
        query_heads=of("attention.head_count"), kv_heads=of("attention.head_count_kv"), head=of("attention.key_length"),
        vocabulary=len(metadata["tokenizer.ggml.tokens"]), rope_base=of("rope.freq_base"),
        epsilon=of("attention.layer_norm_rms_epsilon"), context=of("context_length"))
    model = Model(config, dtype)
    state = {"embedding": tensors["token_embd.weight"], "output_norm": tensors["output_norm.weight"]}
    for layer in range(config.layers):
        for ours, theirs in LAYER_NAMES.items():
            state[f"layers.{layer}.{ours}"] = tensors[f"blk.{layer}.{theirs}.weight"]
    model.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    for parameter in model.parameters():
        parameter.requires_grad_(False)
        if parameter.dim() == 2:
            parameter.data = parameter.data.to(dtype)
    return model.to(device)


class Batch:
    """Sequences decoded together: padded on the left, so that their next tokens share a column of the cache."""

    def __init__(self, model, prompts, pad, capacity):
        config, device = model.config, model.embedding.device
        longest = max(map(len, prompts))
        self.model, self.length, self.capacity = model, 0, longest + capacity
        self.padding = torch.tensor([longest - len(prompt) for prompt in prompts], device=device)
        shape = (config.layers, len(prompts), config.kv_heads, self.capacity, config.head)
        self.keys, self.values = (torch.zeros(shape, dtype=model.dtype, device=device) for _ in range(2))
        self.prompts = torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt in prompts], device=device)

    def keep(self, rows):
        """Goes on with some of the sequences only."""
        self.padding, self.keys, self.values = self.padding[rows], self.keys[:, rows], self.values[:, rows]

    def advance(self, tokens):
        """tokens [rows, new]; the logits after the last of them [rows, vocabulary]."""
        model, new = self.model, tokens.shape[1]
        columns = torch.arange(self.length, self.length + new, device=tokens.device)
        self.length += new
        positions = (columns[None] - self.padding[:, None]).clamp(min=0)
        cos, sin = (table[:, None].to(model.dtype) for table in rope_tables(model.config, positions))
        everything = torch.arange(self.length, device=tokens.device)
        hidden_keys = (everything[None, None] > columns[None, :, None]) | (everything[None, None] < self.padding[:, None, None])
        mask = torch.zeros(hidden_keys.shape, dtype=model.dtype, device=tokens.device).masked_fill(hidden_keys, -1e30)[:, None]
        hidden = model.embedding[tokens].to(model.dtype)
        for index, layer in enumerate(model.layers):
            query, key, value = layer.query_key_value(hidden, cos, sin)
            self.keys[index, :, :, columns], self.values[index, :, :, columns] = key, value
            mixed = attention(query, self.keys[index, :, :, :self.length], self.values[index, :, :, :self.length], mask)
            hidden = layer.finish(hidden, mixed)
        return linear(rms_norm(hidden[:, -1], model.output_norm, model.config.epsilon), model.embedding)


def decode(model, prompts, tokenizer, limit):
    """Greedy replies to token prompts, as lists of ids."""
    batch = Batch(model, prompts, tokenizer.pad, limit)
    replies, running = [[] for _ in prompts], list(range(len(prompts)))
    logits = batch.advance(batch.prompts)
    for _ in range(limit):
        chosen = logits.argmax(-1)
        for index, token in zip(running, chosen.tolist()):
            replies[index].append(token)
        alive = [row for row, token in enumerate(chosen.tolist()) if token != tokenizer.end]
        if not alive:
            break
        if len(alive) < len(running):
            batch.keep(alive)
            running, chosen = [running[row] for row in alive], chosen[alive]
        logits = batch.advance(chosen[:, None])
    return replies


def boxed_answer(text):
    """What stands in the last \\boxed{…}, or None."""
    start = text.rfind("\\boxed{")
    return None if start < 0 else text[start + 7:].split("}")[0]


def report(title, right, total):
    print(title, " ".join(f"{name} {100 * right[name] / total[name]:.1f}" for name in sorted(total)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--problems", default=str(HERE / "held_out.jsonl"))
    parser.add_argument("--limit", type=int, default=None, help="problems, from the start of the file")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--max-tokens", type=int, default=2500)
    parser.add_argument("--type", choices=("bf16", "f32"), default="bf16", help="of the products")
    parser.add_argument("--errors", help="file for the replies that were wrong")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()

    tokenizer = Tokenizer()
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[arguments.type]
    model = load_model(arguments.model, dtype, arguments.device)
    lines = Path(arguments.problems).read_text(encoding="utf-8").splitlines()[:arguments.limit]
    problems = sorted(map(json.loads, lines), key=lambda problem: (problem["level"], len(problem["prompt"])))
    right, total, wrong, lengths, since = Counter(), Counter(), [], [], time.time()
    for start in range(0, len(problems), arguments.batch):
        part = problems[start:start + arguments.batch]
        texts = [f"<|im_start|>user\n{problem['prompt']}<|im_end|>\n<|im_start|>assistant\n" for problem in part]
        prompts = [tokenizer.encode(text) for text in texts]
        for problem, reply in zip(part, decode(model, prompts, tokenizer, arguments.max_tokens)):
            lengths.append(len(reply))
            text = tokenizer.decode(reply)
            correct = boxed_answer(text) == problem["answer"]
            for name in (problem["family"], f"level {problem['level']}", "all"):
                total[name] += 1
                right[name] += correct
            if not correct:
                wrong.append(problem | {"reply": text})
        print(f"{total['all']} problems, {right['all']} right, {time.time() - since:.0f} s", flush=True)
    report("exact, percent:", right, total)
    print(f"reply tokens: mean {sum(lengths) / len(lengths):.0f}, longest {max(lengths)}")
    if arguments.errors:
        Path(arguments.errors).write_text("".join(json.dumps(problem) + "\n" for problem in wrong), encoding="utf-8")


if __name__ == "__main__":
    main()
