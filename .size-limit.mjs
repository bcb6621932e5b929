// npm run size: what the built page weighs, gzipped, without model and WebAssembly (size-limit, @size-limit/file).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';

await init;
const dist = 'dist';
if (!existsSync(join(dist, 'index.html'))) throw new Error('There is no built page: npm run build first.');
const page = readFileSync(join(dist, 'index.html'), 'utf8');
const assets = readdirSync(join(dist, 'assets'));

/** The files and all that they import statically: what has to be there before the first of them runs. */
function withImports(files) {
  const all = new Set();
  const visit = (file) => {
    if (all.has(file)) return;
    all.add(file);
    if (!file.endsWith('.js')) return;
    for (const { n: name, d: dynamic } of parse(readFileSync(file, 'utf8'))[0]) {
      if (dynamic === -1 && name?.startsWith('.')) visit(join(dirname(file), name));
    }
  };
  files.forEach(visit);
  return all;
}

const linked = [...page.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, file]) => join(dist, file));
const first = withImports(linked);

/** A part of the app that is fetched when it is wanted: its own chunk and what comes with it beyond the first page. */
function lazy(name, chunk, limit) {
  const files = assets.filter((file) => file.startsWith(`${chunk}-`) && /\.js$/.test(file) && file.length === chunk.length + '-12345678.js'.length);
  if (files.length !== 1) throw new Error(`${files.length} chunks are called ${chunk}: .size-limit.mjs has to follow the build.`);
  const path = [...withImports([join(dist, 'assets', files[0])])].filter((file) => !first.has(file));
  return { name, path, limit, gzip: true, brotli: false };
}

export default [
  { name: 'the page until its first label', path: [join(dist, 'index.html'), ...first].map((file) => relative('.', file)), limit: '96 kB', gzip: true, brotli: false },
  lazy('pictures', 'pictures-view', '24.5 kB'),
  lazy('sessions', 'sessions-view', '51 kB'),
  lazy('teach', 'teach-view', '25 kB'),
  lazy('recording', 'recording-panel', '23.8 kB'),
  lazy('settings', 'settings-sheet', '3 kB'),
  lazy('status', 'status-sheet', '3.5 kB'),
  lazy('keys', 'shortcut-sheet', '2 kB'),
  lazy('notices', 'platform-notices', '7 kB'),
  lazy('Chinese words', 'zh-Hans', '27 kB'),
  lazy('Chinese class names', 'imagenet-zh', '7 kB'),
  lazy('recogniser worker', 'recogniser.worker', '74 kB'),
  lazy('recorder worker', 'recorder.worker', '57 kB'),
  lazy('session worker', 'session-store.worker', '15 kB'),
  lazy('import and export worker', 'session-transfer.worker', '90 kB'),
  lazy('teach worker', 'teach.worker', '17 kB'),
  lazy('offline worker', 'keep-offline.worker', '2.5 kB'),
];
