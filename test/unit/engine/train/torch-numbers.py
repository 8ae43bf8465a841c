"""Makes torch-numbers.json, once: what PyTorch's optimizers, clipping, losses and accumulation give for small inputs.

Run with a Python that has torch: python torch-numbers.py > torch-numbers.json
"""
import json
import torch
import torch.nn.functional as F


def wave(n, phase, scale):
    """Numbers that both sides can make: scale * sin(1.7 i + phase)."""
    return scale * torch.sin(1.7 * torch.arange(n, dtype=torch.float64) + phase)


def optimizer(make):
    p = torch.nn.Parameter(wave(6, 0.3, 1.0).float())
    step = make([p])
    seen = []
    for t in range(5):
        p.grad = wave(6, 1.0 + t, 0.5 + t).float()
        step.step()
        seen.append(p.detach().tolist())
    return seen


def clip(longest):
    p = torch.nn.Parameter(torch.zeros(6))
    p.grad = wave(6, 1.0, 2.0).float()
    torch.nn.utils.clip_grad_norm_([p], longest)
    return p.grad.tolist()


def loss(target, **options):
    z = wave(12, 0.2, 2.0).float().reshape(4, 3).requires_grad_()
    value = F.cross_entropy(z, target, **options)
    value.backward()
    return {"loss": value.item(), "gradient": z.grad.flatten().tolist()}


hard = torch.tensor([0, 2, 1, 2])
soft = (wave(12, 0.9, 0.5).float().reshape(4, 3) + 0.5)  # rows that do not sum to 1
weights = torch.tensor([0.5, 2.0, 1.25])


def accumulated():
    """The gradient of a weighted mean over 6, of a linear layer."""
    w = wave(15, 0.1, 1.0).float().reshape(3, 5).requires_grad_()
    x = wave(30, 0.7, 1.0).float().reshape(6, 5)
    labels = torch.tensor([0, 1, 2, 2, 1, 0])
    F.cross_entropy(x @ w.T, labels, weight=weights, label_smoothing=0.1).backward()
    return w.grad.flatten().tolist()


def schedule(make, per_epoch, epochs=4, warm=3, rate=0.1):
    """The rate of each step: linear warm-up, then make(optimizer, steps that are left), stepped as it says."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    total = epochs * per_epoch
    after = make(optimizer, total - warm)
    every = per_epoch if isinstance(after, torch.optim.lr_scheduler.ExponentialLR) else 1
    seen = []
    for step in range(total - warm):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if (step + 1) % every == 0:
            after.step()
    rising = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    linear = torch.optim.lr_scheduler.LinearLR(rising, start_factor=1 / warm, total_iters=warm - 1)
    first = []
    for _ in range(warm):
        first.append(rising.param_groups[0]["lr"])
        rising.step()
        linear.step()
    return first + seen


def groups():
    """Two halves of a vector with rates of their own."""
    p, q = (torch.nn.Parameter(half.clone()) for half in wave(6, 0.3, 1.0).float().split(3))
    step = torch.optim.AdamW([{"params": [p]}, {"params": [q], "lr": 0.1 * 0.25}], lr=0.1, weight_decay=0.5)
    seen = []
    for t in range(5):
        p.grad, q.grad = (half.clone() for half in wave(6, 1.0 + t, 0.5 + t).float().split(3))
        step.step()
        seen.append(p.detach().tolist() + q.detach().tolist())
    return seen


Cosine, Exponential = torch.optim.lr_scheduler.CosineAnnealingLR, torch.optim.lr_scheduler.ExponentialLR
SGD, AdamW = torch.optim.SGD, torch.optim.AdamW
print(json.dumps({
    "torch": torch.__version__,
    "optimizers": {
        "sgd": optimizer(lambda p: SGD(p, lr=0.1, weight_decay=0.01)),
        "momentum": optimizer(lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
        "dampening": optimizer(lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.3)),
        "nesterov": optimizer(lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)),
        "adamw": optimizer(lambda p: AdamW(p, lr=0.1, weight_decay=0.01)),
    },
    "groups": groups(),
    "schedules": {
        "cosine": schedule(lambda o, left: Cosine(o, T_max=left), 5),
        "exponential": schedule(lambda o, left: Exponential(o, gamma=0.7), 5),
    },
    "clip": {"1": clip(1.0), "100": clip(100.0)},
    "losses": {
        "hard": loss(hard),
        "hard, class weights": loss(hard, weight=weights),
        "hard, class weights, smoothing": loss(hard, weight=weights, label_smoothing=0.1),
        "soft": loss(soft),
        "soft, smoothing": loss(soft, label_smoothing=0.1),
        "soft, class weights, smoothing": loss(soft, weight=weights, label_smoothing=0.1),
    },
    "accumulated": accumulated(),
}, indent=1))
