import type { OnBytes } from './download';

const WIDTH = 30;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A progress bar on a terminal; a line at each tenth where the output is no terminal. */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr): OnBytes {
  let shown = -1;
  return (received, total) => {
    const share = total > 0 ? received / total : 0;
    const step = Math.floor(share * (stream.isTTY ? WIDTH * 4 : 10));
    if (step === shown) return;
    shown = step;
    const of = total > 0 ? ` of ${megabytes(total)} MB` : ' MB';
    if (!stream.isTTY) {
      stream.write(`${label}: ${megabytes(received)}${of}\n`);
      return;
    }
    const filled = Math.round(share * WIDTH);
    stream.write(`\r${label} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${megabytes(received)}${of}`);
    if (share >= 1) stream.write('\n');
  };
}
