import { spawnSync } from 'node:child_process';

/**
 * Python's own pickle and zipfile write what torch.save does: torch's classes by their names, storages by persistent ids.
 * @param saved Python of what is saved, in which `given` is a dict of tensors
 * @param given those tensors, as a safetensors file of float32 and int64
 */
export function torchSave(saved: string, method = 'ZIP_STORED', given = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const script = `import sys, json, io, types, pickle, struct, zipfile, collections
torch = types.ModuleType('torch'); utils = types.ModuleType('torch._utils'); torch._utils = utils
sys.modules['torch'] = torch; sys.modules['torch._utils'] = utils
def _rebuild_tensor_v2(*a): pass
def _rebuild_parameter(*a): pass
for f in (_rebuild_tensor_v2, _rebuild_parameter): f.__module__ = 'torch._utils'; setattr(utils, f.__name__, f)
class FloatStorage: pass
class HalfStorage: pass
class LongStorage: pass
for c in (FloatStorage, HalfStorage, LongStorage): c.__module__ = 'torch'; setattr(torch, c.__name__, c)
storages = []
class Storage:
    def __init__(self, kind, values): self.kind = kind; self.bytes = values if isinstance(values, bytes) else struct.pack('<%d%s' % (len(values), 'e' if kind is HalfStorage else 'f'), *values); self.n = len(self.bytes) // {HalfStorage: 2, FloatStorage: 4, LongStorage: 8}[kind]; self.key = str(len(storages)); storages.append(self)
class Tensor:
    def __init__(self, values, shape, stride, offset=0, kind=FloatStorage): self.args = (Storage(kind, values), offset, shape, stride, False, collections.OrderedDict())
    def __reduce__(self): return (_rebuild_tensor_v2, self.args)
class Parameter(Tensor):
    def __reduce__(self): return (_rebuild_parameter, (self.inner, True, collections.OrderedDict()))
    def __init__(self, inner): self.inner = inner
class Net: pass
class P(pickle.Pickler):
    def persistent_id(self, o): return ('storage', o.kind, o.key, 'cpu', o.n) if isinstance(o, Storage) else None
def read(file):
    if not file: return {}
    size = struct.unpack('<Q', file[:8])[0]
    tensors = {}
    for name, entry in json.loads(file[8:8 + size]).items():
        if name == '__metadata__': continue
        shape = tuple(entry['shape']); stride = []
        for side in reversed(shape): stride.insert(0, stride[0] * last if stride else 1); last = side
        start, end = entry['data_offsets']
        kind = {'F32': FloatStorage, 'I64': LongStorage}[entry['dtype']]
        tensors[name] = Tensor(file[8 + size + start:8 + size + end], shape, tuple(stride), kind=kind)
    return tensors
given = read(sys.stdin.buffer.read())
saved = ${saved}
b = io.BytesIO(); P(b, 2).dump(saved)
z = io.BytesIO()
with zipfile.ZipFile(z, 'w', zipfile.${method}) as f:
    f.writestr('archive/data.pkl', b.getvalue()); f.writestr('archive/byteorder', 'little')
    for s in storages: f.writestr('archive/data/' + s.key, s.bytes)
    f.writestr('archive/version', '3')
sys.stdout.buffer.write(z.getvalue())`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: given, maxBuffer: 1 << 28 });
  if (stdout.length === 0) throw new Error(String(stderr));
  return new Uint8Array(stdout);
}
