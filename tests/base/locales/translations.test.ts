import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readConfigFileAndWriteSchema } from '@lit/localize-tools/lib/config.js';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, SCRATCH } from '../../support/shared';

type RuntimeConfig = ConstructorParameters<typeof RuntimeLitLocalizer>[0];

const XLIFF = 'src/base/locales/xliff/zh-Hans.xlf';
const GENERATED = 'src/base/locales/generated';

interface Unit {
  readonly source: string;
  readonly target: string | undefined;
}

function units(xliff: string): Map<string, Unit> {
  const found = [...xliff.matchAll(/<trans-unit id="(\w+)">\s*<source>([\s\S]*?)<\/source>([\s\S]*?)<\/trans-unit>/g)];
  return new Map(found.map(([, id, source, rest]) => [id, { source, target: /<target>([\s\S]*?)<\/target>/.exec(rest)?.[1] }]));
}

const read = (path: string): string => readFileSync(path, 'utf8');
const placeholders = (text: string): string[] => [...text.matchAll(/<x id="(\d+)"/g)].map(([, id]) => id).sort();

describe('the translations', () => {
  let scratch: string;
  let committed: Map<string, Unit>;
  let fresh: Map<string, Unit>;

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    scratch = mkdtempSync(join(SCRATCH, 'locales-'));
    cpSync(join(ROOT, XLIFF), join(scratch, 'xliff/zh-Hans.xlf'));
    mkdirSync(join(scratch, 'generated'));
    const config = JSON.parse(read(join(ROOT, 'lit-localize.json'))) as { output: object; interchange: object };
    const here = (path: string): string => relative(scratch, join(ROOT, path));
    const file = join(scratch, 'lit-localize.json');
    writeFileSync(
      file,
      JSON.stringify({
        ...config,
        tsConfig: here('tsconfig.json'),
        output: { ...config.output, outputDir: 'generated', localeCodesModule: join(scratch, 'generated/locale-codes.ts') },
        interchange: { ...config.interchange, xliffDir: 'xliff' },
      }),
    );
    // What `lit-localize extract` and `lit-localize build` do, with the sources read once.
    const localizer = new RuntimeLitLocalizer(readConfigFileAndWriteSchema(file) as RuntimeConfig);
    expect(localizer.extractSourceMessages().errors).toEqual([]);
    await localizer.writeInterchangeFiles();
    expect(localizer.validateTranslations().errors).toEqual([]);
    await localizer.build();
    committed = units(read(join(ROOT, XLIFF)));
    fresh = units(read(join(scratch, 'xliff/zh-Hans.xlf')));
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('have every message of the sources: npm run localize, then translate what it adds', () => {
    expect(fresh.size).toBeGreaterThan(300);
    expect([...fresh].filter(([id]) => !committed.has(id)).map(([, { source }]) => source)).toEqual([]);
    expect([...committed.values()].filter(({ target }) => !target).map(({ source }) => source)).toEqual([]);
  });

  it('have no message that is gone from the sources: npm run localize', () => {
    expect([...committed].filter(([id]) => !fresh.has(id)).map(([, { source }]) => source)).toEqual([]);
  });

  it('put in what the message puts in', () => {
    for (const { source, target } of committed.values()) expect(placeholders(target ?? ''), source).toEqual(placeholders(source));
  });

  it('are Chinese, but for names', () => {
    const names = ['COCO', 'FiftyOne', 'Parquet', 'WebDataset', 'YOLO', 'JSON Lines', 'WebAssembly SIMD'];
    const foreign = [...committed.values()].map(({ target }) => target ?? '').filter((target) => !/[\p{Script=Han}：。]/u.test(target));
    expect(foreign.sort()).toEqual(names.sort());
  });

  it.each(['zh-Hans.ts', 'locale-codes.ts'])('were built: %s', (name) => {
    expect(read(join(ROOT, GENERATED, name)) === read(join(scratch, 'generated', name)), 'npm run localize').toBe(true);
  });
});
