import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from './problem';

/** How the service runs. Sizes in bytes unless said. */
export interface Settings {
  /** The only address that is bound. */
  readonly host: string;
  /** Names that requests may call the service by beside loopback's and `host`, with commas between; `*` for any. */
  readonly allowedHosts: string;
  /** Origins whose pages may call the service beside its own, with commas between; `*` for any. */
  readonly allowOrigin: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Processes that recognise. */
  readonly workers: number;
  /** Images that may wait for one of them. */
  readonly queue: number;
  /** Milliseconds that work on an image may take, from its start. */
  readonly timeoutMs: number;
  /** Milliseconds that an image may wait for that start. */
  readonly waitMs: number;
  /** Milliseconds in which a request and its body have to arrive. */
  readonly uploadMs: number;
  /** Milliseconds that requests may still take once the service is told to stop. */
  readonly drainMs: number;
  /** Largest image file. */
  readonly maxBytes: number;
  /** Largest image, width x height. */
  readonly maxPixels: number;
  /** Most files of one batch. */
  readonly maxFiles: number;
  /** Largest batch, all files together. */
  readonly maxBatchBytes: number;
  /** Upload bytes that may be held at one time, all requests together. */
  readonly maxHeldBytes: number;
  /** Folder of the built page. */
  readonly folder: string;
  /** Folder of the models' manifests and files. */
  readonly models: string;
  /** Model that answers where a request names none; the best one that is there if undefined. */
  readonly model: string | undefined;
  readonly precision: string | undefined;
  /** `native`: our own kernels run what they can, where they can; `onnxruntime`: they run nothing. */
  readonly engine: string;
  /** File of keys, one a line, of which callers need one; none is needed if undefined. */
  readonly apiKeysFile: string | undefined;
  /** Requests with pictures that one caller may send in a minute; 0 for any number. */
  readonly rateLimit: number;
  /** `json`: every line that is written is a JSON object; `text`: what people read at the terminal is in words. */
  readonly logFormat: string;
  /** Level of pino's log, `silent` for none but faults. */
  readonly logLevel: string;
}

const MB = 2 ** 20;
/** The service is built into dist-server and runs from src/server in tests: both are two folders below the root. */
const DIST = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist' : '../dist', import.meta.url));

export const DEFAULTS: Settings = {
  host: '127.0.0.1',
  allowedHosts: '',
  allowOrigin: '',
  port: 4174,
  workers: availableParallelism(),
  queue: 8 * availableParallelism(),
  timeoutMs: 10_000,
  waitMs: 10_000,
  uploadMs: 30_000,
  drainMs: 10_000,
  maxBytes: 16 * MB,
  maxPixels: 50_000_000,
  maxFiles: 16,
  maxBatchBytes: 64 * MB,
  maxHeldBytes: 256 * MB,
  folder: DIST,
  models: `${DIST}/models`,
  model: undefined,
  precision: undefined,
  engine: 'native',
  apiKeysFile: undefined,
  rateLimit: 0,
  logFormat: 'text',
  logLevel: 'error',
};

/** Each number's smallest and largest value. */
const NUMBERS = {
  port: [0, 65535],
  workers: [1, 256],
  queue: [0, 10_000],
  timeoutMs: [100, 600_000],
  waitMs: [0, 600_000],
  uploadMs: [100, 600_000],
  drainMs: [0, 600_000],
  maxBytes: [1024, 1024 * MB],
  maxPixels: [1, 1_000_000_000],
  maxFiles: [1, 1000],
  maxBatchBytes: [1024, 4096 * MB],
  maxHeldBytes: [1024, 65_536 * MB],
  rateLimit: [0, 1_000_000],
} as const satisfies Partial<Record<keyof Settings, readonly [number, number]>>;

const TEXTS = ['host', 'allowedHosts', 'allowOrigin', 'folder', 'models', 'model', 'precision', 'engine', 'apiKeysFile', 'logFormat', 'logLevel'] as const;
const FORMATS = ['text', 'json'];
const ENGINES = ['native', 'onnxruntime'];
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

type NumberName = keyof typeof NUMBERS;

const isNumber = (name: string): name is NumberName => name in NUMBERS;
const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `maxBytes` is `--max-bytes` on the command line and `MAX_BYTES` in the environment. */
const environmentName = (name: string): string => dashed(name).replaceAll('-', '_').toUpperCase();

/**
 * Settings of the command line, else of the environment, else the defaults.
 * @throws Error that names the setting and what it takes
 */
export function readSettings(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Settings {
  const names = [...Object.keys(NUMBERS), ...TEXTS];
  const options = Object.fromEntries(names.map((name) => [dashed(name), { type: 'string' as const }]));
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new Error(`${messageOf(error).split('. ')[0]}. Settings: ${names.map((name) => `--${dashed(name)}`).join(' ')}`, { cause: error });
  }
  const settings: Record<string, unknown> = { ...DEFAULTS };
  for (const name of names) {
    const fromLine = values[dashed(name)];
    const text = typeof fromLine === 'string' ? fromLine : environment[environmentName(name)];
    if (text === undefined || text === '') continue;
    settings[name] = isNumber(name) ? number(name, text) : text;
  }
  const read = settings as unknown as Settings;
  if (!LEVELS.includes(read.logLevel)) throw new Error(`--log-level takes one of ${LEVELS.join(', ')}, not ${read.logLevel}.`);
  if (!ENGINES.includes(read.engine)) throw new Error(`--engine takes native or onnxruntime, not ${read.engine}.`);
  if (!FORMATS.includes(read.logFormat)) throw new Error(`--log-format takes text or json, not ${read.logFormat}.`);
  return read.models === DEFAULTS.models ? { ...read, models: `${read.folder}/models` } : read;
}

/** The log's format alone: what is wrong with the settings is told in it too. */
export function logFormatIn(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): string {
  const { values } = parseArgs({ args: [...args], options: { [dashed('logFormat')]: { type: 'string' } }, strict: false, allowPositionals: true });
  const fromLine = values[dashed('logFormat')];
  return typeof fromLine === 'string' ? fromLine : (environment[environmentName('logFormat')] ?? DEFAULTS.logFormat);
}

function number(name: NumberName, text: string): number {
  const value = Number(text);
  const [low, high] = NUMBERS[name];
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new Error(`--${dashed(name)} (or ${environmentName(name)}) takes a whole number from ${low} to ${high}, not ${text}.`);
  }
  return value;
}
