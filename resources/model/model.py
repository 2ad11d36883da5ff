"""The Qwen3 architecture in torch, for the trainer and the evaluation. Weights float32, products bfloat16."""

from dataclasses import asdict, dataclass, replace

import torch
import torch.nn.functional as functional
from torch import nn

from train_attention import causal_attention


@dataclass(frozen=True)
class Config:
    """Sizes of a model; a head has 64 dimensions in every preset."""

    layers: int
    width: int
    feed_forward: int
    query_heads: int
    kv_heads: int = 2
    head: int = 64
    vocabulary: int = 2048
    rope_base: float = 10000.0
    epsilon: float = 1e-6
    context: int = 4096

    def as_dict(self):
        return asdict(self)

    def with_vocabulary(self, vocabulary):
        return replace(self, vocabulary=vocabulary)


# `cpu` is what two cores train in an hour or two, `gpu` what one accelerator trains in some minutes.
PRESETS = {
    "cpu": Config(layers=6, width=256, feed_forward=768, query_heads=4),
    "gpu": Config(layers=8, width=384, feed_forward=1152, query_heads=8),
    "gpu-large": Config(layers=8, width=512, feed_forward=1536, query_heads=8),
}


def linear(values, weight):
    return functional.linear(values, weight.to(values.dtype))


def rms_norm(values, gain, epsilon):
    """Computed in float32, returned in the type of the values."""
    wide = values.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon) * gain).to(values.dtype)


def rope_tables(config, positions):
    """cos and sin [..., head] float32: the two halves of a head rotate together (NeoX layout)."""
    exponents = torch.arange(0, config.head, 2, device=positions.device).float() / config.head
    angles = positions.float()[..., None] * config.rope_base ** -exponents
    angles = torch.cat((angles, angles), -1)
    return angles.cos(), angles.sin()


def rotate(values, cos, sin):
    first, second = values.chunk(2, -1)
    return (values * cos + torch.cat((-second, first), -1) * sin).to(values.dtype)


def attention(query, key, value, mask):
    """query [batch, heads, rows, head]; key, value [batch, kvHeads, length, head]; mask None is causal, else added to the
    scores. Torch 2 has a fused form; older ones take one product per KV head with its query heads below each other."""
    group = query.shape[1] // key.shape[1]
    if mask is None and hasattr(functional, "scaled_dot_product_attention"):
        key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        return functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    batch, heads, rows, head = query.shape
    length = key.shape[2]
    query = (query * head ** -0.5).reshape(-1, group * rows, head)
    key, value = key.reshape(-1, length, head), value.reshape(-1, length, head)
    if mask is None:
        return causal_attention(query, key, value).view(batch, heads, rows, head)
    scores = torch.bmm(query, key.transpose(1, 2))
    scores = (scores.view(batch, heads, rows, length) + mask).softmax(-1)
    mixed = torch.bmm(scores.view(-1, group * rows, length), value)
    return mixed.view(batch, heads, rows, head)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config

        def matrix(rows, columns, std=None):
            return nn.Parameter(torch.randn(rows, columns) * (std or columns ** -0.5))

        output_std = 0.02 / (2 * config.layers) ** 0.5
        query_width, kv_width = config.query_heads * config.head, config.kv_heads * config.head
        self.attention_norm = nn.Parameter(torch.ones(config.width))
        self.query_norm = nn.Parameter(torch.ones(config.head))
        self.key_norm = nn.Parameter(torch.ones(config.head))
        self.feed_forward_norm = nn.Parameter(torch.ones(config.width))
        self.query = matrix(query_width, config.width)
        self.key = matrix(kv_width, config.width)
        self.value = matrix(kv_width, config.width)
        self.attention_output = matrix(config.width, query_width, output_std)
        self.gate = matrix(config.feed_forward, config.width)
        self.up = matrix(config.feed_forward, config.width)
        self.down = matrix(config.width, config.feed_forward, output_std)

    def heads(self, normed, weight, count):
        batch, length, _ = normed.shape
        return linear(normed, weight).view(batch, length, count, self.config.head).transpose(1, 2)

    def query_key_value(self, hidden, cos, sin):
        """Rotated queries and keys, and values, each [batch, heads, length, head]."""
        config = self.config
        normed = rms_norm(hidden, self.attention_norm, config.epsilon)
        query = rms_norm(self.heads(normed, self.query, config.query_heads), self.query_norm, config.epsilon)
        key = rms_norm(self.heads(normed, self.key, config.kv_heads), self.key_norm, config.epsilon)
        return rotate(query, cos, sin), rotate(key, cos, sin), self.heads(normed, self.value, config.kv_heads)

    def finish(self, hidden, mixed):
        """Adds what attention gave [batch, heads, length, head], then the feed-forward part."""
        batch, heads, length, head = mixed.shape
        mixed = mixed.transpose(1, 2).reshape(batch, length, heads * head)
        hidden = hidden + linear(mixed, self.attention_output)
        normed = rms_norm(hidden, self.feed_forward_norm, self.config.epsilon)
        return hidden + linear(functional.silu(linear(normed, self.gate)) * linear(normed, self.up), self.down)

    def forward(self, hidden, cos, sin):
        query, key, value = self.query_key_value(hidden, cos, sin)
        return self.finish(hidden, attention(query, key, value, None))


class Model(nn.Module):
    def __init__(self, config, dtype=torch.bfloat16):
        super().__init__()
        self.config, self.dtype = config, dtype
        self.embedding = nn.Parameter(torch.randn(config.vocabulary, config.width) * 0.02)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.output_norm = nn.Parameter(torch.ones(config.width))

    def forward(self, tokens):
        """tokens [batch, length] -> logits [batch, length, vocabulary], each row from position 0."""
        cos, sin = rope_tables(self.config, torch.arange(tokens.shape[1], device=tokens.device))
        hidden = functional.embedding(tokens, self.embedding).to(self.dtype)
        for layer in self.layers:
            hidden = layer(hidden, cos.to(self.dtype), sin.to(self.dtype))
        return linear(rms_norm(hidden, self.output_norm, self.config.epsilon), self.embedding)

    def loss(self, tokens, targets):
        """Mean cross entropy where targets are not -1."""
        logits = self(tokens)
        return functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=-1)


def matrices(model):
    """The parameters that the matrix optimiser takes: the matrices of the layers, not the embedding."""
    return [parameter for layer in model.layers for parameter in layer.parameters() if parameter.dim() == 2]
