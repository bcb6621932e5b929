import { defineConfig } from 'vitest/config';

/** onnxruntime-node sends nothing home: tests that load it themselves do so with the environment that src/server/onnxruntime.ts sets. */
const env = { ORT_DISABLE_TELEMETRY: '1' };

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    projects: [
      {
        resolve: { conditions: ['onnxruntime-web-use-extern-wasm'] },
        test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: ['tests/*/browser/**'], environment: 'node', env, testTimeout: 120_000, hookTimeout: 300_000 },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/*/browser/**/*.test.ts'],
          environment: 'node',
          env,
          globalSetup: ['tests/support/built-page.ts'],
          // Files share a worker's Chromiums (tests/support/browser.ts).
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // A machine that stands still for seconds (CI's does) costs a second try, not the whole run; a second failure is one.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
