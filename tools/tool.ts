// npm run tool -- NAME [options]: runs a tool of tools/table.ts in this process; without a name, lists them.
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { listOf, TOOLS } from './table';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...options] = process.argv.slice(2);
if (name !== undefined && Object.hasOwn(TOOLS, name)) {
  const { file, args = [], env = {} } = TOOLS[name];
  const path = resolve(root, file);
  Object.assign(process.env, env);
  process.argv = [process.execPath, path, ...args, ...options];
  await import(pathToFileURL(path).href);
} else {
  const list = `npm run tool -- NAME [options]\n\n${listOf(TOOLS)}\n`;
  if (name === undefined) console.log(list);
  else console.error(`There is no tool "${name}".\n\n${list}`);
  process.exitCode = name === undefined ? 0 : 1;
}
