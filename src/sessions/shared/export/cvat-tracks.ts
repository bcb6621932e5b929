import { cvatLabels } from '../dataset/formats/cvat';
import { cornersOf } from '../dataset/formats/format';
import { xml } from './text';
import { squareInImage } from '../squares';
import { DistinctNames, type LabelNames } from './distinct-names';
import { squaresOf, type ExportSource, type Pieces } from './export-source';
import { frameRange, type ConstantRateVideo } from './label-studio';

/**
 * CVAT for video 1.1 (docs.cvat.ai, "CVAT for videos"): each of a person's spans is a track, whose box is where the network looked, frame by
 * frame. CVAT counts frames from 0, and a track ends with a box that is outside.
 * @param names what labels are called @param more labels that the task knows beside those of its tracks
 */
export async function* cvatTracks(source: ExportSource, video: Pick<ConstantRateVideo, 'rate' | 'frames'>, names: LabelNames = new DistinctNames(), more: readonly string[] = []): Pieces {
  const { manifest, human } = source;
  const { width, height } = manifest.film;
  const squares = await squaresOf(source);
  const labels = [...new Set([...more, ...human.spans.map(({ label }) => names.of(label))])];
  yield `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta><task><name>${xml(manifest.name)}</name><size>${video.frames}</size>`;
  yield `<mode>interpolation</mode><overlap>0</overlap><start_frame>0</start_frame><stop_frame>${video.frames - 1}</stop_frame><labels>\n${cvatLabels(labels)}\n</labels>`;
  yield `<original_size><width>${width}</width><height>${height}</height></original_size></task></meta>\n`;
  for (const [id, { startUs, endUs, label, accepted }] of human.spans.entries()) {
    yield `<track id="${id}" label="${xml(names.of(label))}" source="manual">\n`;
    const { start, end } = frameRange(startUs, endUs, video);
    let last = '';
    for (let frame = start - 1; frame < end; frame++) {
      const square = squares.at(Math.max(startUs, Math.round((frame * 1e6) / video.rate)));
      const { left, top, right, bottom } = cornersOf(square ? squareInImage(square, manifest.film, manifest.film) : { x: 0, y: 0, width, height });
      const place = `xtl="${left}" ytl="${top}" xbr="${right}" ybr="${bottom}"`;
      yield box(frame, place, place !== last, false, accepted === true);
      last = place;
    }
    if (end < video.frames) yield box(end, last, true, true, accepted === true);
    yield '</track>\n';
  }
  yield '</annotations>\n';
}

function box(frame: number, place: string, keyframe: boolean, outside: boolean, accepted: boolean): string {
  const flag = (is: boolean): string => (is ? '1' : '0');
  const author = `<attribute name="author">${accepted ? 'accepted' : 'human'}</attribute>`;
  return `<box frame="${frame}" keyframe="${flag(keyframe)}" outside="${flag(outside)}" occluded="0" ${place} z_order="0">${author}</box>\n`;
}
