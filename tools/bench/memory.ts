import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { withHarness } from '../harness/serve-harness';
import { candidates, hideRelaxedSimd, RIVAL_FOLDERS, type Candidate } from './contestants';
import { machine, table, writePart } from './report';

const RUNS = 8;

/** Peak resident memory (VmHWM) of the largest renderer process below this one, bytes; Linux only. */
function peakRendererBytes(): number {
  let peak = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer') || !below(pid)) continue;
      const kib = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
      peak = Math.max(peak, kib * 1024);
    } catch {
      // It has just ended.
    }
  }
  return peak;
}

function below(pid: string): boolean {
  for (let at = pid; at !== '0' && at !== '1'; ) {
    if (at === String(process.pid)) return true;
    at = /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? '0';
  }
  return false;
}

/** What each engine downloads and how much memory its renderer process takes at most, each in a browser of its own. */
export async function benchMemory(): Promise<void> {
  const rows: (string | number)[][] = [];
  let version = '';
  const measure = async (name: string, threads: number, candidate?: Candidate): Promise<void> => {
    await withHarness({ extra: RIVAL_FOLDERS }, async (page, serving) => {
      await hideRelaxedSimd(page);
      version = page.context().browser()?.version() ?? '';
      const sockets = new Set<Socket>();
      const sent = (): number => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);
      // The browser keeps its connections: the ones that are open already are seen at their next request.
      serving.server.on('request', (request: { socket: Socket }) => sockets.add(request.socket));
      await page.evaluate(() => fetch('/phone.json').then((r) => r.text()));
      const before = sent();
      const contestant = await candidate?.start(page, serving, threads);
      await contestant?.time(RUNS);
      rows.push([name, String(threads || '–'), (sent() - before) / 1e6, peakRendererBytes() / 2 ** 20]);
    }, true);
  };
  await measure('empty page', 0);
  for (const threads of [1, 2]) {
    for (const candidate of candidates()) {
      // Joined vectors are the same bytes.
      if (!candidate.inBrowser || candidate.flags) continue;
      await measure(candidate.name, threads, candidate).catch((error: unknown) => console.warn(`${candidate.name}: ${String(error)}`));
    }
  }
  writePart('memory', [
    '## Bytes and memory',
    `Each engine in a browser of its own: bytes that the server sent (worker, WebAssembly and model), and the most resident memory that`,
    `the renderer process had (VmHWM), the page and the browser's own part included, after ${RUNS} runs. \`npm run bench -- memory\`.`,
    '', machine(version), '', table(['engine', 'threads', 'MB sent', 'peak MiB'], rows),
  ].join('\n'));
}
