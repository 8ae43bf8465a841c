"""
What exported files give in PyTorch and ONNX Runtime: `exports.py FOLDER`, with input.f32 [2, 3, 224, 224] in it. Prints mu and logvar of
every file as JSON, and saves the .pth again as PyTorch does: as a zip under DataParallel's names, and as a legacy stream.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

sys.path.append(str(Path(__file__).parents[2] / "resources" / "python"))
from poster_var import predict

folder = Path(sys.argv[1])
images = np.fromfile(folder / "input.f32", np.float32).reshape(-1, 3, 224, 224)


def flat(mu, logvar):
    return {"mu": np.asarray(mu).ravel().tolist(), "logvar": None if logvar is None else np.asarray(logvar).ravel().tolist()}


def of_pth(file):
    checkpoint = torch.load(file, weights_only=True)
    weights = checkpoint["model"]
    torch.save({"epoch": 3, "state_dict": {f"module.{name}": value for name, value in weights.items()}}, folder / "again.pth")
    torch.save({"state_dict": weights}, folder / "legacy.pth.tar", _use_new_zipfile_serialization=False)
    return flat(*predict(checkpoint, torch.from_numpy(images)))


def of_safetensors(file):
    """As the format's description says, with nothing but numpy."""
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    facts, kinds = header.pop("__metadata__"), {"F32": np.float32, "I64": np.int64}
    weights = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], kinds[entry["dtype"]]).reshape(entry["shape"])
        weights[name] = torch.from_numpy(values.copy())
    return flat(*predict({**facts, "model": weights}, torch.from_numpy(images)))


def of_onnx(file):
    onnx.checker.check_model(str(file), full_check=True)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    outputs = dict(zip([output.name for output in session.get_outputs()], session.run(None, {"images": images})))
    return flat(outputs["mu"], outputs.get("logvar"))


readers = {".pth": of_pth, ".safetensors": of_safetensors, ".onnx": of_onnx}
files = sorted(file for file in folder.iterdir() if file.suffix in readers)
print(json.dumps({file.name: readers[file.suffix](file) for file in files}))
