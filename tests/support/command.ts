import { spawn, type ChildProcess } from 'node:child_process';
import { ROOT } from './shared';

/** A tool of ours that runs and has said what was waited for. */
export interface RunningTool {
  /** All that it has printed. */
  readonly output: string;
  stop(): Promise<void>;
}

/**
 * Runs a TypeScript tool as npm's scripts do, until it has printed something.
 * @throws Error with its output where it ends before
 */
export async function runTool(file: string, args: readonly string[], env: Readonly<Record<string, string>>, until: RegExp): Promise<RunningTool> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT, env: { ...process.env, ...env } });
  let output = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const hear = (part: Buffer): void => {
      output += part.toString();
      if (until.test(output)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    void ended.then(() => reject(new Error(`${file} ended: ${output}`)));
  });
  return {
    get output() {
      return output;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
