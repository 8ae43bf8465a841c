"""What the peer is given in the golden runs, and the loss that it trains with."""
import math

import torch
import torch.nn.functional as F


def objective(mu, logvar, targets, eps, weight):
    """Cross-entropy of the sample plus `weight` times KL(N(mu, sigma^2) || N(0, I)); the mean over the batch."""
    logits = mu + (logvar / 2).exp() * eps
    kl = 0.5 * (logvar.exp() + mu**2 - 1 - logvar).sum(-1)
    return F.cross_entropy(logits, targets) + weight * kl.mean()


def golden(name, shape):
    """The weights of the golden runs, which follow from their names (test/parity/golden.ts says how)."""
    last, count = name.split(".")[-1], math.prod(shape)
    u = uniform(name, count)
    if last == "running_var" or last.startswith("gamma"):
        u = 0.5 + u
    elif last == "running_mean":
        u = (u - 0.5) * 0.2
    elif last == "relative_position_bias_table":
        u = (u - 0.5) * 0.5
    elif last in ("cls_token", "pos_embed", "level_embeds"):
        u = u - 0.5
    elif last == "bias":
        u = (u - 0.5) * 0.1
    elif len(shape) == 1:
        u = 0.7 + 0.3 * u
    else:
        u = (u - 0.5) * 2 * math.sqrt(3 / math.prod(shape[1:]))
    return u.reshape(shape).float()


def uniform(key, count):
    """mulberry32 seeded by the FNV-1a hash of the key: `count` numbers in [0, 1), float64."""
    seed, mask = 0x811C9DC5, 0xFFFFFFFF
    for byte in key.encode():
        seed = ((seed ^ byte) * 0x01000193) & mask
    multiply = lambda a, b: (a * (b & 0xFFFF) + ((a * (b >> 16) & 0xFFFF) << 16)) & mask
    state = (seed + torch.arange(1, count + 1, dtype=torch.int64) * 0x6D2B79F5) & mask
    mixed = multiply(state ^ (state >> 15), 1 | state)
    mixed = (mixed + multiply(mixed ^ (mixed >> 7), 61 | mixed)) & mask ^ mixed
    return (mixed ^ (mixed >> 14)).double() / 2**32
