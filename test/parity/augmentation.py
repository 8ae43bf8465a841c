"""Makes golden-augmentation.json, once: what torchvision's transforms give for a small image, and how they draw.

Run with a Python that has torch and torchvision: python augmentation.py > golden-augmentation.json
"""
import json
import math
import torch
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

SIDE = 16
DRAWS = 20_000
torch.manual_seed(7)


def picture():
    """[3, SIDE, SIDE] in 0..1, from bytes that both sides can make: (37 i + 11 (i // 3) (i % 7)) % 256, interleaved."""
    flat = [(37 * i + 11 * (i // 3) * (i % 7)) % 256 for i in range(3 * SIDE * SIDE)]
    return torch.tensor(flat, dtype=torch.float32).reshape(SIDE, SIDE, 3).permute(2, 0, 1) / 255


def resized(width, height):
    """What 224 x 224 becomes of a picture of bytes (13 x + 7 y + 50 channel + x y // 16) % 256, at every 997th number."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    image = torch.stack([(13 * x + 7 * y + 50 * channel + (x * y) // 16) % 256 for channel in range(3)]).to(torch.uint8)
    small = F.resize(image, [224, 224], interpolation=InterpolationMode.BILINEAR, antialias=True)
    flat = small.permute(1, 2, 0).flatten()
    return {"width": width, "height": height, "samples": [int(value) for value in flat[::997]]}


def rows(image):
    """Interleaved again, 0..255, a few digits."""
    return [round(float(value), 3) for value in (image * 255).permute(1, 2, 0).flatten()]


def jittered(steps):
    image = picture()
    adjust = {"brightness": F.adjust_brightness, "contrast": F.adjust_contrast, "saturation": F.adjust_saturation}
    for kind, factor in steps:
        image = adjust[kind](image, factor)
    return {"steps": [{"kind": kind, "factor": factor} for kind, factor in steps], "pixels": rows(image)}


def spread(values):
    ordered = sorted(float(value) for value in values)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 4)
    mean = sum(ordered) / len(ordered)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in ordered) / (len(ordered) - 1))
    return {
        "mean": round(mean, 5),
        "deviation": round(deviation, 5),
        "quantiles": [at(share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)],
    }


def jitter_draws():
    jitter = v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2)
    factors, orders = {"brightness": [], "contrast": [], "saturation": []}, {}
    names = {0: "brightness", 1: "contrast", 2: "saturation"}
    for _ in range(DRAWS):
        params = jitter.make_params([picture()])
        order = ",".join(names[int(i)] for i in params["fn_idx"] if int(i) in names)
        orders[order] = orders.get(order, 0) + 1
        for kind in factors:
            factors[kind].append(params[f"{kind}_factor"])
    return {
        "factors": {kind: spread(values) for kind, values in factors.items()},
        "orders": {order: count / DRAWS for order, count in sorted(orders.items())},
    }


def erase_draws():
    erasing = v2.RandomErasing(p=0.5)
    image = torch.zeros(3, 224, 224)
    area, ratio, top, left = [], [], [], []
    for _ in range(DRAWS):
        params = erasing.make_params([image])
        if params["v"] is None:
            continue
        area.append(params["h"] * params["w"] / 224**2)
        ratio.append(math.log(params["h"] / params["w"]))
        top.append(params["i"] / (224 - params["h"]))
        left.append(params["j"] / (224 - params["w"]))
    erased = sum(float(torch.rand(1)) < erasing.p for _ in range(DRAWS)) / DRAWS
    return {
        "probability": erased,
        **{name: spread(values) for name, values in [("area", area), ("logRatio", ratio), ("top", top), ("left", left)]},
    }


rotation = v2.RandomRotation(10)
crop = v2.RandomCrop(224, padding=32)
padded = torch.zeros(3, 224, 224)
offsets = [crop.make_params([padded]) for _ in range(DRAWS)]
image = picture()
print(
    json.dumps(
        {
            "torchvision": __import__("torchvision").__version__,
            "side": SIDE,
            "draws": DRAWS,
            "resized": [resized(500, 300), resized(350, 350), resized(48, 48), resized(64, 84)],
            "flip": rows(F.horizontal_flip(image)),
            "rotations": [
                {"degrees": degrees, "pixels": rows(F.rotate(image, degrees, interpolation=InterpolationMode.BILINEAR))}
                for degrees in (10.0, -7.5, 33.0)
            ],
            "crops": [
                {
                    "top": top,
                    "left": left,
                    "padding": 5,
                    "pixels": rows(F.crop(F.pad(image, [5, 5, 5, 5]), top, left, SIDE, SIDE)),
                }
                for top, left in ((0, 0), (5, 5), (10, 3), (2, 9))
            ],
            # Flip, then rotation, then crop, as the transforms stand in a Compose.
            "together": rows(
                F.crop(
                    F.pad(
                        F.rotate(F.horizontal_flip(image), 12.0, interpolation=InterpolationMode.BILINEAR), [5, 5, 5, 5]
                    ),
                    3,
                    8,
                    SIDE,
                    SIDE,
                )
            ),
            "jitters": [
                jittered([("brightness", 1.2), ("contrast", 0.8), ("saturation", 1.2)]),
                jittered([("saturation", 0.8), ("contrast", 1.2), ("brightness", 1.15)]),
                jittered([("contrast", 1.2), ("brightness", 0.8), ("saturation", 0.9)]),
            ],
            "normalised": [
                round(float(value), 5)
                for value in F.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).flatten()[:60]
            ],
            "drawn": {
                "flip": sum(float(torch.rand(1)) < v2.RandomHorizontalFlip().p for _ in range(DRAWS)) / DRAWS,
                "rotation": spread(rotation.make_params([image])["angle"] for _ in range(DRAWS)),
                "cropTop": spread(offset["top"] for offset in offsets),
                "cropLeft": spread(offset["left"] for offset in offsets),
                "jitter": jitter_draws(),
                "erase": erase_draws(),
            },
        }
    )
)
