"""Reads what the app exports with libraries that we did not write, and prints what they found as JSON.

Usage: read.py KIND PATH...
"""

import csv
import json
import os
import sys
import zipfile


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def read_jsonl(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_srt(path):
    import srt

    with open(path, encoding="utf-8") as file:
        cues = srt.parse(file.read())
    return [[c.index, c.start.total_seconds(), c.end.total_seconds(), c.content] for c in cues]


def read_coco(annotations, predictions):
    from contextlib import redirect_stdout
    from pycocotools.coco import COCO

    with redirect_stdout(sys.stderr):
        truth = COCO(annotations)
        found = truth.loadRes(predictions)
    names = {c["id"]: c["name"] for c in truth.loadCats(truth.getCatIds())}
    return {
        "images": truth.loadImgs(sorted(truth.getImgIds())),
        "labels": {i: [names[a["category_id"]] for a in truth.imgToAnns[i]] for i in sorted(truth.getImgIds())},
        "scores": {
            i: [[names[a["category_id"]], a["score"]] for a in found.imgToAnns[i]] for i in sorted(truth.getImgIds())
        },
        "boxes": [a["bbox"] for a in truth.loadAnns(truth.getAnnIds())],
        "areas": [a["area"] for a in truth.loadAnns(truth.getAnnIds())],
        "categories": names,
    }


def read_label_studio(tasks, config):
    from label_studio_sdk.label_interface import LabelInterface

    with open(config, encoding="utf-8") as file:
        interface = LabelInterface(file.read())
    interface.validate()
    with open(tasks, encoding="utf-8") as file:
        tasks = json.load(file)
    return {
        "task": tasks[0],
        "tasks": tasks,
        "labels": list(interface.get_control("label").labels),
        "framerate": interface.get_object("video").attr["framerate"],
        "annotations": [interface.validate_annotation(a) for task in tasks for a in task["annotations"]],
        "predictions": [interface.validate_prediction(p, return_errors=True) for task in tasks for p in task["predictions"]],
    }


def read_image_folder(path, folder, side):
    """Unpacks with Python's zipfile and walks as torchvision.datasets.folder does (os.scandir, os.walk, sorted)."""
    from PIL import Image

    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    folder = os.path.join(folder, side)
    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    samples = []
    for index, name in enumerate(classes):
        for root, _, files in sorted(os.walk(os.path.join(folder, name), followlinks=True)):
            for file in sorted(files):
                if not file.lower().endswith((".jpg", ".jpeg", ".png")):
                    continue
                with Image.open(os.path.join(root, file)) as picture:
                    picture.load()
                    mean = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))
                    samples.append([file, index, picture.size, mean])
    return {"classes": classes, "samples": samples}


def read_features(path):
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    meta = json.loads(table.schema.metadata[b"sightglass"])
    return {"schema": {field.name: str(field.type) for field in table.schema}, "meta": meta, "rows": table.to_pylist()}


def read_zip(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: info.file_size for info in archive.infolist()}


KINDS = {
    "csv": read_csv,
    "jsonl": read_jsonl,
    "srt": read_srt,
    "coco": read_coco,
    "label-studio": read_label_studio,
    "image-folder": read_image_folder,
    "features": read_features,
    "zip": read_zip,
}

if __name__ == "__main__":
    json.dump(KINDS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
