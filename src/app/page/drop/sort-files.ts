import type { DroppedFile } from '../../../base/page/dropped-files';
import { isJson, isPlainText } from '../../../base/shared/text-files';
import {
  beginsAsClasses, beginsAsOwnTable, HEAD_BYTES, isNameless, isReadme, isSystemFile, isTypeless, kindByBytes, kindByName, kindOfJson, type FileKind, type JsonLack,
} from '../../shared/file-kind';

/** Why a file is taken nowhere. */
export type Refusal =
  | 'empty'
  | 'unknown'
  | 'unreadable'
  | 'needs-model'
  | 'several-models'
  /** A text in another encoding than UTF-8, or too long. */
  | 'odd-text'
  /** A text that lies beside something else. */
  | 'text-beside'
  /** A table that the app exports. */
  | 'own-table'
  | JsonLack;

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

const isBin = ({ name }: Pick<DroppedFile, 'name'>): boolean => /\.bin$/iu.test(name);

async function kindOf({ file, problem }: DroppedFile): Promise<FileKind | Refusal> {
  if (problem !== undefined) return 'image';
  const { name, type, size } = file;
  const named = kindByName(name, type);
  // PyTorch's own weights are called so too, and are a zip, which those of an ONNX file never are.
  if (named === 'beside-model' && isBin(file) && kindByBytes(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())) === 'session') return 'model';
  if (named) return named;
  if (size === 0) return 'empty';
  // A letter of several bytes at the cut does no harm: what the start is of is told by ASCII.
  if (isJson(file)) return kindOfJson(await file.slice(0, MOST_JSON).text());
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  if (beginsAsClasses(new TextDecoder().decode(head))) return 'classes';
  // Words may be what formats begin with: "red wide tie" has a QuickTime file's `wide` where that has it.
  const plain = isPlainText(file);
  const text = plain && size <= MOST_LABELS ? textOf(await file.arrayBuffer()) : undefined;
  if (text !== undefined) return beginsAsOwnTable(text) ? 'own-table' : 'label-set';
  const magic = kindByBytes(new Uint8Array(head));
  // Much is a zip file that is no session.
  if (magic && (magic !== 'session' || isNameless(file))) return magic;
  return plain ? 'odd-text' : 'unknown';
}

/** With a model, what nothing else is known of may be its weights, whose file can have any name: whoever reads the model says what it left. */
const BESIDE: readonly (FileKind | Refusal)[] = ['beside-model', 'label-set', 'own-table', 'foreign-json', 'coco-json'];
/** So may be these, where the system has no type for them either. */
const ODD: readonly (FileKind | Refusal)[] = ['unknown', 'odd-text'];

/** Finds out where each of some files belongs: by its name and type, else by what is in it. */
export async function sortFiles(files: readonly DroppedFile[]): Promise<SortedFiles> {
  const kinds = new Map<DroppedFile, FileKind | Refusal>();
  for (const dropped of files) {
    if (!isSystemFile(dropped.name)) kinds.set(dropped, await kindOf(dropped).catch((): Refusal => 'unreadable'));
  }
  const of = (...wanted: readonly (FileKind | Refusal)[]): DroppedFile[] => [...kinds].flatMap(([dropped, kind]) => (wanted.includes(kind) ? [dropped] : []));
  // Where there is a model by its name, .bin files are of it: the same weights once more, or how it was trained.
  if (of('model').some((model) => !isBin(model))) for (const other of of('model').filter(isBin)) kinds.set(other, 'beside-model');
  const models = of('model');
  const beside = new Set(models.length === 1 ? [...of(...BESIDE), ...of(...ODD).filter(({ file }) => isTypeless(file))] : []);
  // In a folder, or beside pictures, texts are of those: an export for YOLO has one for each picture.
  const alone = of('image').length === 0;
  const isLabelSet = ({ name }: DroppedFile): boolean => alone && !name.includes('/') && !isReadme(name);
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
      case 'coco-json':
      case 'odd-text':
      case 'own-table':
        return [{ name, reason: kind }];
      case 'label-set':
        return isLabelSet(dropped) ? [] : [{ name, reason: 'text-beside' }];
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
    labelSets: plain(of('label-set').filter((dropped) => !beside.has(dropped) && isLabelSet(dropped))),
    refused,
  };
}
