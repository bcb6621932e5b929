"""Makes model files with the exporters that people use, and what the network itself answers to a picture.

Usage: make.py FOLDER SET... [--kept]   (sets: small, odd, torchvision, timm, transformers, quantised, weights)
Writes the files, and cases.json: [{"name", "files", "answer"}], where an answer is the probability of each class as the network gives it
in Python, with its own preprocessing of picture.png, and "refused" stands for files that cannot be used. With --kept the cases
of the list KEPT alone stay."""
import json
import logging
import os
import sys
import warnings
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn
from torchvision import models, transforms

OUT = Path(sys.argv[1])
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CLASSES = 7
cases = []


def picture():
    """Colours that run, and squares: 320 x 320, so that a network that squeezes sees the same as one that crops."""
    y, x = np.mgrid[0:320, 0:320]
    rgb = np.stack([x * 255 / 319, y * 255 / 319, 127 + 120 * np.sin(x / 9) * np.cos(y / 13)], -1)
    rgb[60:180, 90:250] = [200, 40, 30]
    rgb[200:290, 30:140] = [20, 60, 220]
    return Image.fromarray(rgb.astype(np.uint8))


PICTURE = picture()


def tensor(size, resize=None, mean=MEAN, std=STD, interpolation=transforms.InterpolationMode.BILINEAR):
    steps = [transforms.Resize(resize or round(size * 256 / 224), interpolation), transforms.CenterCrop(size), transforms.ToTensor(), transforms.Normalize(mean, std)]
    return transforms.Compose(steps)(PICTURE)[None]


def last_linear(model):
    return [m for m in model.modules() if isinstance(m, (nn.Linear, nn.Conv2d)) and m.weight.shape[0] >= 2][-1]


def settle(model, size, seed=0):
    """Random weights that tell pictures apart: batch norms know their inputs, and the scores have a spread."""
    torch.manual_seed(seed)
    model.train()
    with torch.no_grad():
        if any(isinstance(m, nn.BatchNorm2d) for m in model.modules()):
            for _ in range(3):
                model(torch.randn(4, 3, size, size))
        model.eval()
        out = model(tensor(size))
        logits = out.logits if hasattr(out, "logits") else out[0] if isinstance(out, (tuple, list)) else out
        spread = float(logits.std())
        layer = last_linear(model)
        # Some of timm's begin with zeros, which are refused as weights that were never trained.
        if not layer.weight.any():
            nn.init.normal_(layer.weight)
            spread = float(layer.weight.std())
        layer.weight.mul_(2.5 / max(spread, 1e-6))
        if layer.bias is not None:
            layer.bias.mul_(2.5 / max(spread, 1e-6))
    return model.requires_grad_(False).eval()


def answer(model, x, kind="softmax"):
    with torch.no_grad():
        out = model(x)
    logits = out.logits if hasattr(out, "logits") else out[0] if isinstance(out, (tuple, list)) else out
    values = logits.double().flatten()
    if kind == "softmax":
        values = values.softmax(0)
    elif kind == "exp":
        values = values.exp()
    return [round(float(v), 6) for v in values]


def case(name, files, values=None, **more):
    cases.append({"name": name, "files": [str(Path(f).relative_to(OUT)) for f in files], **({"answer": values} if values else {}), **more})


def attempt(name, make):
    """An exporter that fails by itself has no file to try: it is told, and left out."""
    try:
        make()
    except Exception as error:  # noqa: BLE001
        print(f"{name}: {type(error).__name__}: {str(error)[:300]}".replace("\n", " "), file=sys.stderr)


def export(name, model, x, dynamo=False, opset=17, **options):
    path = OUT / f"{name}.onnx"
    options.setdefault("input_names", ["input"])
    torch.onnx.export(model, (x,), str(path), dynamo=dynamo, opset_version=opset, **({"verbose": False} if dynamo else {}), **options)
    data = Path(f"{path}.data")
    return [path, data] if data.exists() else [path]


class Small(nn.Module):
    """What small classifiers are made of: convolutions, batch norms, a depthwise one, a residual, squeeze and excitation, an average."""

    def __init__(self, classes=CLASSES, channels=3, activation=nn.ReLU6):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(channels, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), activation())
        self.depth = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(8), activation(), nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 8, 1), nn.Hardsigmoid())
        self.pool = nn.MaxPool2d(2)
        self.wide = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.SiLU())
        self.fc = nn.Sequential(nn.Dropout(0.2), nn.Linear(16, classes))

    def features(self, x):
        x = self.stem(x)
        x = x + self.depth(x)
        x = self.wide(self.pool(x * self.gate(x)))
        return torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1)

    def forward(self, x):
        return self.fc(self.features(x))


class Around(nn.Module):
    """A network with something before and behind it."""

    def __init__(self, model, before=nn.Identity(), after=nn.Identity()):
        super().__init__()
        self.before, self.model, self.after = before, model, after
        # An exporter puts all back into the mode of what it was given.
        self.eval()

    def forward(self, x):
        return self.after(self.model(self.before(x)))


class Function(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


class Normalise(nn.Module):
    def __init__(self, scale=1.0):
        super().__init__()
        self.scale = scale
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))

    def forward(self, x):
        return (x / self.scale - self.mean) / self.std


def small():
    size = 64
    net = settle(Small(), size)
    x = tensor(size)
    right = answer(net, x)
    for opset in (9, 10, 11, 13, 15, 17, 18, 20):
        attempt(f"old{opset}", lambda o=opset: case(f"old{o}", export(f"old{o}", net, x, opset=o), right))
    for opset in (18, 20, 21, 22, 23):
        attempt(f"dynamo{opset}", lambda o=opset: case(f"dynamo{o}", export(f"dynamo{o}", net, x, True, o, external_data=False), right))
    case("dynamo-external", export("dynamo-external", net, x, True, 18), right)
    batch = {"input": {0: "batch"}, "output": {0: "batch"}}
    sides = {"input": {0: "batch", 2: "height", 3: "width"}}
    case("dynamic-batch", export("dynamic-batch", net, x, dynamic_axes=batch, output_names=["output"]), right)
    at224 = answer(net, tensor(224))
    case("dynamic-sides", export("dynamic-sides", net, x, dynamic_axes=sides), at224)
    dim = torch.export.Dim
    case("dynamo-batch", export("dynamo-batch", net, torch.cat([x, x]), True, 18, external_data=False, dynamic_shapes={"x": {0: dim("batch")}}), right)
    attempt("dynamo-sides", lambda: case("dynamo-sides", export("dynamo-sides", net, torch.cat([x, x]), True, 18, external_data=False, dynamic_shapes={"x": {0: dim.AUTO, 2: dim.AUTO, 3: dim.AUTO}}), at224))
    case("unfolded", export("unfolded", net, x, do_constant_folding=False), right)
    case("weights-as-inputs", export("weights-as-inputs", net, x, keep_initializers_as_inputs=True), right)
    case("softmax", export("softmax", Around(net, after=nn.Softmax(1)), x), right)
    case("dynamo-softmax", export("dynamo-softmax", Around(net, after=nn.Softmax(1)), x, True, 18, external_data=False), right)
    case("log-softmax", export("log-softmax", Around(net, after=nn.LogSoftmax(1)), x), right)
    sigmoid = Around(net, after=nn.Sigmoid())
    case("sigmoid", export("sigmoid", sigmoid, x), answer(sigmoid, x, ""), independent=True)
    case("dynamo-sigmoid", export("dynamo-sigmoid", sigmoid, x, True, 18, external_data=False), answer(sigmoid, x, ""), independent=True)
    unit, byte = tensor(size, mean=[0] * 3, std=[1] * 3), tensor(size, mean=[0] * 3, std=[1 / 255] * 3)
    for dynamo in (False, True):
        way = {"dynamo": dynamo, "opset": 18 if dynamo else 17, **({"external_data": False} if dynamo else {})}
        tag = "dynamo-" if dynamo else ""
        case(f"{tag}normalises", export(f"{tag}normalises", Around(net, Normalise()), unit, **way), right)
        case(f"{tag}normalises-bytes", export(f"{tag}normalises-bytes", Around(net, Normalise(255)), byte, **way), right)
        nhwc = Around(net, nn.Sequential(Function(lambda v: v.permute(0, 3, 1, 2)), Normalise(255)))
        case(f"{tag}nhwc", export(f"{tag}nhwc", nhwc, byte.permute(0, 2, 3, 1).contiguous(), **way), right)
        bytes_in = Around(net, nn.Sequential(Function(lambda v: v.permute(0, 3, 1, 2).float()), Normalise(255)))
        case(f"{tag}uint8", export(f"{tag}uint8", bytes_in, byte.permute(0, 2, 3, 1).round().to(torch.uint8).contiguous(), **way), right)
        both = Both(net, False)
        case(f"{tag}two-outputs", export(f"{tag}two-outputs", both, x, output_names=["a", "b"], **way), right)
        turned = Both(net, True)
        case(f"{tag}features-first", export(f"{tag}features-first", turned, x, output_names=["features", "logits"], **way), right)
        case(f"{tag}features-unnamed", export(f"{tag}features-unnamed", turned, x, output_names=["a", "b"], **way), right)
        half = Small().half()
        half.load_state_dict(net.state_dict())
        half.half().eval()
        case(f"{tag}half", export(f"{tag}half", half, x.half(), **way), right, tolerance=0.03)
        case(f"{tag}batch8", export(f"{tag}batch8", net, torch.cat([x] * 8), **way), refused="batch of 8")
        case(f"{tag}grey", export(f"{tag}grey", settle_grey(), x[:, :1], **way), refused="grey")
        argmax = Around(net, after=Function(lambda v: v.argmax(1)))
        case(f"{tag}argmax", export(f"{tag}argmax", argmax, x, **way), refused="no list of scores")
        one = Small(1).requires_grad_(False).eval()
        case(f"{tag}one-score", export(f"{tag}one-score", one, x, **way), refused="one class")
        both_in = TwoInputs(net)
        path = OUT / f"{tag}two-inputs.onnx"
        torch.onnx.export(both_in, (x, x), str(path), input_names=["left", "right"], dynamo=dynamo, opset_version=way["opset"], **({"external_data": False} if dynamo else {}))
        case(f"{tag}two-inputs", [path], refused="2 inputs")
        dense = Around(net, after=Function(lambda v: v[:, :, None, None].expand(1, CLASSES, 4, 4).contiguous()))
        case(f"{tag}segmentation", export(f"{tag}segmentation", dense, x, **way), refused="no list of scores")
    case("no-weights", export("no-weights", net, x, export_params=False), refused="inputs")
    hard = settle(Small(activation=nn.Hardswish), size)
    case("hardswish", export("hardswish", hard, x), answer(hard, x))
    conv = settle(nn.Sequential(nn.Conv2d(3, 8, 5, 2), nn.GELU(), nn.Conv2d(8, CLASSES, 1), nn.AdaptiveAvgPool2d(1)), size)
    case("no-flatten", export("no-flatten", conv, x), answer(conv, x))
    case("dynamo-no-flatten", export("dynamo-no-flatten", conv, x, True, 18, external_data=False), answer(conv, x))
    mean_last = settle(MeanLast(), size)
    case("mean", export("mean", mean_last, x), answer(mean_last, x))
    case("dynamo-mean", export("dynamo-mean", mean_last, x, True, 18, external_data=False), answer(mean_last, x))
    from onnxruntime.transformers.float16 import convert_float_to_float16
    for keep in (True, False):
        made = convert_float_to_float16(onnx.load(str(OUT / "old17.onnx")), keep_io_types=keep)
        path = OUT / f"converted-half{'-io' if not keep else ''}.onnx"
        onnx.save(made, str(path))
        case(path.stem, [path], right, tolerance=0.03)
    several = onnx.load(str(OUT / "old17.onnx"))
    folder = OUT / "several-data"
    folder.mkdir(exist_ok=True)
    onnx.save_model(several, str(folder / "several.onnx"), save_as_external_data=True, all_tensors_to_one_file=False, size_threshold=64)
    case("several-data", sorted(folder.iterdir()), right)
    folder = OUT / "one-data"
    folder.mkdir(exist_ok=True)
    one_file = onnx.load(str(OUT / "old17.onnx"))
    onnx.save_model(one_file, str(folder / "one.onnx"), save_as_external_data=True, all_tensors_to_one_file=True, location="weights.bin", size_threshold=64)
    case("one-data", [folder / "one.onnx", folder / "weights.bin"], right)
    case("missing-data", [folder / "one.onnx"], refused="weights.bin")
    named = onnx.load(str(OUT / "old17.onnx"))
    onnx.helper.set_model_props(named, {"names": str({i: f"thing {i}" for i in range(CLASSES)}), "license": "MIT"})
    onnx.save(named, str(OUT / "names.onnx"))
    case("names", [OUT / "names.onnx"], right, labels=[f"thing {i}" for i in range(CLASSES)])


def odd():
    """What people have beside the usual: other inputs, ends and parts, and files that are cut off or something else."""
    size = 64
    net = settle(Small(), size, 5)
    x = tensor(size)
    right = answer(net, x)
    unit, byte = tensor(size, mean=[0] * 3, std=[1] * 3), tensor(size, mean=[0] * 3, std=[1 / 255] * 3)
    signed = tensor(size, mean=[0.5] * 3, std=[0.5] * 3)
    half = Small().half()
    half.load_state_dict(net.state_dict())
    half.half().eval()
    nhwc = Around(half, Function(lambda v: v.permute(0, 3, 1, 2)), nn.Softmax(1))
    for tag, way in (("", {}), ("dynamo-", {"dynamo": True, "opset": 22, "external_data": False})):
        attempt("nhwc", lambda: case(f"{tag}nhwc-half-softmax", export(f"{tag}nhwc-half-softmax", nhwc, x.permute(0, 2, 3, 1).contiguous().half(), **way), right, tolerance=0.03))
        case(f"{tag}batch4", export(f"{tag}batch4", net, torch.cat([x] * 4), **way), refused="batch of 4")
        two = TwoHeads(net)
        case(f"{tag}two-alike", export(f"{tag}two-alike", two, x, output_names=["main", "other"], **way), right)
        bytes_in = Around(net, nn.Sequential(Function(lambda v: v.float()), Normalise(255)))
        case(f"{tag}uint8-first", export(f"{tag}uint8-first", bytes_in, byte.round().to(torch.uint8), **way), right)
        pooled = settle(nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.Conv2d(8, CLASSES, 1), nn.AdaptiveAvgPool2d(1)), size)
        case(f"{tag}pooled-softmax", export(f"{tag}pooled-softmax", Around(pooled, after=nn.Softmax(1)), x, **way), answer(pooled, x))
        flat = Around(net, after=Function(lambda v: v[0]))
        case(f"{tag}one-dimension", export(f"{tag}one-dimension", flat, x, **way), right)
        middle = Around(net, after=Function(lambda v: v[:, None]))
        case(f"{tag}in-the-middle", export(f"{tag}in-the-middle", middle, x, **way), right)
        signed_in = Around(net, nn.Sequential(Function(lambda v: (v + 1) / 2), Normalise()))
        case(f"{tag}signed", export(f"{tag}signed", signed_in, signed, **way), right)
        for kind, given in (("unit", unit), ("bytes", byte), ("signed", signed), ("normalised", x)):
            first = nn.Sequential(nn.BatchNorm2d(3, momentum=None), Small())
            with torch.no_grad():
                first[0].weight.copy_(torch.tensor([1.4, 0.7, -1.1]))
                first.train()(torch.cat([given, given + given.std() * torch.randn(3, 3, size, size) / 4]))
            first = settle_as_it_is(first, given)
            # A fold of the norm into a convolution would leave nothing to be read.
            case(f"{tag}norm-first-{kind}", export(f"{tag}norm-first-{kind}", first, given, **way), answer(first, given))
        recurrent = settle_as_it_is(Rows(), x)
        attempt("gru", lambda: case(f"{tag}gru", export(f"{tag}gru", recurrent, x, **way), answer(recurrent, x)))
    sides = {"input": {2: "h", 3: "w"}}
    smaller = tensor(160, 171)
    config = OUT / "config.json"
    config.write_text(json.dumps({"architecture": "small", "num_classes": CLASSES, "num_features": 16, "pretrained_cfg": {"input_size": [3, 160, 160], "crop_pct": 0.9375, "interpolation": "bicubic", "mean": [0.5] * 3, "std": [0.25] * 3, "num_classes": CLASSES, "label_names": [f"kind {i}" for i in range(CLASSES)]}}))
    as_timm = tensor(160, 170, [0.5] * 3, [0.25] * 3, transforms.InterpolationMode.BICUBIC)
    case("timm-config", [*export("timm-config", net, smaller, dynamic_axes=sides), config], answer(net, as_timm), labels=[f"kind {i}" for i in range(CLASSES)])
    bottleneck = settle(models.resnet50(num_classes=4), 64)
    case("resnet50", export("resnet50", bottleneck, x), answer(bottleneck, x))
    (OUT / "empty.onnx").write_bytes(b"")
    case("empty", [OUT / "empty.onnx"], refused="empty.onnx is empty")
    import zipfile
    with zipfile.ZipFile(OUT / "zipped.onnx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(OUT / "two-alike.onnx", "two-alike.onnx")
    case("zipped", [OUT / "zipped.onnx"], refused="unpack it")
    folder = OUT / "cut-data"
    folder.mkdir(exist_ok=True)
    onnx.save_model(onnx.load(str(OUT / "two-alike.onnx")), str(folder / "cut.onnx"), save_as_external_data=True, all_tensors_to_one_file=True, location="cut.data", size_threshold=64)
    data = (folder / "cut.data").read_bytes()
    (folder / "cut.data").write_bytes(data[: len(data) - 100])
    case("cut-data", [folder / "cut.onnx", folder / "cut.data"], refused="it is cut off")
    whole = (OUT / "two-alike.onnx").read_bytes()
    (OUT / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    case("cut", [OUT / "cut.onnx"], refused="cut off")
    # Saved for the tests of weights, but small: no ResNet.
    save("called-onnx.onnx", {f"model.backbone.{k}": v for k, v in net.state_dict().items()})
    case("weights-called-onnx", [OUT / "called-onnx.onnx"], refused="no conv1.weight")


def settle_as_it_is(model, x):
    """As settle does, for what has known its pictures already."""
    model.eval()
    with torch.no_grad():
        spread = float(model(x).std())
        layer = last_linear(model)
        layer.weight.mul_(2.5 / max(spread, 1e-6))
        layer.bias.mul_(2.5 / max(spread, 1e-6))
    return model.requires_grad_(False).eval()


class TwoHeads(nn.Module):
    """Two lists of scores of one shape, neither of them made of the other."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.eval()

    def forward(self, x):
        found = self.model.features(x)
        return self.model.fc(found), self.model.fc(found.flip(1))


class Rows(nn.Module):
    """Reads a picture row by row."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3 * 16, 12, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(24, CLASSES)

    def forward(self, x):
        x = nn.functional.avg_pool2d(x, 4)
        found, _ = self.gru(x.permute(0, 2, 1, 3).flatten(2))
        return self.fc(found[:, -1])


class Both(nn.Module):
    """Scores, and what they are made of."""

    def __init__(self, model, features_first):
        super().__init__()
        self.model, self.features_first = model, features_first
        self.eval()

    def forward(self, x):
        found = self.model.features(x)
        return (found, self.model.fc(found)) if self.features_first else (self.model.fc(found), found)


class TwoInputs(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
        self.eval()

    def forward(self, left, right):
        return self.model(left) + self.model(right)


class MeanLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 12, 7, 4), nn.Mish())
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, CLASSES)

    def forward(self, x):
        return self.head(self.norm(self.conv(x).mean((2, 3))))


def settle_grey():
    return Small(channels=1).requires_grad_(False).eval()


def torchvision_set():
    sizes = {"inception_v3": 299}
    names = ["resnet18", "resnet34", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "squeezenet1_1", "shufflenet_v2_x0_5", "mnasnet0_5", "googlenet", "regnet_y_400mf", "densenet121"]
    for name in names:
        extra = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
        size = sizes.get(name, 224)
        net = settle(getattr(models, name)(weights=None, **extra), size)
        x = tensor(size)
        right = answer(net, x)
        attempt(name, lambda: case(f"tv-{name}", export(f"tv-{name}", net, x), right))
        attempt(name, lambda: case(f"tv-dynamo-{name}", export(f"tv-dynamo-{name}", net, x, True, 18), right))
    vit = settle(models.VisionTransformer(64, 16, 2, 2, 32, 64, num_classes=CLASSES), 64)
    nn.init.normal_(vit.heads.head.weight, std=1.5)
    swin = settle(models.SwinTransformer([4, 4], 16, [1, 1], [2, 2], [4, 4], num_classes=CLASSES), 64)
    convnext = settle(models.ConvNeXt([models.convnext.CNBlockConfig(16, 32, 1), models.convnext.CNBlockConfig(32, None, 1)], num_classes=CLASSES), 64)
    for name, net in (("vit", vit), ("swin", swin), ("convnext", convnext)):
        x = tensor(64)
        right = answer(net, x)
        attempt(name, lambda: case(f"tv-{name}", export(f"tv-{name}", net, x), right))
        attempt(name, lambda: case(f"tv-dynamo-{name}", export(f"tv-dynamo-{name}", net, x, True, 18), right))


def timm_set():
    import timm
    names = [*timm.list_models("test_*"), "mobilenetv4_conv_small_050", "efficientvit_b0", "levit_128s", "ghostnet_050", "edgenext_xx_small", "mobilevitv2_050", "lcnet_050", "tinynet_e", "fastvit_t8", "repvgg_a0", "vit_tiny_patch16_224", "convnext_atto", "xcit_nano_12_p16_224", "resmlp_12_224", "crossvit_tiny_240", "tf_efficientnet_lite0", "mobileone_s0", "repghostnet_050", "starnet_s1", "hgnetv2_b0"]
    for name in names:
        def make(name=name):
            net = timm.create_model(name, pretrained=False, num_classes=CLASSES)
            size = net.pretrained_cfg["input_size"][-1]
            net = settle(net, size)
            x = tensor(size)
            right = answer(net, x)
            attempt(name, lambda: case(f"timm-{name}", export(f"timm-{name}", net, x), right))
            attempt(name, lambda: case(f"timm-dynamo-{name}", export(f"timm-dynamo-{name}", net, x, True, 18), right))
        attempt(name, make)


def transformers_set():
    import transformers as t
    from optimum.exporters.onnx import main_export
    id2label = {i: f"sort {i}" for i in range(CLASSES)}
    common = {"num_labels": CLASSES, "id2label": id2label, "label2id": {v: k for k, v in id2label.items()}}
    kinds = {
        "vit": (t.ViTForImageClassification, t.ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=64, patch_size=16, **common), t.ViTImageProcessor(size={"height": 64, "width": 64})),
        "resnet": (t.ResNetForImageClassification, t.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", **common), t.ConvNextImageProcessor(size={"shortest_edge": 224}, crop_pct=0.875)),
        "mobilenet_v2": (t.MobileNetV2ForImageClassification, t.MobileNetV2Config(depth_multiplier=0.1, **common), t.MobileNetV2ImageProcessor()),
        "swin": (t.SwinForImageClassification, t.SwinConfig(image_size=64, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4, **common), t.ViTImageProcessor(size={"height": 64, "width": 64}, resample=3, image_mean=MEAN, image_std=STD)),
        "convnext": (t.ConvNextForImageClassification, t.ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2, **common), t.ConvNextImageProcessor(size={"shortest_edge": 224}, crop_pct=0.875)),
        "deit": (t.DeiTForImageClassification, t.DeiTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=64, patch_size=16, **common), t.DeiTImageProcessor(size={"height": 72, "width": 72}, crop_size={"height": 64, "width": 64}, resample=3)),
        "beit": (t.BeitForImageClassification, t.BeitConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=64, patch_size=16, **common), t.BeitImageProcessor(size={"height": 64, "width": 64}, do_center_crop=False, resample=3)),
        "mobilevit": (t.MobileViTForImageClassification, t.MobileViTConfig(image_size=64, hidden_sizes=[16, 16, 16], neck_hidden_sizes=[8, 8, 16, 16, 16, 16, 32], **common), t.MobileViTImageProcessor(size={"shortest_edge": 72}, crop_size={"height": 64, "width": 64})),
    }
    for kind, (model_class, config, processor) in kinds.items():
        def make():
            torch.manual_seed(1)
            inputs = processor(PICTURE, return_tensors="pt")
            net = model_class(config)
            for parameter in net.parameters():
                if parameter.dim() > 1:
                    nn.init.normal_(parameter, std=1.5 / parameter[0].numel() ** 0.5)
            net = settle(net, inputs["pixel_values"].shape[-1])
            folder = OUT / f"optimum-{kind}"
            net.save_pretrained(folder / "torch")
            processor.save_pretrained(folder / "torch")
            main_export(str(folder / "torch"), output=str(folder / "onnx"), task="image-classification", device="cpu", do_validation=False)
            files = [folder / "onnx/model.onnx", folder / "onnx/config.json", folder / "onnx/preprocessor_config.json"]
            case(f"optimum-{kind}", files, answer(net, inputs["pixel_values"]), labels=list(id2label.values()))
        attempt(kind, make)


def quantised():
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process
    net = settle(Small(), 64)
    x = tensor(64)
    right = answer(net, x)
    source = str(OUT / "to-quantise.onnx")
    export("to-quantise", net, x)
    quant_pre_process(source, source)

    class Reader(CalibrationDataReader):
        def __init__(self):
            torch.manual_seed(3)
            self.left = [{"input": x.numpy()}, *({"input": torch.randn(1, 3, 64, 64).numpy()} for _ in range(3))]

        def get_next(self):
            return self.left.pop() if self.left else None

    ways = {
        "qdq": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8},
        "qdq-channels": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8, "per_channel": True},
        "qoperator": {"quant_format": QuantFormat.QOperator, "activation_type": QuantType.QUInt8, "weight_type": QuantType.QUInt8},
    }
    for name, options in ways.items():
        path = OUT / f"{name}.onnx"
        quantize_static(source, str(path), Reader(), **options)
        case(name, [path], right, tolerance=0.15)
    path = OUT / "dynamic-int8.onnx"
    quantize_dynamic(source, str(path), weight_type=QuantType.QUInt8)
    case("dynamic-int8", [path], right, tolerance=0.15)


def save(name, value, **options):
    path = OUT / name
    torch.save(value, path, **options)
    return [path]


def weights():
    from safetensors.torch import save_file
    x = tensor(224)
    five = settle(models.resnet18(num_classes=5), 224)
    right = answer(five, x)
    state = five.state_dict()
    case("state-dict", save("state-dict.pth", state), right)
    case("state-dict-pt", save("state-dict.pt", state), right)
    case("data-parallel", save("data-parallel.pth", nn.DataParallel(five).state_dict()), right)
    optimizer = torch.optim.AdamW(five.parameters())
    five.requires_grad_(True).train()
    five(torch.randn(2, 3, 224, 224)).sum().backward()
    optimizer.step()
    settle(five, 224)
    state, right = five.state_dict(), answer(five, x)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    checkpoint = {"epoch": 3, "model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "loss": torch.tensor(0.25), "best_acc": np.float64(0.75)}
    case("checkpoint", save("checkpoint.pth", checkpoint), right)
    import argparse
    reference = {"arch": "resnet18", "epoch": 90, "state_dict": nn.DataParallel(five).state_dict(), "best_acc1": torch.tensor(70.5), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    case("imagenet-reference", save("imagenet-reference.pth", reference), right)
    ema = torch.optim.swa_utils.AveragedModel(five)
    vision = {"model": state, "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(), "epoch": 5, "args": argparse.Namespace(lr=0.1, model="resnet18"), "model_ema": ema.state_dict(), "scaler": {"scale": 65536.0}}
    case("vision-reference", save("vision-reference.pth", vision), right)
    case("ema", save("ema.pth", ema.state_dict()), right)
    case("half", save("half.pth", {k: v.half() if v.is_floating_point() else v for k, v in state.items()}), right, tolerance=0.02)
    case("bfloat16", save("bfloat16.pth", {k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()}), right, tolerance=0.1)
    case("double", save("double.pth", {k: v.double() if v.is_floating_point() else v for k, v in state.items()}), right)
    last = {k: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v for k, v in state.items()}
    case("channels-last", save("channels-last.pth", last), right)
    flat = torch.cat([v.float().flatten() for v in state.values() if v.is_floating_point()])
    shared, at = {}, 0
    for k, v in state.items():
        if v.is_floating_point():
            shared[k] = flat[at:at + v.numel()].view(v.shape)
            at += v.numel()
        else:
            shared[k] = v
    case("shared-storage", save("shared-storage.pth", shared), right)
    case("parameters", save("parameters.pth", {k: nn.Parameter(v) if v.is_floating_point() else v for k, v in state.items()}), right)
    case("protocol4", save("protocol4.pth", state, pickle_protocol=4), right)
    case("protocol5", save("protocol5.pth", state, pickle_protocol=5), right)
    case("legacy", save("legacy.pth", state, _use_new_zipfile_serialization=False), refused="before version 1.6")
    case("whole", save("whole.pth", five), refused="state_dict()")
    case("whole-in-checkpoint", save("whole-in-checkpoint.pth", {"epoch": 1, "model": five}), refused="state_dict()")
    torch.jit.trace(five, x).save(str(OUT / "script.pt"))
    case("script", [OUT / "script.pt"], refused="TorchScript")
    torch.export.save(torch.export.export(five, (x,)), str(OUT / "exported.pt2"))
    case("exported", [OUT / "exported.pt2"], refused="torch.export")
    save_file(state, str(OUT / "five.safetensors"))
    case("safetensors", [OUT / "five.safetensors"], right)
    save_file({f"module.{k}": v for k, v in state.items()}, str(OUT / "module.safetensors"))
    case("safetensors-module", [OUT / "module.safetensors"], right)
    thousand = settle(models.resnet18(), 224)
    case("thousand", save("thousand.pth", thousand.state_dict()), answer(thousand, x))
    deep = settle(models.resnet34(num_classes=9), 224)
    case("resnet34", save("resnet34.pth", deep.state_dict()), answer(deep, x))
    dropped = models.resnet18()
    dropped.fc = nn.Sequential(nn.Dropout(0.5), nn.Linear(512, 6))
    settle(dropped, 224)
    case("fc-sequential", save("fc-sequential.pth", dropped.state_dict()), answer(dropped, x))
    two = models.resnet18()
    two.fc = nn.Sequential(nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 6))
    case("fc-two-layers", save("fc-two-layers.pth", two.state_dict()), refused="fc.0.weight")
    headless = {k: v for k, v in state.items() if not k.startswith("fc.")}
    case("headless", save("headless.pth", headless), features=[round(float(v), 5) for v in features(five, x)])
    save_file(headless, str(OUT / "headless.safetensors"))
    case("headless-safetensors", [OUT / "headless.safetensors"], features=[round(float(v), 5) for v in features(five, x)])
    bottleneck = models.resnet50(num_classes=5)
    case("resnet50", save("resnet50.pth", bottleneck.state_dict()), refused="ResNet-50")
    case("mobilenet-weights", save("mobilenet-weights.pth", models.mobilenet_v2(num_classes=5).state_dict()), refused="ONNX")
    import pytorch_lightning as pl

    class Module(pl.LightningModule):
        def __init__(self, lr=0.001):
            super().__init__()
            self.save_hyperparameters()
            self.model = models.resnet18(num_classes=5)
            self.loss = nn.CrossEntropyLoss(weight=torch.ones(5))

        def training_step(self, batch):
            return self.loss(self.model(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)

    module = Module()
    trainer = pl.Trainer(max_epochs=1, logger=False, enable_checkpointing=False, enable_progress_bar=False, accelerator="cpu", enable_model_summary=False)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(2, 3, 64, 64), torch.tensor([0, 1])), batch_size=2)
    trainer.fit(module, data)
    module.model.load_state_dict(state)
    trainer.save_checkpoint(OUT / "lightning.ckpt")
    case("lightning", [OUT / "lightning.ckpt"], right)
    import timm
    other = settle(timm.create_model("resnet18", num_classes=5), 224)
    case("timm-state-dict", save("timm-state-dict.pth", other.state_dict()), answer(other, x))
    deeper = timm.create_model("resnet18d", num_classes=5)
    case("timm-resnet18d", save("timm-resnet18d.pth", deeper.state_dict()), refused="conv1.0.weight")
    import transformers as t
    hugging = settle(t.ResNetForImageClassification(t.ResNetConfig(depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], layer_type="basic", num_labels=5)), 224)
    folder = OUT / "transformers-resnet18"
    hugging.save_pretrained(folder)
    case("transformers-resnet18", [folder / "model.safetensors", folder / "config.json"], refused="ONNX")


def features(model, x):
    with torch.no_grad():
        for name in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool"):
            x = getattr(model, name)(x)
    return x.flatten()


# Small files that are kept with the tests (tests/exporters/files): make.py tests/exporters/files small odd quantised transformers --kept
KEPT = {
    "old9", "old11", "old17", "dynamo18", "dynamo22", "dynamo-external", "one-data", "missing-data", "several-data", "dynamic-batch", "dynamic-sides", "weights-as-inputs",
    "softmax", "dynamo-softmax", "log-softmax", "sigmoid", "normalises-bytes", "nhwc", "uint8", "two-outputs", "features-unnamed", "half", "converted-half-io",
    "batch8", "argmax", "one-score", "no-flatten", "mean", "names", "qdq", "qoperator", "dynamic-int8", "optimum-resnet", "optimum-vit", "optimum-mobilevit",
    "dynamo-nhwc-half-softmax", "two-alike", "uint8-first", "pooled-softmax", "one-dimension", "signed", "norm-first-unit", "norm-first-bytes", "norm-first-signed", "norm-first-normalised",
    "gru", "timm-config", "cut-data",
}

SETS = {"small": small, "odd": odd, "torchvision": torchvision_set, "timm": timm_set, "transformers": transformers_set, "quantised": quantised, "weights": weights}

OUT.mkdir(parents=True, exist_ok=True)
PICTURE.save(OUT / "picture.png")
for name in sys.argv[2:]:
    if name != "--kept":
        SETS[name]()
if "--kept" in sys.argv:
    cases = [found for found in cases if found["name"] in KEPT]
    stays = {OUT / file for found in cases for file in found["files"]} | {OUT / "picture.png"}
    for path in sorted(OUT.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path not in stays:
            path.unlink()
(OUT / "cases.json").write_text(json.dumps({"cases": cases}, indent=1))
