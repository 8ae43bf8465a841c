"""
Grad-CAM and its kin of the golden network by PyTorch's autograd: writes golden-cam-kin.json beside this file. The formulas are those of
pytorch-grad-cam (grad_cam.py, grad_cam_plusplus.py, hirescam.py), written out; ReLU at the end, no scaling.
"""
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

here = Path(__file__).parent
sys.path += [str(here.parents[1] / "resources" / "python"), str(here.parent / "bench" / "peer")]
from golden import golden, uniform
from poster_var import Scope, forward

CLASSES = 7


def grad_cam(activations, gradients):
    return (gradients.mean((1, 2), keepdim=True) * activations).sum(0)


def grad_cam_plusplus(activations, gradients):
    square, cube = gradients**2, gradients**3
    alpha = square / (2 * square + activations.sum((1, 2), keepdim=True) * cube + 1e-6)
    alpha = torch.where(gradients != 0, alpha, torch.zeros_like(alpha))
    weights = (gradients.clamp(min=0) * alpha).sum((1, 2), keepdim=True)
    return (weights * activations).sum(0)


def hirescam(activations, gradients):
    return (gradients * activations).sum(0)


class Watched(Scope):
    """Keeps what conv3 puts out, as a leaf of the rest, and what the LayerNorm that reads it puts out."""

    seen = normal = None

    def conv(self, name, x, *rest, **named):
        y = super().conv(name, x, *rest, **named)
        if self.prefix == "" and name == "conv3":
            Watched.seen = y = y.detach().requires_grad_()
        return y

    def layer_norm(self, name, x, eps):
        y = super().layer_norm(name, x, eps)
        if self.prefix == "window3.":
            Watched.normal = y
        return y


def main():
    import poster_var

    poster_var.Scope = Watched
    weights = {}

    def store(name, shape, _trainable):
        return weights.setdefault(name, golden(name, shape))

    shape = (2, 3, 224, 224)
    images = ((uniform("input", 2 * 3 * 224 * 224) - 0.5) * 4).float().reshape(shape)
    # One image at a time, as a map is made: the gradient of one score on one image's activations.
    mu, logvar = forward(store, images[:1], CLASSES)
    conv3 = Watched.seen
    # Tokens [1, 49, C] as a map; HiResCAM on conv3 itself is zero, for the LayerNorm takes the scale of a place away.
    square = lambda x: x if x.dim() == 4 else x.transpose(1, 2).reshape(1, -1, 7, 7)
    of = lambda score, layer: [
        square(torch.autograd.grad(score[0, c], layer, retain_graph=True)[0])[0] for c in range(CLASSES)
    ]
    kinds = {
        "gradcam": (grad_cam, mu, conv3),
        "gradcam++": (grad_cam_plusplus, mu, conv3),
        "hirescam": (hirescam, mu, Watched.normal),
        "logvar": (grad_cam, logvar, conv3),
    }
    maps = {}
    for name, (formula, score, layer) in kinds.items():
        found = [F.relu(formula(square(layer.detach())[0], g)).flatten().tolist() for g in of(score, layer)]
        maps[name] = [[float(f"{value:.7g}") for value in one] for one in found]
    on_conv3 = max(hirescam(conv3.detach()[0], g).abs().max().item() for g in of(mu, conv3))
    assert on_conv3 < 1e-7, on_conv3
    text = json.dumps({"torch": torch.__version__, "mu": mu[0].tolist(), "maps": maps})
    (here / "golden-cam-kin.json").write_text(text.replace("], [", "],\n[") + "\n")


main()
