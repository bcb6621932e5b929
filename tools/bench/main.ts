// npm run bench -- NAME [NAME ...] [options]: measures, and writes what docs and README say of it; without a name,
// lists what there is.
import { listOf } from '../table';
import { BENCHES } from './table';

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  // Names first; what follows them is for the last.
  const end = words.findIndex((word) => !Object.hasOwn(BENCHES, word));
  const names = end < 0 ? words : words.slice(0, end);
  const options = end < 0 ? [] : words.slice(end);
  if (names.length === 0) {
    const list = `npm run bench -- NAME [NAME ...] [options]\n\n${listOf(BENCHES)}\n`;
    if (words.length > 0) throw new Error(`There is no benchmark "${words[0]}".\n\n${list}`);
    console.log(list);
  }
  for (const [i, name] of names.entries()) await BENCHES[name].run(i === names.length - 1 ? options : []);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
