import { defineConfig } from 'vitest/config';

/**
 * onnxruntime-node sends nothing home: tests that load it themselves do so with the environment that src/server/onnxruntime.ts sets.
 * Python keeps what it compiles, also where the machine has it do without: each start of a reader would compile its libraries again.
 */
const env = { ORT_DISABLE_TELEMETRY: '1', PYTHONDONTWRITEBYTECODE: '' };

/** Tests of the built page in real browsers. Each project has an `env` of its own: the set-up puts there which build it runs on. */
const browser = {
  environment: 'node',
  globalSetup: ['tests/support/built-page.ts'],
  // Files share a worker's Chromiums (tests/support/browser.ts).
  isolate: false,
  testTimeout: 180_000,
  hookTimeout: 300_000,
  // A poll waits for a thing; a second, Vitest's own limit, is what a busy machine takes to draw it.
  expect: { poll: { timeout: 30_000 } },
  // A machine that stands still for seconds (CI's does) costs a second try, not the whole run; a second failure is one.
  retry: process.env['CI'] ? 1 : 0,
};

/** Those that hold what happens against a clock, and other browsers, have the machine to themselves. */
const timed = [
  'tests/app/browser/others/*.test.ts',
  'tests/recognise/browser/{announce,live,precision}.test.ts',
  'tests/sessions/browser/recording*.test.ts',
];

/** What depends on the model: once more as the app is where no ResNet-18 can be had. */
const outsider = ['app/browser/{landscape,layout}', 'server/browser/service-parity'].map((name) => `tests/${name}.test.ts`);

/**
 * Those that start other programs for longer than a moment (the C compiler, npm, Python, a service whose images take seconds),
 * read all sources for their translations, or compute with whole networks or many images. The rest of what needs no browser is the project `unit`, which takes less than a minute,
 * so that it can be run at every change.
 */
const processes = [
  'tests/**/fuzz.test.ts',
  'tests/base/locales/translations.test.ts',
  'tests/engine/{classifier,kernels,preprocess,resnet18,state-dict}.test.ts', 'tests/engine/worker/*.test.ts',
  'tests/recognise/worker/{adopt-model,exported-models,exporters}.test.ts',
  'tests/server/{avif,columns,errors,fleet,inference,load,logs,mapped-network,native,observed,own-models,predict,telemetry}.test.ts',
  'tests/server/clients/*.test.ts',
  'tests/sessions/{match-frames,video-cut}.test.ts', 'tests/sessions/exports-python.test.ts',
  'tests/sessions/dataset/readers.test.ts',
  'tests/sessions/worker/{train,write-zip}.test.ts',
  'tests/teach/logistic-sklearn.test.ts',
  'tests/tools/{audit,bootstrap,quantise-graph,table}.test.ts', 'tests/tools/efficientnet/files.test.ts',
  'tests/tools/model/{int8,sources}.test.ts',
  'tests/tools/docker/*.test.ts',
];

/** Tests in Node, two files at a time: by itself vitest takes one core fewer than there are, of two only one. */
const node = { environment: 'node', env, testTimeout: 120_000, hookTimeout: 300_000, maxWorkers: 2 };

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    projects: [
      {
        resolve: { conditions: ['onnxruntime-web-use-extern-wasm'] },
        test: { ...node, pool: 'threads', name: 'unit', include: ['tests/**/*.test.ts'], exclude: ['tests/*/browser/**', ...processes] },
      },
      { test: { ...node, name: 'processes', include: processes } },
      {
        test: {
          ...browser,
          name: 'browser',
          include: ['tests/*/browser/**/*.test.ts'],
          exclude: timed,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          env: { ...env },
        },
      },
      { test: { ...browser, name: 'outsider', include: outsider, maxWorkers: 2, sequence: { groupOrder: 1 }, env: { ...env } } },
      { test: { ...browser, name: 'timed', include: timed, maxWorkers: 1, env: { ...env }, sequence: { groupOrder: 2 } } },
    ],
  },
});
