import { spawnSync } from 'node:child_process';

/** Python's own pickle and zipfile write what torch.save does: torch's classes by their names, storages by persistent ids. */
export function torchSave(saved: string, method = 'ZIP_STORED'): Uint8Array {
  const script = `import sys, io, types, pickle, struct, zipfile, collections
torch = types.ModuleType('torch'); utils = types.ModuleType('torch._utils'); torch._utils = utils
sys.modules['torch'] = torch; sys.modules['torch._utils'] = utils
def _rebuild_tensor_v2(*a): pass
def _rebuild_parameter(*a): pass
for f in (_rebuild_tensor_v2, _rebuild_parameter): f.__module__ = 'torch._utils'; setattr(utils, f.__name__, f)
class FloatStorage: pass
class HalfStorage: pass
for c in (FloatStorage, HalfStorage): c.__module__ = 'torch'; setattr(torch, c.__name__, c)
storages = []
class Storage:
    def __init__(self, kind, values): self.kind = kind; self.bytes = struct.pack('<%d%s' % (len(values), 'e' if kind is HalfStorage else 'f'), *values); self.n = len(values); self.key = str(len(storages)); storages.append(self)
class Tensor:
    def __init__(self, values, shape, stride, offset=0, kind=FloatStorage): self.args = (Storage(kind, values), offset, shape, stride, False, collections.OrderedDict())
    def __reduce__(self): return (_rebuild_tensor_v2, self.args)
class Parameter(Tensor):
    def __reduce__(self): return (_rebuild_parameter, (self.inner, True, collections.OrderedDict()))
    def __init__(self, inner): self.inner = inner
class Net: pass
class P(pickle.Pickler):
    def persistent_id(self, o): return ('storage', o.kind, o.key, 'cpu', o.n) if isinstance(o, Storage) else None
saved = ${saved}
b = io.BytesIO(); P(b, 2).dump(saved)
z = io.BytesIO()
with zipfile.ZipFile(z, 'w', zipfile.${method}) as f:
    f.writestr('archive/data.pkl', b.getvalue()); f.writestr('archive/byteorder', 'little')
    for s in storages: f.writestr('archive/data/' + s.key, s.bytes)
    f.writestr('archive/version', '3')
sys.stdout.buffer.write(z.getvalue())`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script]);
  if (stdout.length === 0) throw new Error(String(stderr));
  return stdout;
}
