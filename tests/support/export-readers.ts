import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { imports, venvPython } from './python';
import { ROOT, SCRATCH } from './shared';

const REQUIREMENTS = join(ROOT, 'tests/exports/requirements.txt');
const NAME = 'venv-exports';
const PYTHON = join(SCRATCH, NAME, 'bin/python');

/**
 * Whether there is a Python with the libraries that read exports, in tests/.tmp/venv-exports; made at first use. The list of
 * packages is whole and goes in without its dependencies' own: label-studio-sdk asks for OpenCV, pandas and more, none of
 * which its validation needs. Says loudly where it cannot be made.
 */
export function haveExportReaders(): boolean {
  const works = imports('srt, PIL, pyarrow.parquet, pycocotools.coco, label_studio_sdk.label_interface');
  if (venvPython(NAME, works, '--no-deps', '-r', REQUIREMENTS) !== undefined) return true;
  console.warn('\n*** SKIPPED: reading exports back needs Python 3 with venv and pip, for pyarrow, pycocotools, srt and label-studio-sdk. ***\n');
  return false;
}

/** What a library of Python's found in exported files: see tests/exports/read.py. */
export function readWithPython(kind: string, ...paths: string[]): unknown {
  const output = execFileSync(PYTHON, [join(ROOT, 'tests/exports/read.py'), kind, ...paths], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(output);
}

/** What ffprobe tells of a video: streams, format, and each packet's time in decoding order. */
export function ffprobe(path: string): { streams: Record<string, string | number>[]; format: Record<string, string>; packets: { pts_time: string; pos: string }[] } {
  const output = execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_streams', '-show_format', '-show_packets', '-select_streams', 'v', '-of', 'json', path],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return JSON.parse(output) as ReturnType<typeof ffprobe>;
}
