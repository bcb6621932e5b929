import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Of so many milliseconds a process runs its share. */
const TURN_MS = 100;

/** Lets processes run and stand still in turn until it is killed; with a signal that ends it they run on. */
const TURNS = `
  const [on, off, ...pids] = process.argv.slice(1).map(Number);
  const all = (signal) => pids.forEach((pid) => { try { process.kill(pid, signal); } catch {} });
  const run = () => { all('SIGCONT'); setTimeout(stand, on); };
  const stand = () => { all('SIGSTOP'); setTimeout(run, off); };
  process.on('SIGTERM', () => { all('SIGCONT'); process.exit(); });
  stand();`;

/** Numbers of the processes in which the pages of the browser run that has a profile. @throws Error where there are none */
function renderersOf(profile: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
      return words.includes('--type=renderer') && words.includes(`--user-data-dir=${profile}`);
    } catch {
      // It has ended since.
      return false;
    }
  });
  if (pids.length === 0) throw new Error(`No page runs with ${profile}.`);
  return pids;
}

/**
 * Has the pages of the browser that runs with a profile get a share of the time, all their threads alike, as on a slow phone: the browser's own
 * protocol slows the page's thread alone. Linux only.
 * @param share 0..1
 * @returns a function that lets them run on
 */
export function slowRenderers(profile: string, share: number): () => Promise<void> {
  const turns = spawn(process.execPath, ['-e', TURNS, String(TURN_MS * share), String(TURN_MS * (1 - share)), ...renderersOf(profile)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => turns.once('exit', () => resolve()));
  return async () => {
    turns.kill('SIGTERM');
    await ended;
  };
}

/**
 * Has the pages of the browser that runs with a profile stand still, all their threads, as those of a phone that is put away. Linux only.
 * @returns a function that lets them run on
 */
export function freezeRenderers(profile: string): () => void {
  const pids = renderersOf(profile).map(Number);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'));
}
