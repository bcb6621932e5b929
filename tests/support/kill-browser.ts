import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the browser that runs with a profile at once (SIGKILL), as a crash or a drained battery does; Linux only.
 * @returns once it is gone, its helper processes too
 * @throws Error where none runs
 */
export async function killBrowser(profile: string): Promise<void> {
  const running = (): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => commandOf(pid).includes(`--user-data-dir=${profile}`));
  const found = running();
  const browser = found.find((pid) => !commandOf(pid).some((word) => word.startsWith('--type=')));
  if (browser === undefined) throw new Error(`No browser runs with ${profile}.`);
  process.kill(browser, 'SIGKILL');
  const end = Date.now() + 20_000;
  while (running().length > 0) {
    if (Date.now() > end) throw new Error('The browser does not end.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended since.
    return [];
  }
}
