import js from '@eslint/js';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as wc } from 'eslint-plugin-wc';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import above from './tools/layers.json' with { type: 'json' };

/** What each kind of folder within a feature may not import (docs/architecture.md): regular expressions over the import's text. */
const kinds = {
  page: [['/worker/', 'The page starts a worker by its URL and knows its messages from shared/ alone.']],
  worker: [['/page/', 'A worker has no page.']],
  shared: [
    ['/(page|worker)/', 'shared/ is pure.'],
    ['^(lit|lit/.*|comlink|onnxruntime-.*|node:.*)$', 'shared/ is pure.'],
  ],
};

// tools/layers.json: which folders below src each of them stands above. An arrow of imports only points at these.

/** The engine is a package: others know what its entries give, and it knows nothing but itself and what its package.json names. */
const engine = {
  outside: ['^(\\.\\./)+engine(?!/(index|ort)$)', 'The engine is imported by its entries alone: engine/index, engine/ort.'],
  inside: ['^(?!\\.{1,2}/|pbf$)', 'The engine stands on pbf alone, and by its entry ort.ts on onnxruntime-web.'],
  extensions: ['^\\..*(?<!\\.ts)$', 'Within the engine imports name the file, as tsc makes plain modules of them.'],
};

/** Elements that other features show: an import of the file defines the element, so the index, which is to cost nothing, leaves them out. */
const elements = [
  'live/live-view', 'live/camera-stage', 'live/label-list', 'live/aim-stage', 'live/camera-tools', 'look/map-bar', 'look/map-overlay',
  'model/model-picker', 'model/load-progress',
];

/** A feature is reached by what its indexes give (src/<feature>/<page|worker|shared>/index.ts), and its elements by their files. */
const byIndex = [
  `^(\\.\\./)+(recognise|pictures|sessions|teach)/(?!(page|worker|shared)/index$|page/(${elements.join('|')})$)`,
  'A feature is imported by its index alone: src/<feature>/<page|worker|shared>/index.ts.',
];

const styleMap = {
  regex: '^lit/directives/style-map',
  message: 'Our content security policy refuses it: use styleProperties (src/base/page/elements/style-properties.ts).',
};

const contract = Object.entries(above).flatMap(([folder, below]) => {
  const others = Object.keys(above).filter((name) => name !== folder && !below.includes(name));
  const arrows = [[`^(\\.\\./)+(${[...others, 'tools', 'tests'].join('|')})/`, `src/${folder} may not import this: see docs/architecture.md.`]];
  const rule = (patterns) => ({
    'no-restricted-imports': ['error', { patterns: [...patterns.map(([regex, message]) => ({ regex, message })), styleMap] }],
  });
  if (folder === 'engine') {
    return [
      { files: ['src/engine/**/*.ts'], ignores: ['src/engine/kernels/**'], rules: rule([...arrows, engine.inside, engine.extensions]) },
      { files: ['src/engine/ort.ts'], rules: rule([...arrows, engine.extensions]) },
    ];
  }
  arrows.push(engine.outside, byIndex);
  return [
    { files: [`src/${folder}/**/*.ts`], rules: rule(arrows) },
    ...Object.entries(kinds).map(([kind, patterns]) => ({ files: [`src/${folder}/${kind}/**/*.ts`], rules: rule([...arrows, ...patterns]) })),
  ];
});

export default tseslint.config(
  { ignores: ['dist', 'src/engine/dist', 'dist-server', 'node_modules', 'coverage', 'tests/.tmp', 'tools/.scratch', 'src/base/locales/generated'] },
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
        { selector: "NewExpression[callee.name='CustomEvent']", message: 'Write a typed event class (events of its feature).' },
        { selector: 'TemplateElement[value.raw=/\\sstyle="|<style\\b/]', message: 'Our content security policy refuses inline styles: use static styles or styleProperties.' },
      ],
      'max-lines': ['error', { max: 280, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts', 'tools/**/*.ts'],
    ignores: ['src/server/onnxruntime.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: 'onnxruntime-node', allowTypeImports: true, message: 'It sends telemetry: take it from src/server/onnxruntime.ts.' }] },
      ],
    },
  },
  { files: ['src/base/shared/labels/**'], rules: { 'max-lines': 'off' } },
  { files: ['tests/**'], rules: { 'max-lines': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  ...contract,
);
