import { expose, transfer } from 'comlink';
import type { SessionTransferApi } from '../shared/session-export';
import { frameTimes, openVideo } from './export/open-video';
import { asFaults, throttled } from './export/reports';
import { SessionSource } from './export/session-source';

// A player that wants the times of frames needs neither muxers nor a zip reader: they are fetched when they are wanted.
const api: SessionTransferApi = {
  export: (request, target, onProgress) =>
    asFaults(async () => (await import('./export/export-service')).exportSession(request, target, throttled(onProgress))),
  exportSessions: (request, target, onProgress) =>
    asFaults(async () => (await import('./export/export-service')).exportSessions(request, target, throttled(onProgress))),
  import: (zip, onProgress) => asFaults(async () => (await import('./export/import-service')).importSession(zip, throttled(onProgress))),
  importAnnotations: (json) => asFaults(async () => (await import('./import/annotations')).importAnnotations(await json.text())),
  exportDataset: (request, stills, target, onProgress) =>
    asFaults(async () => (await import('./dataset/export-dataset')).exportDataset(request, stills, target, throttled(onProgress))),
  exportFeatures: (request, stills, target, look, onProgress) =>
    asFaults(async () => (await import('./export/features')).exportFeatures(request, stills, target, look, throttled(onProgress))),
  planDataset: (dataset, stills) =>
    asFaults(async () => {
      const { planDataset, planOf } = await import('./dataset/plan-dataset');
      return planOf(await planDataset(dataset, stills));
    }),
  lookThrough: (dataset, stills, from, take) => asFaults(async () => (await import('./dataset/look-through')).lookThrough(dataset, stills, from, take)),
  sidePictures: (dataset, stills, side, take) => asFaults(async () => (await import('./dataset/look-through')).sidePictures(dataset, stills, side, take)),
  frameTimes: (sessionId) =>
    asFaults(async () => {
      const source = await SessionSource.open(sessionId);
      using video = await openVideo(source.video);
      const times = await frameTimes(video);
      return transfer({ start: video.start, times }, [times.buffer]);
    }),
};

expose(api);
