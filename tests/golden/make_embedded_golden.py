#!/usr/bin/env python3
"""Reference logits of the embedded model:  make_embedded_golden.py [--model resources/model/zipage-demo.gguf] [--output embedded_logits.json]

Reads the GGUF file with its own few lines and computes the forward pass in float64 with numpy, from the weights as they are
stored. Where the library transformers is installed its Qwen3ForCausalLM computes in float32 instead; the file says which.

The output is JSON: `model_sha256` of the GGUF file, `reference`, `vocabulary`, and `sequences`, each with `name`, `ids`,
`positions`, and `logits`: for each position a base64 string of `vocabulary` little-endian float32 values.
"""

import argparse
import base64
import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy

TOP = Path(__file__).resolve().parents[2]
SCALAR_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
F32, F16, BF16 = 0, 1, 30


class GgufFile:
    """Metadata and tensors [rows, columns] of a GGUF v3 file with F32, F16 and BF16 tensors."""

    def __init__(self, path):
        self.data, self.offset = Path(path).read_bytes(), 0
        magic, version, tensor_count, entry_count = self.take("<4sIQQ")
        if magic != b"GGUF" or version != 3:
            raise ValueError(f"{path} is no GGUF file of version 3")
        self.metadata = {}
        for _ in range(entry_count):
            key = self.string()
            self.metadata[key] = self.value(self.take("<I")[0])
        self.table = {}
        for _ in range(tensor_count):
            name = self.string()
            rank, = self.take("<I")
            extents = self.take(f"<{rank}Q")
            self.table[name] = (tuple(reversed(extents)), *self.take("<IQ"))
        alignment = self.metadata.get("general.alignment", 32)
        self.start = -(-self.offset // alignment) * alignment

    def take(self, form):
        values = struct.unpack_from(form, self.data, self.offset)
        self.offset += struct.calcsize(form)
        return values

    def string(self):
        length, = self.take("<Q")
        return self.take(f"{length}s")[0].decode()

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            item, count = self.take("<IQ")
            return [self.value(item) for _ in range(count)]
        return self.take("<" + SCALAR_FORMS[kind])[0]

    def tensor(self, name):
        shape, kind, offset = self.table[name]
        count, begin = int(numpy.prod(shape)), self.start + offset
        if kind == F32:
            values = numpy.frombuffer(self.data, "<f4", count, begin)
        elif kind == F16:
            values = numpy.frombuffer(self.data, "<f2", count, begin)
        elif kind == BF16:
            values = (numpy.frombuffer(self.data, "<u2", count, begin).astype(numpy.uint32) << 16).view(numpy.float32)
        else:
            raise ValueError(f"{name} has tensor type {kind}; this reference reads F32, F16 and BF16")
        return values.reshape(shape).astype(numpy.float64)

    def setting(self, key):
        return self.metadata[f"qwen3.{key}"]


def rms_norm(values, gain, epsilon):
    return values / numpy.sqrt((values * values).mean(-1, keepdims=True) + epsilon) * gain


def rotate(values, base):
    """values [length, heads, head]: dimension i turns together with i + head / 2."""
    length, _, head = values.shape
    half = head // 2
    angles = numpy.arange(length)[:, None] * base ** (-numpy.arange(half) * 2.0 / head)
    cos, sin = numpy.cos(angles)[:, None], numpy.sin(angles)[:, None]
    first, second = values[..., :half], values[..., half:]
    return numpy.concatenate((first * cos - second * sin, second * cos + first * sin), -1)


class NumpyReference:
    """Qwen3 in float64: no cache, no batches."""

    name = "numpy float64"

    def __init__(self, file):
        self.file = file
        self.weights = {name: file.tensor(name) for name in file.table}
        self.epsilon = file.setting("attention.layer_norm_rms_epsilon")

    def attention(self, hidden, prefix):
        file, weights, length = self.file, self.weights, len(hidden)
        head, base = file.setting("attention.key_length"), file.setting("rope.freq_base")

        def heads(name):
            return (hidden @ weights[f"{prefix}{name}.weight"].T).reshape(length, -1, head)

        query = rotate(rms_norm(heads("attn_q"), weights[prefix + "attn_q_norm.weight"], self.epsilon), base)
        key = rotate(rms_norm(heads("attn_k"), weights[prefix + "attn_k_norm.weight"], self.epsilon), base)
        value = heads("attn_v")
        group = query.shape[1] // key.shape[1]
        mixed = numpy.empty_like(query)
        later = numpy.triu(numpy.ones((length, length), bool), 1)
        for index in range(query.shape[1]):
            scores = query[:, index] @ key[:, index // group].T / numpy.sqrt(head)
            scores[later] = -numpy.inf
            weight = numpy.exp(scores - scores.max(-1, keepdims=True))
            mixed[:, index] = weight / weight.sum(-1, keepdims=True) @ value[:, index // group]
        return mixed.reshape(length, -1) @ weights[prefix + "attn_output.weight"].T

    def feed_forward(self, hidden, prefix):
        gate = hidden @ self.weights[prefix + "ffn_gate.weight"].T
        up = hidden @ self.weights[prefix + "ffn_up.weight"].T
        return (gate / (1 + numpy.exp(-gate)) * up) @ self.weights[prefix + "ffn_down.weight"].T

    def logits(self, ids):
        weights = self.weights
        hidden = weights["token_embd.weight"][ids]
        for layer in range(self.file.setting("block_count")):
            prefix = f"blk.{layer}."
            hidden = hidden + self.attention(rms_norm(hidden, weights[prefix + "attn_norm.weight"], self.epsilon), prefix)
            hidden = hidden + self.feed_forward(rms_norm(hidden, weights[prefix + "ffn_norm.weight"], self.epsilon), prefix)
        hidden = rms_norm(hidden, weights["output_norm.weight"], self.epsilon)
        return hidden @ weights.get("output.weight", weights["token_embd.weight"]).T


class TransformersReference:
    """The same weights in the library's model, float32."""

    NAMES = {
        "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm", "attn_output": "self_attn.o_proj",
        "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    }

    def __init__(self, file):
        import torch
        import transformers

        self.torch, self.name = torch, f"transformers {transformers.__version__} float32"
        config = transformers.Qwen3Config(
            vocab_size=len(file.metadata["tokenizer.ggml.tokens"]), hidden_size=file.setting("embedding_length"),
            intermediate_size=file.setting("feed_forward_length"), num_hidden_layers=file.setting("block_count"),
            num_attention_heads=file.setting("attention.head_count"), num_key_value_heads=file.setting("attention.head_count_kv"),
            head_dim=file.setting("attention.key_length"), rms_norm_eps=file.setting("attention.layer_norm_rms_epsilon"),
            rope_theta=file.setting("rope.freq_base"), tie_word_embeddings=True)
        self.model = transformers.Qwen3ForCausalLM(config).float().eval()
        state = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
        for layer in range(config.num_hidden_layers):
            for ours, theirs in self.NAMES.items():
                state[f"model.layers.{layer}.{theirs}.weight"] = f"blk.{layer}.{ours}.weight"
        tensors = {theirs: torch.from_numpy(file.tensor(ours)).float() for theirs, ours in state.items()}
        missing, unexpected = self.model.load_state_dict(tensors, strict=False)
        if unexpected or set(missing) - {"lm_head.weight"}:
            raise ValueError(f"weights do not match: missing {missing}, unexpected {unexpected}")
        self.model.tie_weights()

    def logits(self, ids):
        with self.torch.no_grad():
            return self.model(self.torch.tensor([list(ids)])).logits[0].numpy()


def make_reference(file):
    try:
        return TransformersReference(file)
    except ImportError:
        return NumpyReference(file)


def sequences(model_folder, vocabulary):
    """(name, ids, positions): one token, ids without sense, and the beginning of a real exchange."""
    sys.path.insert(0, str(model_folder))
    from tokens import Tokenizer

    tokenizer = Tokenizer()
    state, mixed = 12345, []
    while len(mixed) < 33:
        state = (state * 1103515245 + 12345) % 2 ** 31
        mixed.append(state // 65536 % vocabulary)
    prompt = "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do they have together?"
    thought = ("Let me work through this carefully.\nWanted: Tom and Ann.\nTom: given, Tom = 14.\nAnn: Ann = Tom + 9, need Tom.\n"
               "Tom: known, Tom = 14.\nBack to Ann: Ann = Tom + 9, Tom = 14. Ann = 14 + 9 = 23.\nTogether: Tom = 14, Ann = 23. 14 + 23 = 37.")
    exchange = tokenizer.encode(f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n<think>\n{thought}\n</think>\n\n")[:150]
    yield "one token", [tokenizer.id_of("<|im_start|>")], [0]
    yield "mixed ids", mixed, [0, 15, 32]
    yield "exchange", exchange, [31, 63, 64, 100, len(exchange) - 1]


def encoded(row):
    return base64.b64encode(numpy.asarray(row, "<f4").tobytes()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default=str(TOP / "resources/model/zipage-demo.gguf"))
    parser.add_argument("--output", default=str(Path(__file__).with_name("embedded_logits.json")))
    arguments = parser.parse_args()
    file = GgufFile(arguments.model)
    reference = make_reference(file)
    vocabulary = len(file.metadata["tokenizer.ggml.tokens"])
    entries = []
    for name, ids, positions in sequences(TOP / "resources/model", vocabulary):
        logits = reference.logits(ids)
        entries.append({"name": name, "ids": ids, "positions": positions, "logits": [encoded(logits[row]) for row in positions]})
        print(f"{name}: {len(ids)} tokens, likeliest next at {positions}: {[int(logits[row].argmax()) for row in positions]}")
    content = {"model_sha256": hashlib.sha256(file.data).hexdigest(), "reference": reference.name, "vocabulary": vocabulary,
               "sequences": entries}
    Path(arguments.output).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
