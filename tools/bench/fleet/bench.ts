// npm run bench -- fleet: instances of the service behind nginx on this machine, with one of them killed; writes docs/scale.md's table.

import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { encodedImage, makeSite } from '../../../tests/support/server/service';
import { table, writePart } from '../report';
import { ROOT } from '../service/rivals';
import { findNginx, sendAll, startFleet, type Answered } from './fleet';

/** Milliseconds of a picture whose time is said, not worked: how the number of instances counts where cores do not. */
const TIME = 100;
const COUNTS = [1, 2, 4];
const REAL_COUNTS = [1, 2];
/** Requests of each instance in a measurement, and how many are under way for each. */
const REQUESTS = 30;
const AT_ONCE = 4;

interface Row {
  readonly what: string;
  readonly count: number;
  readonly answered: Answered;
}

export async function benchFleet(): Promise<void> {
  const nginx = findNginx();
  if (!nginx) throw new Error('The benchmark needs nginx (Debian: apt-get install nginx-light).');
  const site = makeSite();
  const rows: Row[] = [];
  try {
    const scripted = { workers: 1, queue: 16, folder: site.folder, models: join(site.folder, 'models') };
    for (const count of COUNTS) {
      const fleet = await startFleet(nginx, count, scripted, true);
      rows.push({ what: `${TIME} ms, no work`, count, answered: await sendAll(fleet.url, `sleep ${TIME}`, 'image/png', REQUESTS * count, AT_ONCE * count) });
      await fleet.close();
    }
    const four = await startFleet(nginx, 4, scripted, true);
    let killed: Promise<void> | undefined;
    const answered = await sendAll(four.url, `sleep ${TIME}`, 'image/png', REQUESTS * 4, AT_ONCE * 4, (done) => {
      if (done === REQUESTS) killed = four.instances[0].kill();
    });
    await killed;
    rows.push({ what: `${TIME} ms, no work; one of four killed after a quarter`, count: 4, answered });
    await four.close();
    const picture = await encodedImage('jpeg', 640, 480);
    const real = { workers: 1, queue: 16, folder: join(ROOT, 'dist'), models: join(ROOT, 'dist/models'), model: 'resnet18', precision: 'fp32' };
    for (const count of REAL_COUNTS) {
      const fleet = await startFleet(nginx, count, real, false);
      await sendAll(fleet.url, picture, 'image/jpeg', 5 * count, count);
      rows.push({ what: 'a JPEG of 640 x 480, ResNet-18 fp32', count, answered: await sendAll(fleet.url, picture, 'image/jpeg', 3 * REQUESTS * count, AT_ONCE * count) });
      await fleet.close();
    }
  } finally {
    site.remove();
  }
  const first = (what: string): number => rows.find((row) => row.what === what)?.answered.rate ?? NaN;
  const cells = rows.map(({ what, count, answered: { good, others, rate } }) => [what, String(count), rate, (rate / first(what)).toFixed(2), String(good), String(others.length)]);
  // Killed within it: what is left of a ratio to itself says nothing.
  for (const row of cells) if (row[0].toString().includes('killed')) row[3] = '–';
  writePart(
    'fleet',
    [
      `Measured by \`npm run bench -- fleet\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} x ${cpus()[0].model.trim()}, instances of one recognising process each, nginx and the load on the same cores;`,
      `${AT_ONCE} requests under way for each instance.`,
      '',
      table(['a picture takes', 'instances', 'answered/s', 'times one', 'answered', 'lost'], cells),
    ].join('\n'),
    join(ROOT, 'docs/scale.md'),
  );
}
