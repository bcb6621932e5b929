import { setImmediate } from 'node:timers/promises';
import type { Job, JobAnswer } from './job';

/** What the service tells a recognising process. */
export type ToProcess =
  /** At most two at a time: the second lies ready for when the first has its answer. */
  | { readonly job: Job }
  /** The job that is not begun is given back. */
  | { readonly takeBack: true };

/** What a recognising process tells the service. */
export type FromProcess =
  /** It is ready for its first job. */
  | { readonly ready: true }
  /** Work on the next job starts: from here on a process that ends was ended by it. */
  | { readonly begun: true }
  /** The job that was not begun is given back. */
  | { readonly returned: true }
  /** @prop ms milliseconds of work */
  | { readonly answer: JobAnswer; readonly ms: number }
  /** What whoever runs the service should know, as a sentence. */
  | { readonly notice: string };

/** Tells the service; it goes into its log. */
export function notify(notice: string): void {
  process.send?.({ notice } satisfies FromProcess);
}

/**
 * Takes jobs from the process that forked this one, does one at a time, and ends with it. Does nothing where there is none.
 * @param work never rejects
 */
export function answerJobs(work: (job: Job) => Promise<JobAnswer>): void {
  const send = (message: FromProcess): void => void process.send?.(message);
  if (!process.send) return;
  const waiting: Job[] = [];
  let busy = false;
  async function workThrough(): Promise<void> {
    busy = true;
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      send({ begun: true });
      const begun = performance.now();
      const answer = await work(job);
      send({ answer, ms: performance.now() - begun });
      // A network that runs keeps this thread: that the next one is taken back is heard of only now. The first turn may be the one that is under way.
      for (let turn = 0; turn < 2 && waiting.length > 0; turn++) await setImmediate();
    }
    busy = false;
  }
  process.on('message', (message: ToProcess) => {
    if ('job' in message) {
      waiting.push(message.job);
      if (!busy) void workThrough();
    } else if (waiting.pop()) {
      send({ returned: true });
    }
  });
  process.on('disconnect', () => process.exit());
  send({ ready: true });
}
