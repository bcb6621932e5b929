"""The reference of the parity test, written without a look at our code: Pillow and numpy as torchvision uses them, and
native onnxruntime. Usage: reference.py MODEL JOBS.json OUTPUT_FOLDER; a job is {"name", "picture"}.
Writes NAME.rgba (the decoded picture), NAME.input.f32 (network input) and NAME.logits.f32, and sizes.json."""
import json
import os
import sys
from pathlib import Path

# onnxruntime reads this as it is loaded; its telemetry is on without it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def preprocess(image):
    # torchvision.transforms: Resize(256), CenterCrop(224), ToTensor(), Normalize(MEAN, STD)
    width, height = image.size
    if width <= height:
        size = (256, int(256 * height / width))
    else:
        size = (int(256 * width / height), 256)
    image = image.resize(size, Image.BILINEAR)
    left = int(round((size[0] - 224) / 2.0))
    top = int(round((size[1] - 224) / 2.0))
    image = image.crop((left, top, left + 224, top + 224))
    array = np.asarray(image, dtype=np.uint8).astype(np.float32) / np.float32(255)
    return ((array - MEAN) / STD).transpose(2, 0, 1)[None].astype(np.float32)


def main():
    model, jobs, output = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    sizes = {}
    for job in jobs:
        image = Image.open(job["image"]).convert("RGB")
        sizes[job["name"]] = image.size
        rgba = np.dstack([np.asarray(image), np.full((image.height, image.width), 255, np.uint8)])
        rgba.tofile(output / f"{job['name']}.rgba")
        tensor = preprocess(image)
        tensor.tofile(output / f"{job['name']}.input.f32")
        logits = session.run(["logits"], {"input": tensor})[0]
        logits.tofile(output / f"{job['name']}.logits.f32")
    (output / "sizes.json").write_text(json.dumps(sizes))


main()
