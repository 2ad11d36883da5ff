"""The Qwen3 architecture in torch, as the trainer and the evaluation use it. Weights float32, products bfloat16."""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as functional
from torch import nn

from train_attention import causal_attention


@dataclass
class Config:
    layers: int = 6
    model: int = 256
    feed_forward: int = 768
    query_heads: int = 4
    kv_heads: int = 2
    head: int = 64
    vocabulary: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-6
    context: int = 8192

    def as_dict(self):
        return asdict(self)


# What fits the machine: `cpu` is what two cores train in an hour and a half, `gpu` what one accelerator does in ten minutes.
PRESETS = {"cpu": Config(), "gpu": Config(layers=8, model=512, feed_forward=1536, query_heads=8)}


def rms_norm(values, gain, epsilon):
    scaled = values.float() * torch.rsqrt(values.float().pow(2).mean(-1, keepdim=True) + epsilon)
    return (scaled * gain).to(torch.bfloat16)


def rope_tables(config, length, device):
    """cos and sin [length, head], the two halves of a head rotating together (NeoX layout)."""
    frequencies = config.rope_base ** (-torch.arange(0, config.head, 2, device=device).float() / config.head)
    angles = torch.outer(torch.arange(length, device=device).float(), frequencies)
    angles = torch.cat((angles, angles), -1)
    return angles.cos().to(torch.bfloat16), angles.sin().to(torch.bfloat16)


def rotate(values, cos, sin):
    first, second = values.chunk(2, -1)
    return values * cos + torch.cat((-second, first), -1) * sin


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config

        def matrix(rows, columns, std=None):
            return nn.Parameter(torch.randn(rows, columns) * (std or columns ** -0.5))

        output_std = 0.02 / (2 * config.layers) ** 0.5
        query, kv = config.query_heads * config.head, config.kv_heads * config.head
        self.attention_norm = nn.Parameter(torch.ones(config.model))
        self.query_norm = nn.Parameter(torch.ones(config.head))
        self.key_norm = nn.Parameter(torch.ones(config.head))
        self.feed_forward_norm = nn.Parameter(torch.ones(config.model))
        self.query = matrix(query, config.model)
        self.key = matrix(kv, config.model)
        self.value = matrix(kv, config.model)
        self.attention_output = matrix(config.model, query, output_std)
        self.gate = matrix(config.feed_forward, config.model)
        self.up = matrix(config.feed_forward, config.model)
        self.down = matrix(config.model, config.feed_forward, output_std)

    def attend(self, hidden, cos, sin):
        """hidden bfloat16 [batch, length, model]."""
        config, (batch, length, _) = self.config, hidden.shape
        group = config.query_heads // config.kv_heads

        def heads(weight, count):
            return functional.linear(hidden, weight.to(torch.bfloat16)).view(batch, length, count, config.head).transpose(1, 2)

        query = rotate(rms_norm(heads(self.query, config.query_heads), self.query_norm, config.epsilon), cos, sin)
        key = rotate(rms_norm(heads(self.key, config.kv_heads), self.key_norm, config.epsilon), cos, sin)
        value = heads(self.value, config.kv_heads)
        # The query heads of one KV head stand below each other: one product per KV head.
        query = (query * config.head ** -0.5).reshape(batch * config.kv_heads, group * length, config.head)
        key = key.reshape(batch * config.kv_heads, length, config.head)
        value = value.reshape(batch * config.kv_heads, length, config.head)
        mixed = causal_attention(query, key, value)
        mixed = mixed.view(batch, config.query_heads, length, config.head).transpose(1, 2).reshape(batch, length, -1)
        return functional.linear(mixed, self.attention_output.to(torch.bfloat16))

    def forward(self, hidden, cos, sin):
        hidden = hidden + self.attend(rms_norm(hidden, self.attention_norm, self.config.epsilon), cos, sin)
        normed = rms_norm(hidden, self.feed_forward_norm, self.config.epsilon)
        gate = functional.linear(normed, self.gate.to(torch.bfloat16))
        up = functional.linear(normed, self.up.to(torch.bfloat16))
        return hidden + functional.linear(functional.silu(gate) * up, self.down.to(torch.bfloat16))


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.randn(config.vocabulary, config.model) * 0.02)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.output_norm = nn.Parameter(torch.ones(config.model))

    def forward(self, tokens):
        """tokens [batch, length] -> hidden states after the last norm, bfloat16 [batch, length, model]."""
        length = tokens.shape[1]
        cos, sin = rope_tables(self.config, length, tokens.device)
        hidden = self.embedding[tokens]
        for layer in self.layers:
            hidden = layer(hidden, cos, sin)
        return rms_norm(hidden, self.output_norm, self.config.epsilon)

    def loss(self, tokens, targets):
        """Mean cross entropy where targets >= 0."""
        hidden = self(tokens)
        wanted = targets >= 0
        logits = functional.linear(hidden[wanted], self.embedding.to(torch.bfloat16))
        return functional.cross_entropy(logits.float(), targets[wanted])
