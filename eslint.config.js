import js from '@eslint/js';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as wc } from 'eslint-plugin-wc';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** What each layer may not import (docs/architecture.md). Patterns are gitignore-like, against the import's text. */
const below = {
  domain: ['elements', 'controllers', 'camera', 'client', 'recording', 'storage', 'worker', 'server', 'service-worker'],
  contract: ['elements', 'controllers', 'camera', 'client', 'recording', 'storage', 'worker', 'server', 'service-worker'],
  worker: ['elements', 'controllers', 'camera', 'client', 'recording', 'storage', 'server'],
  camera: ['elements', 'controllers', 'worker', 'server'],
  client: ['elements', 'controllers', 'worker', 'server', 'camera', 'recording'],
  recording: ['elements', 'controllers', 'worker', 'server'],
  storage: ['elements', 'controllers', 'worker', 'server', 'camera', 'client'],
  controllers: ['elements', 'worker', 'server'],
  elements: ['worker', 'server'],
  server: ['elements', 'controllers', 'camera', 'client', 'recording', 'storage', 'worker'],
};

const contract = Object.entries(below).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: forbidden.map((name) => `**/${name}/**`),
            message: `${layer} may not import this layer: see docs/architecture.md.`,
          },
          ...(layer === 'domain'
            ? [{ group: ['lit', 'lit/*', 'comlink', 'onnxruntime-*', 'node:*'], message: 'domain is pure.' }]
            : []),
          ...(layer === 'elements'
            ? [{ group: ['lit/directives/style-map*'], message: 'Our content security policy refuses it: use styleProperties (shared/style-properties.ts).' }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'dist-server', 'node_modules', 'coverage', 'tests/.tmp', 'tools/.scratch', 'src/worker/engine/simd/*.js', 'src/locales/generated'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  lit['flat/recommended'],
  wc['flat/recommended'],
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.worker.json', './tsconfig.worker-tests.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-deprecated': 'error',
      'no-restricted-properties': ['error', { object: 'document', property: 'getElementById' }],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='CustomEvent']", message: 'Write a typed event class (src/elements/events).' },
        { selector: 'TemplateElement[value.raw=/\\sstyle="|<style\\b/]', message: 'Our content security policy refuses inline styles: use static styles or styleProperties.' },
      ],
      'max-lines': ['error', { max: 260, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/domain/labels/**'], rules: { 'max-lines': 'off' } },
  { files: ['tests/**'], rules: { 'max-lines': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  ...contract,
);
