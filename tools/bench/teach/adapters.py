"""Where would a low-rank adapter (LoRA), or training the last blocks, gain over the head alone? Once, by hand: needs PyTorch and a GPU.

Usage: adapters.py blocks|ranks PICTURES WEIGHTS OUT [PART PARTS]
`blocks`: adapters of the last convolution, of layer4 and of layers 3 and 4, and training these whole, with and without augmentation, always kept.
`ranks`: adapters of the last convolution with ranks 4, 16 and 64, kept always, and kept where three rounds of held-out pictures name more rightly.
Each line of OUT is a trial: domain, kinds of things, examples of each, and the share of new pictures named rightly by each way. `summary` instead of
`blocks` or `ranks`, with OUT alone, prints gains over the head with 95 % intervals (docs/teach.md).
"""

import collections, sys, json, math, random, time, glob, os
import numpy as np, torch, torchvision
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file


def summary(path):
    rows = [json.loads(l) for l in open(path)]
    T = [12.7, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09]

    def ci(d):
        n = len(d)
        m = sum(d) / n
        s = math.sqrt(sum((x - m) ** 2 for x in d) / (n - 1) / n)
        return f"{100*m:+.1f} ± {100*s*(T[n-2] if n-2<len(T) else 2):.1f}"

    groups = collections.defaultdict(list)
    for r in rows:
        groups["all"].append(r)
        groups[r["domain"]].append(r)
    base = "head 0.05"
    names = [m for m in rows[0]["res"] if not m.startswith("head 0")]
    chosen = list(rows[0].get("sel", {}))[1:]
    better = lambda p, a: (a[1] > p[1] and a[0] < p[0]) or (a[1] == p[1] and a[0] < 0.95 * p[0])
    print("| pictures | trials | head right | " + " | ".join(names + [m + ", chosen" for m in chosen]) + " |")
    print("| --- " * (3 + len(names) + len(chosen)) + "|")
    for k, rs in groups.items():
        g = [ci([r["res"][m] - r["res"][base] for r in rs]) for m in names] + [
            ci([(r["res"][m] - r["res"][base]) * better(r["sel"]["plain"], r["sel"][m]) for r in rs]) for m in chosen
        ]
        print(f"| {k} | {len(rs)} | {100*sum(r['res'][base] for r in rs)/len(rs):.1f} | " + " | ".join(g) + " |")


if sys.argv[1] == "summary":
    summary(sys.argv[2])
    sys.exit()
dev = "cuda"
MODE, PICTURES, WEIGHTS, OUT = (sys.argv[1:5] + [""] * 4)[:4]
part, parts = (int(n) for n in (sys.argv[5:7] or (0, 1)))
TRIALS = int(os.environ.get("TRIALS", "8"))
LIMIT = float(os.environ.get("LIMIT", "400"))
begin = time.time()
sd = {k: v.float() for k, v in load_file(WEIGHTS).items()}
net = torchvision.models.resnet18()
print(net.load_state_dict(sd, strict=False), flush=True)
net = net.to(dev).eval()
for p in net.parameters():
    p.requires_grad_(False)
MEAN = torch.tensor([0.485, 0.456, 0.406], device=dev).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225], device=dev).view(3, 1, 1)
even = lambda a, b: list(range(a, b + 1, 2))
KINDS = {
    "songbird": even(10, 20) + [92, 94],
    "water bird": even(128, 146) + [98, 100],
    "snake": even(52, 68),
    "terrier": even(180, 202),
    "hound": even(160, 178),
    "monkey": even(366, 384),
    "insect": even(300, 326),
    "boat": [472, 484, 510, 554, 576, 628, 724, 780, 814, 914],
    "car": [436, 468, 586, 654, 656, 734, 802, 864, 866],
    "instrument": [402, 420, 432, 486, 546, 558, 566, 594, 642, 684, 776, 822],
    "ball": [430, 522, 574, 722, 746, 752, 768, 852, 890],
    "clothes": [474, 568, 578, 608, 610, 614, 638, 806, 824, 834, 842],
    "vessel": [412, 438, 440, 504, 572, 720, 738, 898, 968],
    "device": [482, 508, 530, 590, 592, 620, 662, 664, 732, 742, 754, 848, 878],
    "building": [410, 442, 500, 538, 580, 668, 682, 698, 832, 888, 900],
    "fruit": even(936, 956),
}
FINE = {
    "terrier": even(180, 202),
    "hound": even(160, 178),
    "spaniel and retriever": even(206, 220),
    "shepherd": even(224, 236) + [240, 248, 250],
    "toy dog": even(152, 158) + [252, 254, 262, 266, 268],
    "wild dog": even(270, 280) + [258, 260],
    "cat": even(282, 294),
    "songbird": even(10, 20) + [92, 94],
    "water bird": even(128, 146) + [98, 100],
    "game bird": [8, 80, 82, 84, 86, 138],
    "bird of prey or tropical": [22, 24, 88, 90, 96],
    "snake": even(52, 68),
    "lizard": even(38, 48) + [26, 28],
    "beetle": even(300, 306),
    "fly and bug": even(308, 320),
    "butterfly": even(320, 326),
}
FINE = {k: v for k, v in FINE.items() if len(v) >= 6}
img = {int(os.path.basename(f)[:4]): Image.open(f).convert("RGB") for f in glob.glob(PICTURES + "/*.jpg")}
STOPS = np.array([[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]]) / 255
inferno = torch.from_numpy(
    np.stack([np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, 5), STOPS[:, c]) for c in range(3)], 1).astype(
        np.float32
    )
).to(dev)


def tens(im):
    return torch.from_numpy(np.array(im)).to(dev).permute(2, 0, 1).float() / 255


def gray(x):
    return (x * torch.tensor([0.299, 0.587, 0.114], device=dev).view(3, 1, 1)).sum(0)


def blur(g, s):
    k = int(4 * s) | 1
    t = torch.arange(k, device=dev) - k // 2
    w = torch.exp(-(t**2) / (2 * s * s))
    w = w / w.sum()
    g = F.conv2d(F.pad(g[None, None], (k // 2, k // 2, 0, 0), mode="reflect"), w.view(1, 1, 1, k))
    return F.conv2d(F.pad(g, (0, 0, k // 2, k // 2), mode="reflect"), w.view(1, 1, k, 1))[0, 0]


def domain(x, d):
    if d == "plain":
        return x
    if d == "inverted":
        return 1 - x
    if d == "thermal":
        g = blur(gray(x), 2.0)
        return inferno[(g * 255).long().clamp(0, 255)].permute(2, 0, 1)
    if d == "drawing":
        g = blur(gray(x), 1.0)
        sx = torch.tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1.0]], device=dev).view(1, 1, 3, 3)
        gx = F.conv2d(F.pad(g[None, None], (1, 1, 1, 1), mode="reflect"), sx)[0, 0]
        gy = F.conv2d(F.pad(g[None, None], (1, 1, 1, 1), mode="reflect"), sx.transpose(2, 3))[0, 0]
        return (1 - (2.0 * torch.sqrt(gx * gx + gy * gy)).clamp(0, 1)).expand(3, -1, -1)
    if d == "binary":
        g = blur(gray(x), 1.5)
        return (g > g.mean()).float().expand(3, -1, -1)
    if d == "microscope":
        g = blur(gray(x), 1.5)
        h, w = g.shape
        yy = torch.linspace(-1, 1, h, device=dev).view(-1, 1)
        xx = torch.linspace(-1, 1, w, device=dev).view(1, -1)
        a = torch.tensor([0.95, 0.85, 0.95], device=dev).view(3, 1, 1)
        b = torch.tensor([0.35, 0.1, 0.5], device=dev).view(3, 1, 1)
        y = b + (a - b) * (0.25 + 0.75 * g)
        return torch.where((yy * yy + xx * xx)[None] < 1.0, y, torch.zeros_like(y))


def view(i, strength, rnd):
    im = img[i]
    w, h = im.size
    if strength == "none":
        s = min(w, h)
        x0, y0 = (w - s) // 2, (h - s) // 2
        return tens(im.crop((x0, y0, x0 + s, y0 + s)).resize((256, 256), Image.BILINEAR)), (1, 1, 1), 0
    strong = strength == "strong"
    share = 0.4 + 0.5 * rnd.random() if strong else 0.6 + 0.4 * rnd.random()
    s = round(min(w, h) * math.sqrt(share))
    x0, y0 = int(rnd.random() * (w - s)), int(rnd.random() * (h - s))
    im = im.crop((x0, y0, x0 + s, y0 + s)).resize((256, 256), Image.BILINEAR)
    if rnd.random() < 0.5:
        im = im.transpose(Image.FLIP_LEFT_RIGHT)
    light = 0.5 + rnd.random() if strong else 0.8 + 0.4 * rnd.random()
    t = 0.15 if strong else 0.05
    return (
        tens(im),
        (light * (1 + t * (2 * rnd.random() - 1)), light, light * (1 + t * (2 * rnd.random() - 1))),
        (0.5 + 1.5 * rnd.random()) if strong and rnd.random() < 0.3 else 0,
    )


def make(i, strength, rnd, d):
    x, g, b = view(i, strength, rnd)
    x = (x * torch.tensor(g, device=dev).view(3, 1, 1)).clamp(0, 1)
    if b:
        x = torch.stack([blur(c, b) for c in x])
    x = domain(x, d)
    if d == "microscope" and strength != "none":
        x = torch.rot90(x, rnd.randrange(4), (1, 2))
    return x


def low(xs):  # 256 px images -> layer2 activations of the centre 224
    out = []
    for k in range(0, len(xs), 64):
        z = torch.stack(xs[k : k + 64])[:, :, 16:240, 16:240]
        z = (z - MEAN) / STD
        with torch.no_grad():
            z = net.maxpool(net.relu(net.bn1(net.conv1(z))))
            out.append(net.layer2(net.layer1(z)))
    return torch.cat(out)


def augment(x, rnd):
    s = int(256 * math.sqrt(0.5 + 0.5 * rnd.random()))
    x0, y0 = rnd.randrange(256 - s + 1), rnd.randrange(256 - s + 1)
    z = F.interpolate(x[None, :, y0 : y0 + s, x0 : x0 + s], (256, 256), mode="bilinear", antialias=True)[0]
    if rnd.random() < 0.5:
        z = z.flip(2)
    return (z * (0.7 + 0.6 * rnd.random())).clamp(0, 1)


def fold(conv, bn):
    s = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    return conv.weight * s.view(-1, 1, 1, 1), bn.bias - bn.running_mean * s


BL = []
for l in (net.layer3, net.layer4):
    for b in l:
        c1 = fold(b.conv1, b.bn1)
        c2 = fold(b.conv2, b.bn2)
        dn = fold(b.downsample[0], b.downsample[1]) if b.downsample else None
        BL.append([c1, c2, dn, b.conv1.stride[0]])


def feats(z, mods, grad=False):
    # mods: dict (block, conv)->fn(W) ; starts at layer2 out
    with torch.set_grad_enabled(grad):
        for n, (c1, c2, dn, st) in enumerate(BL):
            w1, w2 = c1[0], c2[0]
            if (n, 1) in mods:
                w1 = w1 + mods[(n, 1)]()
            if (n, 2) in mods:
                w2 = w2 + mods[(n, 2)]()
            h = F.relu(F.conv2d(z, w1, c1[1], st, 1))
            h = F.conv2d(h, w2, c2[1], 1, 1)
            z = F.relu(h + (F.conv2d(z, dn[0], dn[1], st) if dn else z))
        return z.mean((2, 3))


def fitLR(u, y, C, each=0.05, w=None):
    n = len(y)
    centre = u.mean(0)
    d = u - centre
    sc = 1 / math.sqrt((d * d).sum(1).mean().item())
    r = (d * sc).double()
    W = torch.zeros(C, u.shape[1], device=dev, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(C, device=dev, dtype=torch.float64, requires_grad=True)
    cnt = torch.bincount(y, minlength=C).double()
    rw = (n / (C * cnt))[y]
    if w is not None:
        rw = rw * w
    pen = each * (n if w is None else float((rw).sum()))
    o = torch.optim.LBFGS([W, b], max_iter=100, line_search_fn="strong_wolfe")

    def f():
        o.zero_grad()
        l = (rw * F.cross_entropy(r @ W.T + b, y, reduction="none")).sum() + 0.5 * pen * (W * W).sum()
        l = l / n
        l.backward()
        return l

    o.step(f)
    return W.detach(), b.detach(), centre, sc


def ask(m, u):
    W, b, c, s = m
    return ((u - c) * s).double() @ W.T + b


unit = lambda f: F.normalize(f, dim=1)


def task(name, seed):
    r = random.Random(seed)
    if name in ("kinds", "fine"):
        K = KINDS if name == "kinds" else FINE
        names = r.sample(sorted(K), 4)
        t = []
        a = []
        for k in names:
            l = [i for i in K[k] if i in img]
            r.shuffle(l)
            c = round(0.6 * len(l))
            t.append(l[:c])
            a.append(l[c:])
        return t, a, r
    k = r.choice([k for k in sorted(FINE) if len(FINE[k]) >= 8])
    l = [i for i in FINE[k] if i in img]
    r.shuffle(l)
    l = l[:8]
    return [[i] for i in l], [[i] for i in l], r


def train(Z, y, C, spec, aug, seed, epochs):
    # Z: [n, views, ...] layer2 activations
    torch.manual_seed(seed)
    kind, blocks, rank, lr = spec
    mods = {}
    ps = []
    for n, c in blocks:
        W = BL[n][c - 1][0]
        o, i = W.shape[:2]
        if kind == "lora":
            dn = torch.randn(rank, i * 9, device=dev) * 0.02
            up = torch.zeros(o, rank, device=dev)
            dn.requires_grad_(True)
            up.requires_grad_(True)
            ps += [dn, up]
            mods[(n, c)] = lambda dn=dn, up=up, i=i, o=o: (up @ dn).view(o, i, 3, 3)
        else:
            D = torch.zeros_like(W, requires_grad=True)
            ps.append(D)
            mods[(n, c)] = lambda D=D: D
    with torch.no_grad():
        u0 = torch.cat([unit(feats(Z[k : k + 256, 0], {})) for k in range(0, len(y), 256)])
    W, b, c, s = fitLR(u0, y, C)
    W = W.float().requires_grad_(True)
    b = b.float().requires_grad_(True)
    o = torch.optim.AdamW(
        [{"params": ps, "lr": lr, "weight_decay": 1e-2}, {"params": [W, b], "lr": 1e-2, "weight_decay": 0.0}]
    )
    cnt = torch.bincount(y, minlength=C).float()
    rw = (len(y) / (C * cnt))[y]
    g = torch.Generator().manual_seed(seed)
    steps = epochs * math.ceil(len(y) / 16)
    k = 0
    for e in range(epochs):
        order = torch.randperm(len(y), generator=g)
        for a in range(0, len(y), 16):
            ix = order[a : a + 16].to(dev)
            v = (
                torch.randint(0, Z.shape[1], (len(ix),), generator=g).to(dev)
                if aug
                else torch.zeros(len(ix), dtype=torch.long, device=dev)
            )
            for q in o.param_groups:
                q["lr"] = (
                    (lr if q["params"] is not o.param_groups[1]["params"] else 1e-2)
                    * 0.5
                    * (1 + math.cos(math.pi * k / steps))
                )
            k += 1
            u = unit(feats(Z[ix, v], mods, True))
            l = (rw[ix] * F.cross_entropy(((u - c) * s) @ W.T + b, y[ix])).mean() + 0.5 * 0.05 * (W * W).sum()
            o.zero_grad()
            l.backward()
            o.step()
    return {k: (lambda m=m(): m) for k, m in mods.items()}


def freeze(mods):
    with torch.no_grad():
        return {k: (lambda t=f().detach(): t) for k, f in mods.items()}


def hid(Z):
    out = []
    with torch.no_grad():
        for k in range(0, len(Z), 128):
            z = Z[k : k + 128]
            for n, (c1, c2, dn, st) in enumerate(BL):
                h = F.relu(F.conv2d(z, c1[0], c1[1], st, 1))
                if n == 3:
                    out.append((h, F.conv2d(h, c2[0], c2[1], 1, 1) + z))
                    break
                h = F.conv2d(h, c2[0], c2[1], 1, 1)
                z = F.relu(h + (F.conv2d(z, dn[0], dn[1], st) if dn else z))
    return torch.cat([a for a, _ in out]), torch.cat([b for _, b in out])


def ft(H, S, ad=None):
    if ad is None:
        return F.relu(S).mean((2, 3))
    dn, up = ad
    return F.relu(S + torch.einsum("or,nrhw->nohw", up, F.conv2d(H, dn, None, 1, 1))).mean((2, 3))


def trainlast(H, S, y, C, rank, lr, epochs, seed, each=0.05):
    torch.manual_seed(seed)
    m2 = (H * H).mean().item() * 512
    dn = ((2 * torch.rand(rank, 512, 3, 3, device=dev) - 1) * math.sqrt(3 / (9 * m2))).requires_grad_(True)
    up = torch.zeros(512, rank, device=dev, requires_grad=True)
    W, b, c, s = fitLR(unit(ft(H, S)), y, C, each)
    W = W.float().requires_grad_(True)
    b = b.float().requires_grad_(True)
    o = torch.optim.AdamW(
        [{"params": [dn, up], "lr": lr, "weight_decay": 1e-2}, {"params": [W, b], "lr": 1e-2, "weight_decay": 0.0}]
    )
    cnt = torch.bincount(y, minlength=C).float()
    rw = (len(y) / (C * cnt))[y]
    g = torch.Generator().manual_seed(seed)
    for e in range(epochs):
        order = torch.randperm(len(y), generator=g).to(dev)
        for a in range(0, len(y), 8):
            ix = order[a : a + 8]
            u = unit(ft(H[ix], S[ix], (dn, up)))
            l = (rw[ix] * F.cross_entropy(((u - c) * s) @ W.T + b, y[ix])).mean() + 0.5 * each * (W * W).sum()
            o.zero_grad()
            l.backward()
            o.step()
    return dn.detach(), up.detach()


def lossright(m, u, y):
    z = ask(m, u)
    return F.cross_entropy(z, y, reduction="sum").item(), int((z.argmax(1) == y).sum())


if MODE == "blocks":
    LAST = [(3, 2)]
    L4 = [(2, 1), (2, 2), (3, 1), (3, 2)]
    L34 = [(n, c) for n in range(4) for c in (1, 2)]
    METHODS = {
        "lora4 last": ("lora", LAST, 4, 1e-3, 0, 30),
        "lora16 last": ("lora", LAST, 16, 1e-3, 0, 30),
        "lora4 last aug": ("lora", LAST, 4, 1e-3, 1, 60),
        "lora8 layer4 aug": ("lora", L4, 8, 1e-3, 1, 60),
        "lora8 layer3+4 aug": ("lora", L34, 8, 1e-3, 1, 60),
        "full layer4 aug": ("full", L4, 0, 3e-5, 1, 60),
        "full layer3+4 aug": ("full", L34, 0, 3e-5, 1, 60),
    }
    jobs = [
        (s, t, d, c)
        for s in range(TRIALS)
        for t in ("kinds", "fine", "single things")
        for d in ("plain", "inverted", "thermal", "drawing", "microscope")
        for c in (10, 40)
    ]
    out = open(OUT, "w")
    for n, (s, t, d, c) in enumerate(jobs):
        if n % parts != part:
            continue
        if time.time() - begin > LIMIT:
            break
        tt, aa, r = task(t, 1000 + s)
        C = len(tt)
        X = []
        y = []
        g = []
        for lab, l in enumerate(tt):
            for i in range(c):
                X.append(make(l[i % len(l)], "none" if i < len(l) else "strong", r, d))
                y.append(lab)
                g.append(l[i % len(l)])
        Q = []
        q = []
        for lab, l in enumerate(aa):
            for i in l:
                for v in range(3 if t != "single things" else 12):
                    Q.append(make(i, ("none" if v == 0 else "mild") if t != "single things" else "strong", r, d))
                    q.append(lab)
        y = torch.tensor(y, device=dev)
        q = torch.tensor(q, device=dev)
        V = 8
        Z = low([x for x0 in X for x in [x0] + [augment(x0, r) for _ in range(V)]])
        Z = Z.view(len(X), V + 1, *Z.shape[1:])
        QZ = low(Q)

        def fe(z, m):
            return torch.cat([unit(feats(z[k : k + 256], m)) for k in range(0, len(z), 256)])

        res = {}
        uq = fe(QZ, {})
        acc = lambda m, u: (ask(m, u).argmax(1) == q).float().mean().item()
        ua = fe(Z[:, 0], {})
        for e in (0.15, 0.05, 0.015):
            res[f"head {e}"] = acc(fitLR(ua, y, C, e), uq)
        yy = y.repeat_interleave(V + 1)
        allv = fe(Z.flatten(0, 1), {})
        res["head aug"] = acc(fitLR(allv, yy, C, 0.05), uq)
        for name, (k, b, rk, lr, aug, ep) in METHODS.items():
            m = freeze(train(Z, y, C, (k, b, rk, lr), aug, s, ep if c < 40 else ep // 2))
            u = fe(Z[:, 0], m) if not aug else fe(Z.flatten(0, 1), m)
            res[name] = acc(fitLR(u, y if not aug else yy, C, 0.05), fe(QZ, m))
        out.write(json.dumps(dict(trial=s, task=t, domain=d, count=c, res=res)) + "\n")
        out.flush()
    print("done", part, time.time() - begin, flush=True)
else:
    METHODS = {"r4": (4, 1e-3, 15), "r16": (16, 1e-3, 15), "r64": (64, 1e-3, 15)}
    SEL = ("r4", "r16")
    jobs = [
        (s, t, d, c)
        for s in range(TRIALS)
        for c in (10, 40)
        for t in ("kinds", "fine")
        for d in ("drawing", "plain", "microscope", "thermal", "binary", "inverted")
    ]
    out = open(OUT, "w")
    for n, (s, t, d, c) in enumerate(jobs):
        if n % parts != part:
            continue
        if time.time() - begin > LIMIT:
            break
        tt, aa, r = task(t, 3000 + s)
        C = len(tt)
        X = []
        y = []
        g = []
        for lab, l in enumerate(tt):
            own = list(range(len(l)))
            for i in range(c):
                X.append(make(l[i % len(l)], "none" if i < len(l) else "strong", r, d))
                y.append(lab)
                g.append(i % len(l) % 3)
        Q = []
        q = []
        for lab, l in enumerate(aa):
            for i in l:
                for v in range(3):
                    Q.append(make(i, "none" if v == 0 else "mild", r, d))
                    q.append(lab)
        y = torch.tensor(y, device=dev)
        q = torch.tensor(q, device=dev)
        g = torch.tensor(g, device=dev)
        H, S = hid(low(X))
        QH, QS = hid(low(Q))
        uq = unit(ft(QH, QS))
        u = unit(ft(H, S))
        acc = lambda m, u: (ask(m, u).argmax(1) == q).float().mean().item()
        res = {}
        sel = {}
        for e in (0.15, 0.05, 0.015):
            res[f"head {e}"] = acc(fitLR(u, y, C, e), uq)
        pl = [0, 0]
        for k in range(3):
            a, b = g != k, g == k
            x = lossright(fitLR(u[a], y[a], C, 0.05), u[b], y[b])
            pl = [pl[0] + x[0], pl[1] + x[1]]
        sel["plain"] = pl + [len(y)]
        for name, (rk, lr, ep) in METHODS.items():
            ep = ep * 2 if c < 40 else ep
            ad = trainlast(H, S, y, C, rk, lr, ep, s)
            res[name] = acc(fitLR(unit(ft(H, S, ad)), y, C, 0.05), unit(ft(QH, QS, ad)))
            if name in SEL:
                t0 = [0, 0]
                for k in range(3):
                    a, b = g != k, g == k
                    ad = trainlast(H[a], S[a], y[a], C, rk, lr, ep, s)
                    x = lossright(fitLR(unit(ft(H[a], S[a], ad)), y[a], C, 0.05), unit(ft(H[b], S[b], ad)), y[b])
                    t0 = [t0[0] + x[0], t0[1] + x[1]]
                sel[name] = t0
        out.write(json.dumps(dict(trial=s, task=t, domain=d, count=c, res=res, sel=sel)) + "\n")
        out.flush()
    print("done", part, time.time() - begin, flush=True)
