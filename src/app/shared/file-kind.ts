/** Where a file belongs in the app. */
export type FileKind =
  | 'image'
  | 'video'
  | 'model'
  /** Weights, names or a configuration of a model: nothing without its model. */
  | 'beside-model'
  /** An exported session. */
  | 'session'
  /** Annotations of sessions, changed in Label Studio. */
  | 'annotations'
  /** Exported taught classes. */
  | 'classes'
  /** Labels for filming, one a line. */
  | 'label-set';

/** What is known of a JSON file that belongs nowhere. */
export type JsonLack = 'broken-json' | 'foreign-json' | 'coco-json';

const NAMES: readonly (readonly [RegExp, FileKind])[] = [
  [/\.(onnx|safetensors|pth?|pt2|ckpt)$/iu, 'model'],
  [/\.(onnx[._-]data\w*|onnx_data\w*|data|weights?|bin)$/iu, 'beside-model'],
  [/\.zip$/iu, 'session'],
  [/\.(jpe?g|jfif|png|webp|gif|bmp|avif|heic|heif|tiff?|svg)$/iu, 'image'],
  [/\.(mkv|mk3d|mp4|m4v|mov|qt|webm|avi|ogv|ogm|3gp|3g2|mpe?g|m2ts|mts|wmv|flv)$/iu, 'video'],
];

/** What the system keeps in folders beside what people put there. */
const SYSTEM = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|\.localized)$|(^|\/)__MACOSX\//iu;

/** Whether a file is nobody's: the system's own, in a folder that was dropped whole. @param path within what was dropped */
export function isSystemFile(path: string): boolean {
  return SYSTEM.test(path);
}

/** Sound alone: some of it is in the containers of videos. */
const SOUND = /\.(m4a|m4b|mp3|aac|oga|ogg|opus|wav|flac|wma|aiff?)$/iu;

/** What a file is by its name and its MIME type; undefined where these do not tell, so that its bytes have to. */
export function kindByName(name: string, type: string): FileKind | 'unknown' | undefined {
  const kind = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  if (kind === 'model' || kind === 'beside-model') return kind;
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  if (type.startsWith('audio/') || SOUND.test(name)) return 'unknown';
  return kind ?? (type === 'application/zip' || type === 'application/x-zip-compressed' ? 'session' : undefined);
}

/** Bytes that `kindByBytes` wants, from the start. */
export const HEAD_BYTES = 512;

/** Formats by their first bytes in hexadecimal digits, two a byte. */
const MAGIC: readonly (readonly [RegExp, FileKind])[] = [
  // JPEG, PNG, GIF, BMP, TIFF of either order, WebP.
  [/^(ffd8ff|89504e47|47494638|424d.{8}00000000|49492a00|4d4d002a|52494646.{8}57454250)/u, 'image'],
  // ISO media of the brands avif, avis, heic and its kin, mif1, msf1.
  [/^.{8}66747970(617669(66|73)|6865(69|76)(63|6d|73|78)|6d696631|6d736631)/u, 'image'],
  // Matroska and WebM; ISO media, and QuickTime without a brand; AVI, Ogg, MPEG programme and transport streams.
  [/^(1a45dfa3|.{8}(66747970|6d6f6f76|6d646174|77696465)|52494646.{8}41564920|4f676753|000001ba|47.{374}47)/u, 'video'],
  [/^504b0304/u, 'session'],
];

/** What a file is by its first bytes (`HEAD_BYTES` of them); undefined where they are of nothing that is known here. */
export function kindByBytes(head: Uint8Array): FileKind | undefined {
  const digits = Array.from(head, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return MAGIC.find(([pattern]) => pattern.test(digits))?.[1];
}

/** Whether the system knows nothing of a file. */
export function isTypeless({ type }: Pick<File, 'type'>): boolean {
  return type === '' || type === 'application/octet-stream';
}

/** Whether neither the system nor an ending says what a file is: many formats are zip files (.docx, .epub). */
export function isNameless(file: Pick<File, 'name' | 'type'>): boolean {
  return isTypeless(file) && !/\.[a-z][a-z0-9]{1,4}$/iu.test(file.name);
}

/** Heads of the tables that the app exports: images, recognitions, human labels, pictures and classes of a dataset; and a line of YOLO's labels. */
const TABLES = /^\ufeff?(file,width,height,model,|frame,time_s,rank,|kind,id,frame,|file,split,class_id,|folder,class_id,label|\d+( -?\d*\.?\d+){4}\s)/u;

/** Whether a text begins as a table does that the app exports for other programs. */
export function beginsAsOwnTable(text: string): boolean {
  return TABLES.test(text);
}

/** Texts that say what they lie beside. */
export function isReadme(name: string): boolean {
  return /^(readme|licen[cs]e|third-party-notices)(\.\w+)?$/iu.test(name);
}

/** What an export of taught classes begins with. */
const CLASSES = /^\s*\{\s*"format"\s*:\s*"sightglass-things"/u;

/** Whether a text begins as an export of taught classes does, whatever its file is called. */
export function beginsAsClasses(text: string): boolean {
  return CLASSES.test(text.replace(/^\ufeff/u, ''));
}

/** Keys of configurations that lie beside models, or of the lists of names there. */
const CONFIGURATION = new Set([
  'id2label', 'label2id', 'architectures', 'architecture', 'model_type', 'image_size', 'input_size', 'size', 'crop_size', 'image_mean', 'image_std', 'mean',
  'std', 'do_resize', 'pretrained_cfg', 'num_classes', 'names', 'classes', 'labels', 'class_names', 'categories',
]);

/**
 * What a JSON file is by what is in it.
 * @param text all of it, or its start where it is too long to be read for this
 */
export function kindOfJson(text: string): FileKind | JsonLack {
  if (beginsAsClasses(text)) return 'classes';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/u, ''));
  } catch {
    // A list of tasks that is cut off: whoever reads it says so.
    return /^\s*\[\s*\{/u.test(text) ? 'annotations' : 'broken-json';
  }
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one === 'object' && one !== null)) return 'annotations';
    return value.every((one) => typeof one === 'string') ? 'beside-model' : 'foreign-json';
  }
  if (typeof value !== 'object' || value === null) return 'foreign-json';
  if ('format' in value && value.format === 'sightglass-things') return 'classes';
  if ('categories' in value && ('images' in value || 'annotations' in value)) return 'coco-json';
  const keys = Object.keys(value);
  // {"0": "cat", ...} and {"cat": 0, ...} are lists of names.
  const numbers = new Set<unknown>([...keys.map(Number), ...Object.values(value as Readonly<Record<string, unknown>>)]);
  const numbered = keys.length > 0 && keys.every((_, i) => numbers.has(i));
  return numbered || keys.some((key) => CONFIGURATION.has(key)) ? 'beside-model' : 'foreign-json';
}
