import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    projects: [
      {
        resolve: { conditions: ['onnxruntime-web-use-extern-wasm'] },
        test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: ['tests/*/browser/**'], environment: 'node', testTimeout: 120_000, hookTimeout: 300_000 },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/*/browser/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['tests/support/built-page.ts'],
          // One browser at a time: the network wants the machine's cores.
          fileParallelism: false,
          // A machine that stands still for seconds (CI's does) costs a second try, not the whole run; a second failure is one.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
