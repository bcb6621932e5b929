import type { Fault } from '../../../base/shared/fault';
import type { LoadedModel, WorkerCapabilities } from '../../shared/recogniser';

/** What the app makes use of, and does without where it is missing. */
export type CapabilityId =
  | 'secure-context'
  | 'camera'
  | 'wasm-simd'
  | 'wasm-relaxed-simd'
  | 'quick-integers'
  | 'threads'
  | 'memory'
  | 'frame-callback'
  | 'video-frame'
  | 'offscreen-canvas'
  | 'video-encoder'
  | 'private-file-system'
  | 'offline'
  | 'wake-lock'
  | 'screen-share'
  | 'speech';

/** One of them on this device. */
export interface Capability {
  readonly id: CapabilityId;
  /** Undefined where nobody can tell: the recogniser has not started, or the browser says nothing. */
  readonly found: boolean | undefined;
  /** A number that belongs to it: threads, gigabytes. */
  readonly amount?: number;
}

/** Below this many gigabytes a device has little memory. Browsers round to powers of two (W3C Device Memory). */
export const LITTLE_MEMORY = 2;

/** Gigabytes, undefined where the browser does not tell. */
export function deviceMemory(): number | undefined {
  return (navigator as { deviceMemory?: number }).deviceMemory;
}

/**
 * Looks at everything anew.
 * @param worker what the recogniser's worker found, undefined before it has started
 * @param quickInt8 whether the processor is quick at int8, undefined where that was not timed
 */
export function deviceCapabilities(worker: WorkerCapabilities | undefined, quickInt8: boolean | undefined): Capability[] {
  const memory = deviceMemory();
  // Typed as always there, but missing in some browsers and on insecure addresses.
  const { mediaDevices, storage } = navigator as { mediaDevices?: MediaDevices; storage?: StorageManager };
  return [
    { id: 'secure-context', found: isSecureContext },
    { id: 'camera', found: typeof mediaDevices?.getUserMedia === 'function' },
    { id: 'wasm-simd', found: worker?.wasmSimd },
    { id: 'wasm-relaxed-simd', found: worker?.wasmRelaxedSimd },
    { id: 'quick-integers', found: quickInt8 },
    { id: 'threads', found: worker?.wasmThreads, amount: worker?.wasmThreads ? worker.hardwareConcurrency : 1 },
    { id: 'memory', found: memory === undefined ? undefined : memory > LITTLE_MEMORY, amount: memory },
    { id: 'frame-callback', found: 'requestVideoFrameCallback' in HTMLVideoElement.prototype },
    { id: 'video-frame', found: 'VideoFrame' in globalThis },
    { id: 'offscreen-canvas', found: worker && worker.offscreenCanvas && 'OffscreenCanvas' in globalThis },
    { id: 'video-encoder', found: 'VideoEncoder' in globalThis },
    { id: 'private-file-system', found: worker ? worker.privateFileSystem : typeof storage?.getDirectory === 'function' },
    { id: 'offline', found: 'serviceWorker' in navigator },
    { id: 'wake-lock', found: 'wakeLock' in navigator },
    { id: 'screen-share', found: typeof mediaDevices?.getDisplayMedia === 'function' },
    { id: 'speech', found: 'speechSynthesis' in globalThis },
  ];
}

/** What a report tells besides the capabilities. */
export interface ReportFacts {
  readonly version: string;
  readonly loaded: LoadedModel | undefined;
  /** Why the best way to run the model was not taken. */
  readonly fallbackReason: Fault | undefined;
  readonly fault: Fault | undefined;
  /** Name and value of the live figures. */
  readonly figures: Readonly<Record<string, string | number | undefined>>;
}

/**
 * A report for a bug, in English whatever the page's language, one fact a line. It tells of browser and device what
 * matters here, and nothing of the person: no camera names or ids, no labels, no file names, no address, no languages.
 */
export function deviceReport(capabilities: readonly Capability[], { version, loaded, fallbackReason, fault, figures }: ReportFacts): string {
  const facts: [name: string, value: string | number | undefined][] = [
    ['sightglass', version],
    ['browser', navigator.userAgent],
    ['screen', `${screen.width} x ${screen.height} at ${devicePixelRatio}`],
    ['window', `${innerWidth} x ${innerHeight}`],
    ['cores', navigator.hardwareConcurrency],
    ...capabilities.map(({ id, found, amount }): [string, string] => [
      id,
      `${found === undefined ? 'unknown' : found ? 'yes' : 'no'}${amount === undefined ? '' : ` (${amount})`}`,
    ]),
    ['model', loaded ? `${loaded.manifest.architecture} ${loaded.precision}` : 'none'],
    ['engine', loaded ? `${loaded.engine}, ${loaded.threads} threads, self-test ${loaded.selfTest}, loaded in ${Math.round(loaded.loadMs)} ms` : 'none'],
    ['weights', loaded && (loaded.coarse ? 'the first part, coarser than the whole' : 'whole')],
    ['own kernels', loaded?.manifest.kernels?.runs === false ? `no: ${loaded.manifest.kernels.operator}, ${loaded.manifest.kernels.reason}` : undefined],
    ['setback', fallbackReason && `${fallbackReason.code}: ${fallbackReason.message}`],
    ['fault', fault && `${fault.code}: ${fault.message}`],
    ...Object.entries(figures),
  ];
  return facts.map(([name, value]) => `${name}: ${value ?? 'none'}`).join('\n');
}
