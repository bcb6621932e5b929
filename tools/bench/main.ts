// npm run bench [-- PART ...]: measures the built app in Chromium and writes docs/performance.md.
import { benchEngines } from './engines';
import { benchFormats } from './formats';
import { benchLatency } from './latency';
import { benchMemory } from './memory';
import { benchPipeline } from './pipeline';
import { benchStartup } from './startup';

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  engines: benchEngines,
  memory: benchMemory,
  pipeline: benchPipeline,
  latency: benchLatency,
  startup: benchStartup,
  formats: benchFormats,
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in PARTS));
  if (unknown) throw new Error(`There is no part "${unknown}". Parts: ${Object.keys(PARTS).join(', ')}.`);
  for (const [name, run] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await run();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
