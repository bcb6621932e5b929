import type { DroppedFile } from '../../../base/page/dropped-files';
import { isJson } from '../../../base/shared/text-files';
import type { DropPlaces, Routed, Share } from './places';
import { sortFiles } from './sort-files';
import './drop-notice';

// What reads folders is no part of the first page.
export { droppedFiles } from '../../../base/page/dropped-files';

/** Known by what is in it, whatever it is called. */
function asJson(file: File): File {
  return isJson(file) ? file : new File([file], `${file.name}.json`, { type: 'application/json' });
}

/**
 * Has files go where they belong: those of several kinds to several places, the first of which is shown, or with videos the live view.
 * @returns what is to be said of it; undefined where all of it is seen
 */
export async function routeFiles(files: readonly DroppedFile[], places: DropPlaces): Promise<Routed | undefined> {
  const sorted = await sortFiles(files);
  const { images, videos, model, sessions, classes, labelSets } = sorted;
  const refused: Routed['refused'][number][] = [...sorted.refused];
  const plain = (found: readonly File[]): DroppedFile[] => found.map((file) => ({ file, name: file.name }));
  // In Teach pictures are examples.
  const teaches = places.view === 'teach';
  const taken = model.length === 0 || places.tryModel(model);
  if (!taken) refused.push(...model.map(({ name }) => ({ name, reason: 'model-busy' as const })));
  if (images.length > 0) (teaches ? places.classes : places.images).put(images);
  if (classes.length > 0) places.classes.put(plain(classes.map(asJson)));
  if (sessions.length > 0 || labelSets.length > 0) places.sessions.put(plain([...sessions, ...labelSets]));
  const all: readonly Share[] = [
    { kind: 'model', count: taken && model.length > 0 ? 1 : 0, view: undefined },
    { kind: teaches ? 'examples' : 'images', count: images.length, view: teaches ? 'teach' : 'pictures' },
    { kind: 'videos', count: videos.length, view: 'live' },
    { kind: 'sessions', count: sessions.length, view: 'sessions' },
    { kind: 'classes', count: classes.length, view: 'teach' },
    { kind: 'label-sets', count: labelSets.length, view: 'sessions' },
  ];
  const shares = all.filter(({ count }) => count > 0);
  // The live view may ask whether a recording is to end: it has to be seen by then.
  const shown = videos.length > 0 ? 'live' : shares.find(({ view }) => view !== undefined)?.view;
  if (shown !== undefined) places.go(shown);
  if (videos.length > 0) places.playVideos(videos);
  if (refused.length === 0 && shares.length < 2) return undefined;
  return { shares: shares.length > 1 || refused.length > 0 ? shares : [], refused };
}
