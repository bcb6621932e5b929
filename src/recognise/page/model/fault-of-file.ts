import { Fault, type FaultCode } from '../../../base/shared/fault';
import { OF_THE_DEVICE } from './fallbacks';

/** What the end of the worker says of the file that was tried in it. */
const REASONS: Partial<Record<FaultCode, string>> = {
  'worker-hung': 'It was stopped: it gave no answer in the time that a classifier of its size needs.',
  'worker-crashed': 'It ended the worker that it was tried in.',
  'out-of-memory': 'It needs more memory than there is.',
};

/** What browsers and Emscripten say where a script or a WebAssembly file does not come. */
const NOT_FETCHED = /failed to fetch|networkerror|load failed|dynamically imported module|importing a module script|fetching of the wasm failed|status code is not ok|\b\d{3} : \S+\.wasm/iu;

/** Whether onnxruntime-web itself did not start, as it could not be fetched: offline, where no file was tried before. */
function runtimeIsMissing(words: string): boolean {
  return words.includes('no available backend found') && NOT_FETCHED.test(words);
}

/** The fault of a file that failed: it is the file's, but for what the device or the network lacks; what runs goes on. */
export function faultOfFile(error: unknown): Fault {
  const fault = Fault.from(error, 'model-invalid');
  if (fault.code === 'model-invalid' || OF_THE_DEVICE.includes(fault.code)) return fault;
  if (runtimeIsMissing(fault.message)) {
    return new Fault('model-download', `onnxruntime-web, by which a file is tried, could not be fetched: ${fault.message}`, { cause: error });
  }
  return new Fault('model-invalid', [REASONS[fault.code], fault.message].filter((words) => words !== undefined).join(' '), { cause: error });
}
