import { loadKeptPictures } from '../../pictures/page/index';
import type { StillSource } from '../../sessions/page/index';
import { labelOfPrediction } from '../../sessions/shared/index';

/** The pictures of the Pictures view, as training sets of sessions take them. */
export const keptStills: StillSource = async () => {
  const { images } = await (await loadKeptPictures()).keptImages();
  return images.map(({ key, file, name, thumbnail, width, height, square, top, modelId }) => ({
    key, name: name ?? file.name, file, thumbnail, takenAt: file.lastModified, width, height, square,
    top: top.map((answer) => ({ ...labelOfPrediction(answer, modelId), probability: answer.probability })),
  }));
};
