// npm run tool -- docker-steps [FOLDER]: builds what the Dockerfile builds, without Docker, and starts it; Ctrl+C ends it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStages } from './build';
import { readDockerfile } from './dockerfile';
import { startImage, untilHealthy } from './run';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<void> {
  const scratch = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'sightglass-image-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const built = buildStages(readDockerfile(join(root, 'Dockerfile')), root, scratch, console.log);
  const image = await startImage(built[built.length - 1]);
  await untilHealthy(image, 60);
  console.log(`healthy at ${image.url}, user ${image.uid ?? 'of this shell'}`);
  process.once('SIGINT', () => void image.stop().then(({ code }) => process.exit(code ?? 1)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
