import { expose, transfer } from 'comlink';
import type { SessionTransferApi } from '../contract/session-export';
import { asFaults, exportSession, throttled } from './exports/export-service';
import { frameTimes, openFilm } from './exports/film';
import { importSession } from './exports/import-service';
import { SessionSource } from './exports/session-source';

const api: SessionTransferApi = {
  export: (request, target, onProgress) => asFaults(() => exportSession(request, target, onProgress)),
  import: (zip, onProgress) => asFaults(() => importSession(zip, throttled(onProgress))),
  frameTimes: (sessionId) =>
    asFaults(async () => {
      const source = await SessionSource.open(sessionId);
      using film = await openFilm(source.film);
      const times = await frameTimes(film);
      return transfer(times, [times.buffer]);
    }),
};

expose(api);
