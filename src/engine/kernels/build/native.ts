// The native build of the kernels: an addon of Node for x86-64 Linux with AVX2 and FMA, made by the compiler of the WebAssembly builds; the same bytes each time.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileAddon, root } from './compile';

const folder = join(root, 'src/engine/kernels');
/** Where the recognising processes of the service find it. */
export const ADDON = join(root, 'src/server/native/kernels-linux-x64.node');

/** Kernels of other networks than ResNet-18, for which onnxruntime is the quicker where it is native, and one that is written anew. */
const WASM_ALONE = /^(f32|qs8)-/;

/** How the addon takes over each field of an operator: C, one line a field, in their order. @param header text of operator.h */
export function fieldsOf(header: string): string {
  const body = /typedef struct \{([^}]*)\} Operator;/.exec(header.replace(/\/\/.*/g, ''))?.[1] ?? '';
  const declarations = body.slice(body.indexOf('];') + 2).split(';').map((part) => part.trim()).filter(Boolean);
  return declarations.flatMap((declaration) => {
    const [, type, names] = /^(const float|float|int32_t)\s+(.*)$/s.exec(declaration) ?? [];
    return names.split(',').map((each) => {
      const name = each.replace('*', '').trim();
      return `${each.includes('*') ? 'POINTER' : type === 'float' ? 'FLOAT' : 'NUMBER'}(${name})\n`;
    });
  }).join('');
}

/** Compiles the addon. @param scratch a folder for what is generated on the way */
export function compileNative(sources: readonly string[], scratch: string, output: string): void {
  writeFileSync(join(scratch, 'fields.h'), fieldsOf(readFileSync(join(folder, 'operator.h'), 'utf8')));
  const own = ['addon.c', 'f32-igemm.c'].map((name) => join('native', name));
  compileAddon({ folder, sources: [...sources.filter((name) => !WASM_ALONE.test(name)), ...own], include: ['native', scratch], output });
}
