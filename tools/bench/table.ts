/** A benchmark of `npm run bench -- NAME`. */
export interface Bench {
  readonly says: string;
  run(options: readonly string[]): Promise<void>;
}

/** All benchmarks, each fetched only where it is run. Those of docs/performance.md stand in its order. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  figures: {
    says: 'measures nothing: fills the figures within README and docs from their tables',
    run: async () => (await import('./figures')).writeFigures(),
  },
  latency: {
    says: 'camera to label on a loaded machine (docs/performance.md)',
    run: async () => (await import('./latency')).benchLatency(),
  },
  pipeline: {
    says: 'the whole app on a camera (docs/performance.md)',
    run: async () => (await import('./pipeline')).benchPipeline(),
  },
  looks: {
    says: 'what looking at frames in turn costs (docs/performance.md)',
    run: async () => (await import('./looks')).benchLooks(),
  },
  formats: {
    says: 'model files by size and load time (docs/performance.md)',
    run: async () => (await import('./formats')).benchFormats(),
  },
  engines: {
    says: 'ResNet-18 on our engine and on others, then as family (docs/performance.md)',
    run: async () => {
      await (await import('./engines')).benchEngines();
      await (await import('./family')).benchFamily();
    },
  },
  family: {
    says: 'EfficientNet-Lite0 and MobileNetV2 on own kernels, onnxruntime-web and LiteRT.js (docs/performance.md)',
    run: async () => (await import('./family')).benchFamily(),
  },
  threads: {
    says: 'networks on 1 to 8 threads, as the app times them (docs/performance.md)',
    run: async () => (await import('./threads')).benchThreads(),
  },
  memory: {
    says: 'bytes and memory of each engine (docs/performance.md)',
    run: async () => (await import('./memory')).benchMemory(),
  },
  startup: {
    says: 'opening the address to the first label (docs/performance.md)',
    run: async () => (await import('./startup')).benchStartup(),
  },
  layers: {
    says: 'convolution by convolution (docs/engine-study.md)',
    run: async () => (await import('./layers/layers')).benchLayers(),
  },
  joined: {
    says: 'blocks of 8 and of 16 output channels, vectors joined and apart (docs/engine-study.md)',
    run: async () => (await import('./joined/joined')).benchJoined(),
  },
  int8: {
    says: 'convolutions in integers (docs/engine-study.md)',
    run: async () => (await import('./int8/int8')).benchInt8(),
  },
  service: {
    says: '[small]: the HTTP service against Flask, under load and overload (docs/service.md); small: 640 x 480 alone, which writes nothing',
    run: async (options) => (await import('./service/service')).benchService(options),
  },
  native: {
    says: 'our own kernels as the service has them, against onnxruntime-node (docs/service.md)',
    run: async () => (await import('./service/native')).benchNative(),
  },
  batching: {
    says: 'one session with pictures together against a session a core, in the service (docs/service.md)',
    run: async () => (await import('./service/batching')).benchBatching(),
  },
  peaks: {
    says: 'most memory of a recognising process by kind of picture (docs/service.md)',
    run: async () => (await import('./service/peaks')).benchPeaks(),
  },
  fleet: {
    says: 'instances of the service behind nginx, one of them killed (docs/scale.md)',
    run: async () => (await import('./fleet/bench')).benchFleet(),
  },
  teach: {
    says: '[--trials N] [--settings]: how well things are learned, and how fast (docs/teach.md)',
    run: async (options) => (await import('./teach/teach')).benchTeach(options),
  },
  'recording-rate': {
    says: 'recognitions a second while it records (docs/recording.md)',
    run: async () => (await import('./recording/rate')).benchRate(),
  },
  'recording-hour': {
    says: 'what an hour of recording takes (docs/recording.md)',
    run: async () => (await import('./recording/hour')).benchHour(),
  },
  export: {
    says: '[MINUTES ...]: memory of exports by length of the session (docs/sessions.md)',
    run: async (options) => (await import('./export')).benchExport(options),
  },
  long: {
    says: '[--list]: an hour with 12,000 labels, and 200 sessions: waiting, elements, memory (docs/sessions.md)',
    run: async (options) => (await import('./long')).benchLong(options),
  },
};
