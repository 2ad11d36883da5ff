"""Causal attention for training: the plain torch form, or on a CPU one with its own softmax kernels."""

import ctypes
import functools
import os
import subprocess
import tempfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


@functools.cache
def load_kernels():
    """Builds and loads the kernels, or None where there is no compiler."""
    library = os.path.join(tempfile.mkdtemp(prefix="zipage-train-"), "attention.so")
    command = ["g++", "-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC",
               os.path.join(HERE, "attention_kernels.cpp"), "-o", library]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    kernels = ctypes.CDLL(library)
    pointer, number = ctypes.c_void_p, ctypes.c_long
    kernels.causalSoftmax.argtypes = [pointer, number, number]
    kernels.causalSoftmaxGradient.argtypes = [pointer, pointer, number, number]
    return kernels


class KernelAttention(torch.autograd.Function):
    """query [n, group · length, head] (already scaled), key and value [n, length, head]; all bfloat16, contiguous."""

    @staticmethod
    def forward(context, query, key, value):
        scores = torch.bmm(query, key.transpose(1, 2))
        load_kernels().causalSoftmax(scores.data_ptr(), scores.shape[0] * scores.shape[1], scores.shape[2])
        context.save_for_backward(query, key, value, scores)
        return torch.bmm(scores, value)

    @staticmethod
    def backward(context, gradient):
        query, key, value, scores = context.saved_tensors
        gradient = gradient.contiguous()
        of_value = torch.bmm(scores.transpose(1, 2), gradient)
        of_scores = torch.bmm(gradient, value.transpose(1, 2))
        load_kernels().causalSoftmaxGradient(scores.data_ptr(), of_scores.data_ptr(), scores.shape[0] * scores.shape[1], scores.shape[2])
        return torch.bmm(of_scores, key), torch.bmm(of_scores.transpose(1, 2), query), of_value


def causal_attention(query, key, value):
    """See KernelAttention; without kernels the same in plain torch."""
    if query.dtype is torch.bfloat16 and not query.is_cuda and load_kernels() is not None:
        return KernelAttention.apply(query.contiguous(), key.contiguous(), value.contiguous())
    length = key.shape[1]
    hidden = torch.ones(length, length, dtype=torch.bool, device=key.device).triu(1).repeat(query.shape[1] // length, 1)
    scores = torch.bmm(query, key.transpose(1, 2)).masked_fill(hidden, float("-inf"))
    return torch.bmm(scores.softmax(-1), value)
