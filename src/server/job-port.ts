import type { Job, JobAnswer } from './job';

/** What a recognising process tells the service. */
export type FromProcess =
  /** It is ready for its first job. */
  | { readonly ready: true }
  /** The job has come: from here on a process that ends was ended by it. */
  | { readonly begun: true }
  | { readonly answer: JobAnswer }
  /** What whoever runs the service should know, as a sentence. */
  | { readonly notice: string };

/** Tells the service; it goes into its log. */
export function notify(notice: string): void {
  process.send?.({ notice } satisfies FromProcess);
}

/**
 * Takes jobs from the process that forked this one, one at a time, and ends with it. Does nothing where there is none.
 * @param work never rejects
 */
export function answerJobs(work: (job: Job) => Promise<JobAnswer>): void {
  const send = (message: FromProcess): void => void process.send?.(message);
  if (!process.send) return;
  process.on('message', (job: Job) => {
    send({ begun: true });
    void work(job).then((answer) => send({ answer }));
  });
  process.on('disconnect', () => process.exit());
  send({ ready: true });
}
