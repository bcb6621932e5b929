import type { DroppedFile } from '../../../base/page/dropped-files';
import { isJson, isPlainText } from '../../../base/shared/text-files';
import { beginsAsClasses, HEAD_BYTES, isSystemFile, kindByBytes, kindByName, kindOfJson, type FileKind, type JsonLack } from '../../shared/file-kind';

/** Why a file is taken nowhere. */
export type Refusal = 'empty' | 'unknown' | 'unreadable' | 'needs-model' | 'several-models' | JsonLack;

/** A file that is taken nowhere. */
export interface RefusedFile {
  /** Path inside what was dropped. */
  readonly name: string;
  readonly reason: Refusal;
}

/** Files by where they belong. */
export interface SortedFiles {
  /** Those too that the browser could not open: they are listed where images are. */
  readonly images: readonly DroppedFile[];
  readonly videos: readonly File[];
  /** One model and what lies beside it. */
  readonly model: readonly File[];
  /** Exported sessions, and annotations of sessions. */
  readonly sessions: readonly File[];
  readonly classes: readonly File[];
  readonly labelSets: readonly File[];
  readonly refused: readonly RefusedFile[];
}

/** JSON that is longer is told by its start alone, bytes. */
const MOST_JSON = 32 * 2 ** 20;
/** A text of labels is never so large, bytes. */
const MOST_LABELS = 1_000_000;

function textOf(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

async function kindOf({ file, problem }: DroppedFile): Promise<FileKind | Refusal> {
  if (problem !== undefined) return 'image';
  const { name, type, size } = file;
  const named = kindByName(name, type);
  if (named) return named;
  if (size === 0) return 'empty';
  // A letter of several bytes at the cut does no harm: what the start is of is told by ASCII.
  if (isJson(file)) return kindOfJson(await file.slice(0, MOST_JSON).text());
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  const magic = kindByBytes(new Uint8Array(head));
  if (magic) return magic;
  if (beginsAsClasses(new TextDecoder().decode(head))) return 'classes';
  return isPlainText(file) && size <= MOST_LABELS && textOf(await file.arrayBuffer()) !== undefined ? 'label-set' : 'unknown';
}

/** With a model, what nothing else is known of may be its weights, whose file can have any name: whoever reads the model says what it left. */
const BESIDE: readonly (FileKind | Refusal)[] = ['beside-model', 'label-set', 'foreign-json', 'unknown'];

/** Whether the system knows nothing of a file. */
const isNameless = ({ type }: File): boolean => type === '' || type === 'application/octet-stream';

/** Finds out where each of some files belongs: by its name and type, else by what is in it. */
export async function sortFiles(files: readonly DroppedFile[]): Promise<SortedFiles> {
  const kinds = new Map<DroppedFile, FileKind | Refusal>();
  for (const dropped of files) {
    if (!isSystemFile(dropped.name)) kinds.set(dropped, await kindOf(dropped).catch((): Refusal => 'unreadable'));
  }
  const of = (...wanted: readonly (FileKind | Refusal)[]): DroppedFile[] => [...kinds].flatMap(([dropped, kind]) => (wanted.includes(kind) ? [dropped] : []));
  const models = of('model');
  const beside = new Set(models.length === 1 ? of(...BESIDE).filter((dropped) => kinds.get(dropped) !== 'unknown' || isNameless(dropped.file)) : []);
  const refused = [...kinds].flatMap(([dropped, kind]): RefusedFile[] => {
    if (beside.has(dropped)) return [];
    const { name } = dropped;
    switch (kind) {
      case 'model':
        return models.length > 1 ? [{ name, reason: 'several-models' }] : [];
      case 'beside-model':
        return [{ name, reason: models.length > 1 ? 'several-models' : 'needs-model' }];
      case 'empty':
      case 'unknown':
      case 'unreadable':
      case 'broken-json':
      case 'foreign-json':
        return [{ name, reason: kind }];
      default:
        return [];
    }
  });
  const plain = (found: readonly DroppedFile[]): File[] => found.map(({ file }) => file);
  return {
    images: of('image'),
    videos: plain(of('video')),
    model: models.length === 1 ? plain([...models, ...beside]) : [],
    sessions: plain(of('session', 'annotations')),
    classes: plain(of('classes')),
    labelSets: plain(of('label-set').filter((dropped) => !beside.has(dropped))),
    refused,
  };
}
