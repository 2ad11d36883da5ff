#!/usr/bin/env python3
"""Checkpoint of train.py -> GGUF v3:  convert.py CHECKPOINT.pt OUT.gguf [--type bf16|f32|f16|q8_0]

Our own writer of the format: header, metadata, tensor table, then the tensors, each aligned to 32 bytes. Matrices take the
chosen type, gains stay F32. The vocabulary is stored as sentencepiece pieces, scores and types.
"""

import argparse
import os
import struct

import numpy
import torch

from tokens import Tokenizer
from train_tokenizer import SYMBOLS

HERE = os.path.dirname(os.path.abspath(__file__))
ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TENSOR_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}
FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "bf16": 32}
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
LAYER_NAMES = {
    "attention_norm": "attn_norm", "query": "attn_q", "key": "attn_k", "value": "attn_v", "query_norm": "attn_q_norm",
    "key_norm": "attn_k_norm", "attention_output": "attn_output", "feed_forward_norm": "ffn_norm", "gate": "ffn_gate",
    "up": "ffn_up", "down": "ffn_down",
}


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


SCALARS = {UINT32: lambda value: struct.pack("<I", value), INT32: lambda value: struct.pack("<i", value),
           FLOAT32: lambda value: struct.pack("<f", value), BOOL: lambda value: struct.pack("<?", value), STRING: string}


def entry(key, kind, value):
    return string(key) + struct.pack("<I", kind) + SCALARS[kind](value)


def array(key, kind, values):
    return string(key) + struct.pack("<IIQ", ARRAY, kind, len(values)) + b"".join(SCALARS[kind](value) for value in values)


def piece_type(tokenizer, index):
    if tokenizer.is_unknown(index):
        return UNKNOWN
    if tokenizer.is_control(index):
        return CONTROL
    if tokenizer.is_byte(index):
        return BYTE
    # The library does not tell declared symbols from ordinary pieces.
    return USER_DEFINED if tokenizer.id_to_piece(index) in SYMBOLS else NORMAL


def metadata(config, tokenizer, kind, parameters):
    """The metadata entries, encoded."""
    with open(os.path.join(HERE, "chat_template.jinja"), encoding="utf-8") as file:
        template = file.read().rstrip("\n")
    indices = range(tokenizer.get_piece_size())
    return [
        entry("general.architecture", STRING, "qwen3"),
        entry("general.name", STRING, "Zipage Demo"),
        entry("general.license", STRING, "mit"),
        entry("general.description", STRING, "A small reasoning model for made-up puzzles, trained from nothing for Zipage"),
        entry("general.size_label", STRING, f"{parameters / 1e6:.0f}M"),
        entry("general.file_type", UINT32, FILE_TYPES[kind]),
        entry("general.alignment", UINT32, ALIGNMENT),
        entry("qwen3.block_count", UINT32, config["layers"]),
        entry("qwen3.context_length", UINT32, config["context"]),
        entry("qwen3.embedding_length", UINT32, config["width"]),
        entry("qwen3.feed_forward_length", UINT32, config["feed_forward"]),
        entry("qwen3.attention.head_count", UINT32, config["query_heads"]),
        entry("qwen3.attention.head_count_kv", UINT32, config["kv_heads"]),
        entry("qwen3.attention.key_length", UINT32, config["head"]),
        entry("qwen3.attention.value_length", UINT32, config["head"]),
        entry("qwen3.attention.layer_norm_rms_epsilon", FLOAT32, config["epsilon"]),
        entry("qwen3.rope.freq_base", FLOAT32, config["rope_base"]),
        entry("qwen3.vocab_size", UINT32, config["vocabulary"]),
        entry("tokenizer.ggml.model", STRING, "llama"),
        array("tokenizer.ggml.tokens", STRING, [tokenizer.id_to_piece(index) for index in indices]),
        array("tokenizer.ggml.scores", FLOAT32, [tokenizer.get_score(index) for index in indices]),
        array("tokenizer.ggml.token_type", INT32, [piece_type(tokenizer, index) for index in indices]),
        entry("tokenizer.ggml.eos_token_id", UINT32, tokenizer.piece_to_id("<|im_end|>")),
        entry("tokenizer.ggml.eot_token_id", UINT32, tokenizer.piece_to_id("<|im_end|>")),
        entry("tokenizer.ggml.bos_token_id", UINT32, tokenizer.piece_to_id("<|endoftext|>")),
        entry("tokenizer.ggml.padding_token_id", UINT32, tokenizer.piece_to_id("<|endoftext|>")),
        entry("tokenizer.ggml.unknown_token_id", UINT32, tokenizer.unk_id()),
        entry("tokenizer.ggml.add_bos_token", BOOL, False),
        entry("tokenizer.ggml.add_space_prefix", BOOL, False),
        entry("tokenizer.chat_template", STRING, template),
        entry("general.sampling.temp", FLOAT32, 0.0),
    ]


def quantized(values):
    """Q8_0: per 32 values a half-float scale and 32 signed bytes."""
    blocks = values.reshape(-1, 32)
    scales = numpy.abs(blocks).max(axis=1, keepdims=True) / 127
    inverse = numpy.divide(1, scales, out=numpy.zeros_like(scales), where=scales > 0)
    quants = numpy.rint(blocks * inverse).astype(numpy.int8)
    return b"".join(scale.tobytes() + row.tobytes() for scale, row in zip(scales.astype(numpy.float16), quants))


def encoded(tensor, kind):
    values = tensor.detach().float().contiguous()
    if kind == "bf16":
        return values.to(torch.bfloat16).view(torch.int16).numpy().tobytes()
    if kind == "f16":
        return values.to(torch.float16).numpy().tobytes()
    return quantized(values.numpy()) if kind == "q8_0" else values.numpy().tobytes()


def tensors(state):
    """(name, tensor) under GGUF names."""
    yield "token_embd.weight", state["embedding"]
    layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    for layer in range(layers):
        for ours, theirs in LAYER_NAMES.items():
            yield f"blk.{layer}.{theirs}.weight", state[f"layers.{layer}.{ours}"]
    yield "output_norm.weight", state["output_norm"]


def write(path, config, state, tokenizer, kind):
    table, blobs, offset = b"", [], 0
    for name, tensor in tensors(state):
        type_name = kind if tensor.dim() == 2 else "f32"
        data = encoded(tensor, type_name)
        shape = tensor.shape[::-1]
        table += string(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", extent) for extent in shape)
        table += struct.pack("<IQ", TENSOR_TYPES[type_name], offset)
        data += bytes(-len(data) % ALIGNMENT)
        blobs.append(data)
        offset += len(data)
    entries = metadata(config, tokenizer, kind, sum(tensor.numel() for tensor in state.values()))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(blobs), len(entries)) + b"".join(entries) + table
    with open(path, "wb") as file:
        file.write(head + bytes(-len(head) % ALIGNMENT))
        file.writelines(blobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("output")
    parser.add_argument("--type", choices=TENSOR_TYPES, default="bf16")
    arguments = parser.parse_args()
    state = torch.load(arguments.checkpoint, map_location="cpu")
    write(arguments.output, state["config"], state["model"], Tokenizer().pieces, arguments.type)
    print(f"{arguments.output}: {os.path.getsize(arguments.output)} bytes, step {state['step']}")


if __name__ == "__main__":
    main()
