// npm run bench:recording [-- rate|hour]: what recording costs. Prints tables for docs/recording.md.
import { serveBuilt, type Serving } from '../serve';
import { benchHour } from './hour';
import { benchRate } from './rate';

const PARTS: Readonly<Record<string, (serving: Serving) => Promise<string>>> = { rate: benchRate, hour: benchHour };

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in PARTS));
  if (unknown) throw new Error(`There is no part "${unknown}". Parts: ${Object.keys(PARTS).join(', ')}.`);
  const serving = await serveBuilt();
  try {
    for (const [name, run] of Object.entries(PARTS)) {
      if (wanted.length === 0 || wanted.includes(name)) console.log(`\n${await run(serving)}\n`);
    }
  } finally {
    await serving.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
