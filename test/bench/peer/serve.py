"""Answers one JSON command a line: checks the peer against the golden values, and times its forward pass and its training step."""
import json
import sys
import time
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).parents[3] / "resources" / "python"))
from golden import golden, objective, uniform
from poster_var import forward

GOLDEN = Path(__file__).parents[2] / "parity"


class Store:
    """Weights by name, made at their first use; trainable ones are leaves that require a gradient."""

    def __init__(self, memory_format=torch.contiguous_format, device="cpu"):
        self.tensors, self.memory_format, self.device = {}, memory_format, device

    def __call__(self, name, shape, trainable):
        if name not in self.tensors:
            data = golden(name, shape).to(self.device)
            data = data.contiguous(memory_format=self.memory_format) if data.dim() == 4 else data
            self.tensors[name] = data.requires_grad_(trainable)
        return self.tensors[name]

    def trainable(self):
        return {name: tensor for name, tensor in self.tensors.items() if tensor.requires_grad}


def spread(name, shape, scale):
    count = int(torch.Size(shape).numel())
    return ((uniform(name, count) - 0.5) * 2 * scale).float().reshape(shape)


def summary_error(tensor, summary):
    """As test/parity/golden.ts: the norm's relative error, or that of the samples, whichever is larger."""
    flat, samples = tensor.detach().flatten().double(), torch.tensor(summary["samples"]).double()
    share = summary["l2"] * (len(samples) / len(flat)) ** 0.5
    mine = flat[torch.arange(len(samples)) * summary["stride"]]
    return max(abs(flat.norm().item() - summary["l2"]) / summary["l2"], ((mine - samples).norm() / share).item())


def check(_):
    """Agreement with the golden values; raises where there is none. The tolerances are those of our own parity tests."""
    evaluation = json.loads((GOLDEN / "golden-evaluation.json").read_text())
    training = json.loads((GOLDEN / "golden-training.json").read_text())
    with torch.no_grad():
        mu, _ = forward(Store(), spread("input", (2, 3, 224, 224), 2))
    errors = {"mu": (mu - torch.tensor(evaluation["full"]["mu"])).abs().max().item()}

    store = Store()
    batch = spread("train_input", (4, 3, 224, 224), 2), torch.tensor(training["full"]["labels"]), spread("eps", (4, 7), 1.7)
    loss = step_loss(store, *batch, weight=0)
    loss.backward()
    errors["loss"] = abs(loss.item() - training["full"]["loss"])
    gradients = {name: summary_error(tensor.grad, training["gradients"][name]) for name, tensor in store.trainable().items()}
    missing = training["gradients"].keys() - gradients.keys()
    ranked = sorted(gradients.values())
    errors["median gradient"], errors["worst gradient"] = ranked[len(ranked) // 2], ranked[-1]

    optimizer = torch.optim.AdamW(store.trainable().values(), 1e-3, weight_decay=1e-2)
    optimizer.step()
    optimizer.zero_grad()
    errors["second loss"] = abs(step_loss(store, *batch, weight=0).item() - training["adamw"]["losses"][1])
    bounds = {"mu": 1e-4, "loss": 1e-4, "median gradient": 2e-5, "worst gradient": 5e-3, "second loss": 1e-3}
    wrong = [f"{name} {errors[name]:.2g} > {bound}" for name, bound in bounds.items() if not errors[name] < bound]
    if wrong or missing:
        raise ValueError(f"the PyTorch peer is not POSTER-Var: {', '.join(wrong)} {len(missing)} gradients missing")
    return {"errors": errors, "version": torch.__version__, "cuda": torch.cuda.is_available()}


def step_loss(store, images, labels, eps, weight, drop=None):
    mu, logvar = forward(store, images, training=True, drop=drop)
    return objective(mu, logvar, labels, eps, weight)


FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
prepared = {}


def prepare(request):
    """A function that does the requested work once. Everything that can be made before it, is."""
    work, batch, layout = request["work"], request["batch"], request.get("format", "contiguous")
    device = request.get("device", "cpu")
    key = work, batch, layout, device
    if key in prepared:
        return prepared[key]
    store = Store(FORMATS[layout], device)
    # Images come from the processor and results go back to it, on every device.
    host = spread("input", (batch, 3, 224, 224), 2)
    images = lambda: host.to(device).contiguous(memory_format=FORMATS[layout])
    if device == "cpu":
        ready = images()
        images = lambda: ready
    if work == "forward":
        def run():
            with torch.inference_mode():
                mu, _ = forward(store, images())
                mu.cpu()
    else:
        labels, eps = (torch.arange(batch) % 7).to(device), spread("eps", (batch, 7), 1.7).to(device)
        drop = torch.ones(batch, 4, device=device)
        step_loss(store, images(), labels, eps, 1e-3, drop)
        optimizer = torch.optim.AdamW(store.trainable().values(), 1e-5, weight_decay=1e-4)
        def run():
            optimizer.zero_grad()
            loss = step_loss(store, images(), labels, eps, 1e-3, drop)
            loss.backward()
            optimizer.step()
            loss.item()
    prepared[key] = run
    return run


def time_once(request):
    run = prepare(request)
    start = time.perf_counter()
    run()
    return {"seconds": time.perf_counter() - start}


def peak(request):
    """Peak resident memory of this process, bytes, while the work is done twice, after two times that do not count."""
    run = prepare(request)
    run(), run()
    Path("/proc/self/clear_refs").write_text("5")
    run(), run()
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {"bytes": int(lines["VmHWM"].split()[0]) * 1024}


def forget(_):
    prepared.clear()
    return {}


COMMANDS = {"check": check, "time": time_once, "peak": peak, "forget": forget}

if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = COMMANDS[request["do"]](request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
