#!/usr/bin/env python3
"""Tiny models with random weights, a folder each as Hugging Face writes them, with the logits and the greedy tokens that
transformers computes for them in float32 on a CPU. Run where torch and transformers are:

    python3 tests/golden/make_models.py tests/golden/models [NAME ...]

Weights are values that bfloat16 holds exactly, so they are stored as such.
"""
import json
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, Phi3Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config, Qwen3MoeConfig, SmolLM3Config

SHAPE = dict(vocab_size=96, hidden_size=48, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=512, bos_token_id=None, eos_token_id=None, pad_token_id=None)


def rope(kind="default", theta=10000.0, **more):
    return {"rope_type": kind, "rope_theta": theta, **more}


MODELS = {
    "qwen3": lambda: Qwen3Config(**SHAPE, head_dim=16, tie_word_embeddings=True, rope_parameters=rope(theta=1e6)),
    "qwen3-yarn": lambda: Qwen3Config(**SHAPE, head_dim=16, tie_word_embeddings=False, rope_parameters=rope(
        "yarn", factor=4.0, original_max_position_embeddings=32)),
    "qwen2": lambda: Qwen2Config(**SHAPE, tie_word_embeddings=False, rope_parameters=rope(theta=1e6)),
    "llama": lambda: LlamaConfig(**SHAPE, tie_word_embeddings=False, attention_bias=True, mlp_bias=True,
                                 rope_parameters=rope()),
    "llama-llama3": lambda: LlamaConfig(**SHAPE, tie_word_embeddings=True, rope_parameters=rope(
        "llama3", theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64)),
    "llama-linear": lambda: LlamaConfig(**SHAPE, tie_word_embeddings=False, rope_parameters=rope("linear", factor=2.5)),
    "mistral": lambda: MistralConfig(**SHAPE, head_dim=20, tie_word_embeddings=False, sliding_window=None,
                                     rope_parameters=rope()),
    "smollm3": lambda: SmolLM3Config(**{**SHAPE, "num_hidden_layers": 5}, tie_word_embeddings=True,
                                     no_rope_layer_interval=4, use_sliding_window=False, rope_parameters=rope(theta=5e6)),
    "phi3": lambda: Phi3Config(**SHAPE, tie_word_embeddings=False, rope_parameters=rope()),
    "phi3-partial": lambda: Phi3Config(**SHAPE, tie_word_embeddings=False,
                                       rope_parameters=rope(partial_rotary_factor=0.5)),
    "qwen3moe": lambda: Qwen3MoeConfig(**SHAPE, head_dim=16, tie_word_embeddings=False, num_experts=8,
                                       num_experts_per_tok=3, moe_intermediate_size=24, norm_topk_prob=True,
                                       rope_parameters=rope(theta=1e6)),
    "qwen3moe-mixed": lambda: Qwen3MoeConfig(**{**SHAPE, "num_hidden_layers": 3}, head_dim=16, tie_word_embeddings=True,
                                             num_experts=5, num_experts_per_tok=2, moe_intermediate_size=32,
                                             norm_topk_prob=False, mlp_only_layers=[1], rope_parameters=rope()),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() == 1:
            values = (0.0 if name.endswith("bias") else 1.0) + 0.3 * values
        else:
            values = values * (1.5 / parameter.shape[-1] ** 0.5)
        parameter.data = values.to(torch.bfloat16).float()


def greedy(model, prompt, count):
    tokens = list(prompt)
    for _ in range(count):
        logits = model(torch.tensor([tokens])).logits[0, -1]
        tokens.append(int(logits.argmax()))
    return tokens[len(prompt):]


@torch.no_grad()
def make(name, config, seed, folder):
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    randomise(model, seed)
    model.tie_weights()
    tokens = torch.randint(0, config.vocab_size, (100,), generator=torch.Generator().manual_seed(seed + 1)).tolist()
    logits = model(torch.tensor([tokens])).logits[0]
    folder.mkdir(parents=True, exist_ok=True)
    expected = {
        "made_by": f"transformers {transformers.__version__}, torch {torch.__version__}, float32, {name}",
        "tokens": tokens,
        "rows": list(range(0, 100, 9)),
        "logits": [[float(f"{x:.8g}") for x in logits[row].tolist()] for row in range(0, 100, 9)],
        "prompt": tokens[:12],
        "greedy": greedy(model, tokens[:12], 32),
    }
    model.bfloat16().save_pretrained(folder, safe_serialization=True)
    for extra in folder.glob("generation_config.json"):
        extra.unlink()
    (folder / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:] or list(MODELS)
    for index, (name, config) in enumerate(MODELS.items()):
        if name not in wanted:
            continue
        try:
            make(name, config(), 100 + index, target / name)
            print(name, "made", flush=True)
        except Exception as error:  # one that this version of transformers cannot make says so
            print(name, "FAILED", repr(error), flush=True)
