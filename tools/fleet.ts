// npm run tool -- fleet [--rate 10000] [--load 0.7] [--zones 3] [--core-hour 0.045]: how many machines such a rate needs, and what they cost,
// out of what `npm run bench -- service` measured last (docs/service.md); writes docs/scale.md's table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tablesOf } from './bench/figures';
import { table, writePart } from './bench/report';
import { makeForms, SIZES } from './bench/service/load';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Connections of the rows that are read: as many as keep all cores busy. */
const CONNECTIONS = '16';
const HOURS_PER_MONTH = 730;

/** How a fleet is reckoned. */
export interface Plan {
  /** Pictures a second. */
  readonly rate: number;
  /** Share of what an instance can answer that it is to answer. */
  readonly load: number;
  /** Zones of which one may fail; 1 where none may. */
  readonly zones: number;
  /** Price of a core for an hour. */
  readonly coreHour: number;
}

/** What one instance was measured to do. */
export interface Instance {
  readonly cores: number;
  /** Pictures a second. */
  readonly rate: number;
  /** Bytes of a picture on the wire, its form included. */
  readonly pictureBytes: number;
}

/** What a fleet has and costs. */
export interface Fleet {
  readonly instances: number;
  readonly cores: number;
  /** Bits a second of pictures that come in. */
  readonly bits: number;
  /** Price of an hour. */
  readonly hour: number;
  /** Price of a million pictures, where they come at that rate all the time. */
  readonly million: number;
}

/** @throws Error for what no fleet can have */
export function planFleet({ rate, load, zones, coreHour }: Plan, instance: Instance): Fleet {
  if (!(rate > 0 && load > 0 && load <= 1 && zones >= 1 && Number.isInteger(zones) && coreHour >= 0)) throw new Error('--rate is above 0, --load from 0 to 1, --zones a whole number, --core-hour no less than 0.');
  if (!(instance.rate > 0)) throw new Error('docs/service.md has no such row: run npm run bench -- service.');
  const needed = rate / (instance.rate * load);
  // What is left where one zone has failed still answers all.
  const instances = zones === 1 ? Math.ceil(needed) : zones * Math.ceil(needed / (zones - 1));
  const cores = instances * instance.cores;
  const hour = cores * coreHour;
  return { instances, cores, bits: rate * instance.pictureBytes * 8, hour, million: hour / ((rate * 3600) / 1e6) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rate: { type: 'string' }, load: { type: 'string' }, zones: { type: 'string' }, 'core-hour': { type: 'string' } } });
  const plan: Plan = { rate: Number(values.rate ?? 10_000), load: Number(values.load ?? 0.7), zones: Number(values.zones ?? 3), coreHour: Number(values['core-hour'] ?? 0.045) };
  const page = readFileSync(join(root, 'docs/service.md'), 'utf8');
  const [rows] = tablesOf(page, 'bench');
  const cores = Number(/on \d{4}-\d\d-\d\d: (\d+) x /.exec(page)?.[1]);
  const lines: (string | number)[][] = [];
  for (const [size, count] of [['small', 4], ['large', 1]] as const) {
    const pixels = SIZES[size].join(' x ');
    const forms = await makeForms(count, SIZES[size]);
    const pictureBytes = forms.reduce((sum, { body }) => sum + body.length, 0) / forms.length;
    for (const service of ['Sightglass', 'Sightglass, int8']) {
      const row = rows.find((each) => each['pictures'] === pixels && each['connections'] === CONNECTIONS && each['service'] === service);
      const instance = { cores, rate: Number(row?.['requests/s']), pictureBytes };
      const fleet = planFleet(plan, instance);
      lines.push([
        pixels, service.endsWith('int8') ? 'int8' : 'fp32', instance.rate, String(fleet.instances), String(fleet.cores), (fleet.bits / 1e9).toFixed(1),
        fleet.hour.toFixed(0), (fleet.hour * HOURS_PER_MONTH).toFixed(0), fleet.million.toFixed(2),
      ]);
    }
  }
  writePart(
    'plan',
    [
      `Reckoned by \`npm run tool -- fleet\` out of the table of [service.md](service.md): ${plan.rate} pictures a second, instances of ${cores} cores at ${plan.load * 100} % of what they answered there,`,
      plan.zones === 1 ? 'none to spare,' : `spread over ${plan.zones} zones so that one may fail,`,
      `a core for ${plan.coreHour} dollars an hour.`,
      '',
      table(['pictures', 'precision', 'an instance answers/s', 'instances', 'cores', 'Gbit/s in', 'dollars an hour', 'a month', 'a million pictures'], lines),
    ].join('\n'),
    join(root, 'docs/scale.md'),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
