"""Reads training sets that the app exports with the programs that they are for, and prints what they found as JSON.

Usage: read_dataset.py KIND FOLDER
Every reader gives the pictures of each split that is there with a label and the mean red, so that a picture under the wrong label is seen.
"""

import atexit
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_CACHE", tempfile.mkdtemp())
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())
os.environ.setdefault("YOLO_OFFLINE", "true")


SPLITS = ("train", "val", "test")


def splits_in(folder, name="%s"):
    """Those that an export has: one session may have no more than what is trained on."""
    return [split for split in SPLITS if os.path.exists(os.path.join(folder, name % split))]


def red(picture):
    return picture.convert("RGB").resize((1, 1)).getpixel((0, 0))[0]


def open_red(path):
    from PIL import Image

    with Image.open(path) as picture:
        return red(picture)


def hugging_face(dataset):
    found = {}
    for split, rows in dataset.items():
        feature = rows.features["label"]
        name = getattr(feature, "int2str", lambda label: label)
        found[split] = [[name(row["label"]), red(row["image"])] for row in rows]
    return found


def read_image_folder_hf(folder):
    from datasets import load_dataset

    by_name = hugging_face(load_dataset("imagefolder", data_dir=folder))
    by_card = hugging_face(load_dataset(folder))
    return {"by_name": by_name, "by_card": by_card}


def read_parquet(folder):
    from datasets import load_dataset

    return {"by_card": hugging_face(load_dataset(folder)), "by_name": hugging_face(load_dataset("parquet", data_dir=os.path.join(folder, "data")))}


def read_torchvision(folder):
    from torchvision.datasets import ImageFolder

    found = {}
    for split in splits_in(folder):
        data = ImageFolder(os.path.join(folder, split), allow_empty=True)
        found[split] = [[data.classes[label], red(picture)] for picture, label in data]
        found[split + "_classes"] = data.classes
    return found


def read_ultralytics_classify(folder):
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import ClassificationDataset
    from ultralytics.data.utils import check_cls_dataset

    data = check_cls_dataset(folder)
    args = get_cfg(overrides={"imgsz": 32})
    found = {}
    for split in splits_in(folder):
        rows = ClassificationDataset(str(data[split]), args=args, prefix=split).samples
        found[split] = [[data["names"][row[1]], open_red(row[0])] for row in rows]
    return found


def read_yolo(folder):
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    path = os.path.join(folder, "data.yaml")
    # From elsewhere: its places are the file's own.
    os.chdir("/")
    data = check_det_dataset(path, autodownload=False)
    found = {}
    for split in splits_in(folder, os.path.join("images", "%s")):
        rows = YOLODataset(img_path=data[split], data=data, task="detect", augment=False, imgsz=64).labels
        found[split] = [
            [data["names"][int(row["cls"][0][0])] if len(row["cls"]) else None, open_red(row["im_file"]), row["bboxes"].round(4).tolist()] for row in rows
        ]
    return found


def read_web_dataset(folder):
    import glob

    import webdataset

    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        assert "# " in file.read()
    found = {}
    for split in splits_in(folder, "%s-000000.tar"):
        shards = sorted(glob.glob(os.path.join(folder, split + "-*.tar")))
        rows = webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode("pil").to_tuple("cls", "jpg", "json")
        found[split] = [[row["label"], red(picture), label] for label, picture, row in rows]
    return found


def read_coco(folder):
    from pycocotools.coco import COCO

    found = {}
    for split in splits_in(folder, os.path.join("images", "%s")):
        truth = COCO(os.path.join(folder, "annotations", "instances_%s.json" % split))
        results = os.path.join(folder, "predictions", "predictions_%s.json" % split)
        predicted = truth.loadRes(results)
        names = {c["id"]: c["name"] for c in truth.loadCats(truth.getCatIds())}
        found[split] = []
        for i in sorted(truth.getImgIds()):
            (image,) = truth.loadImgs([i])
            labels = [names[a["category_id"]] for a in truth.imgToAnns[i]]
            scores = [[names[a["category_id"]], a["score"], a["sure"]] for a in predicted.imgToAnns[i]]
            found[split].append([labels[0] if labels else None, open_red(os.path.join(folder, "images", split, image["file_name"])), scores])
        found[split + "_categories"] = names
    return found


def read_datumaro(folder, kind):
    from datumaro import Dataset
    from datumaro.components.annotation import AnnotationType

    data = Dataset.import_from(folder, kind)
    names = [label.name for label in data.categories()[AnnotationType.label]]
    found = {}
    for item in data:
        pixels = item.media.data if item.media is not None else None
        boxes = [[names[a.label], [round(float(v), 2) for v in a.get_bbox()], a.attributes] for a in item.annotations]
        mean = None if pixels is None else int(pixels[..., 2].mean())
        found.setdefault(item.subset, []).append([boxes[0][0] if boxes else None, mean, boxes, item.id])
    return found


def openssl_1_1(folder):
    """FiftyOne's database is linked with an OpenSSL that newer systems do not have; psycopg2-binary 2.9.5 brings it, under names of its own."""
    import glob
    import importlib.util

    libraries = os.path.join(os.path.dirname(os.path.dirname(importlib.util.find_spec("psycopg2").origin)), "psycopg2_binary.libs")
    for path in glob.glob(os.path.join(libraries, "lib*")):
        name = os.path.basename(path)
        os.symlink(path, os.path.join(folder, name))
        for wanted in ("libssl", "libcrypto"):
            if name.startswith(wanted + "-"):
                os.symlink(path, os.path.join(folder, wanted + ".so.1.1"))


def read_fiftyone(folder):
    # Its database has 300 MB.
    with tempfile.TemporaryDirectory() as libraries, tempfile.TemporaryDirectory() as database:
        openssl_1_1(libraries)
        os.environ["LD_LIBRARY_PATH"] = libraries
        os.environ["FIFTYONE_DATABASE_DIR"] = database
        found = add_to_fiftyone(folder)
        from fiftyone.core.odm import database as running

        running._db_service.stop()
        # Nothing is left to be deleted at the end.
        atexit.unregister(running._delete_non_persistent_datasets_if_allowed)
    return found


def add_to_fiftyone(folder):
    os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"
    os.environ["FIFTYONE_SHOW_PROGRESS_BARS"] = "false"
    import fiftyone

    data = fiftyone.Dataset("set")
    splits = splits_in(folder)
    for split in splits:
        data.add_dir(os.path.join(folder, split), dataset_type=fiftyone.types.FiftyOneImageDetectionDataset, label_field="ground_truth", tags=split)
    found = {split: [] for split in splits}
    for sample in data:
        boxes = [[box.label, box.bounding_box, {key: box[key] for key in ("author", "session", "frame", "time_s")}] for box in sample.ground_truth.detections]
        (split,) = sample.tags
        found[split].append([boxes[0][0] if boxes else None, open_red(sample.filepath), boxes])
    found["counts"] = [len(data), data.count_values("ground_truth.detections.label")]
    return found


KINDS = {
    "hugging-face": read_image_folder_hf,
    "torchvision": read_torchvision,
    "ultralytics-classify": read_ultralytics_classify,
    "parquet": read_parquet,
    "web-dataset": read_web_dataset,
    "coco": read_coco,
    "datumaro-coco": lambda folder: read_datumaro(folder, "coco"),
    "datumaro-cvat": lambda folder: read_datumaro(folder, "cvat"),
    "datumaro-yolo": lambda folder: read_datumaro(folder, "yolo"),
    "yolo": read_yolo,
    "fiftyone": read_fiftyone,
}

if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        found = KINDS[sys.argv[1]](sys.argv[2])
    json.dump(found, sys.stdout)
