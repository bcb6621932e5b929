import { expose } from 'comlink';
import type { SessionTransferApi } from '../contract/session-export';
import { asFaults, exportSession, throttled } from './exports/export-service';
import { importSession } from './exports/import-service';

const api: SessionTransferApi = {
  export: (request, target, onProgress) => asFaults(() => exportSession(request, target, onProgress)),
  import: (zip, onProgress) => asFaults(() => importSession(zip, throttled(onProgress))),
};

expose(api);
