"""What both rivals do with a picture and with the network's scores: torchvision's Resize(256), CenterCrop(224), ToTensor(), Normalize, and the first three."""
import io

import numpy as np
from PIL import Image, ImageOps

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def decode(file):
    """Bytes of a picture -> RGB image, turned as its EXIF says. Raises OSError where it is none."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")


def preprocess(image):
    """RGB image -> float32 [1, 3, 224, 224]."""
    width, height = image.size
    size = (256, int(256 * height / width)) if width <= height else (int(256 * width / height), 256)
    image = image.resize(size, Image.BILINEAR)
    left, top = int(round((size[0] - 224) / 2.0)), int(round((size[1] - 224) / 2.0))
    image = image.crop((left, top, left + 224, top + 224))
    array = np.asarray(image, dtype=np.float32) / np.float32(255)
    return np.ascontiguousarray(((array - MEAN) / STD).transpose(2, 0, 1)[None])


def first_three(logits, labels):
    """float32 [1000] -> label and probability of the three best."""
    scores = np.exp(logits - logits.max())
    scores /= scores.sum()
    return [{"label": labels[i], "confidence": float(scores[i])} for i in np.argsort(scores)[::-1][:3]]
