import { Fault } from '../../../base/shared/fault';
import type { TransferProgress } from '../../shared/session-export';
import { storageFault } from '../../../base/worker/private-files';

export type Report = (progress: TransferProgress) => void;

/** Not each frame is worth a message: one in 100 ms, and each new phase. */
export function throttled(report: Report): Report {
  let last = { phase: '', at: 0 };
  return (progress) => {
    const at = performance.now();
    if (progress.phase === last.phase && at - last.at < 100) return;
    last = { phase: progress.phase, at };
    report(progress);
  };
}

/** Turns what a browser throws about files into faults. */
export async function asFaults<T>(job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof DOMException) throw storageFault(error, 'The file could not be read or written');
    throw Fault.from(error, 'export-failed');
  }
}
