"""Muon: momentum with Nesterov, then orthogonalisation, for the matrices of the layers."""

import torch


def orthogonalised(stack, steps=5):
    """Newton-Schulz iteration of [count, rows, columns] towards the nearest orthogonal matrices, in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = stack.to(torch.bfloat16)
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2).contiguous()
    x = x / (x.float().pow(2).sum((1, 2), keepdim=True).sqrt() + 1e-7).to(x.dtype)
    for _ in range(steps):
        gram = torch.bmm(x, x.transpose(1, 2))
        x = a * x + torch.bmm(b * gram + c * torch.bmm(gram, gram), x)
    return (x.transpose(1, 2) if tall else x).float()


class Muon:
    """Matrices of one shape are stacked and go through the iteration together."""

    def __init__(self, parameters, momentum=0.95):
        self.momentum, self.groups = momentum, {}
        for parameter in parameters:
            self.groups.setdefault(tuple(parameter.shape), []).append(parameter)
        self.buffers = {shape: torch.zeros(len(group), *shape, device=group[0].device) for shape, group in self.groups.items()}

    @torch.no_grad()
    def step(self, rate):
        for shape, group in self.groups.items():
            gradient, buffer = torch.stack([parameter.grad for parameter in group]), self.buffers[shape]
            buffer.lerp_(gradient, 1 - self.momentum)
            update = orthogonalised(gradient.lerp_(buffer, self.momentum))
            scale = -rate * max(1.0, shape[0] / shape[1]) ** 0.5
            for parameter, change in zip(group, update):
                parameter.add_(change, alpha=scale)
