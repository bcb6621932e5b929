import type { KeptPicture } from './kept-images';
import type { PictureKeeper } from '../../recognise/page/index';

/** Fetches the code of `<sg-pictures-view>`. */
export const loadPicturesView = (): Promise<unknown> => import('./pictures-view');

/** The pictures that are kept on the device, for other features. */
export const keptPictures = async (): Promise<readonly KeptPicture[]> => (await import('./kept-images')).keptPictures();

/** Keeps a picture among the others on the device, fetching the code for that. */
export const keepPicture: PictureKeeper = async (picture) => {
  await (await import('./kept-images')).keepImage(picture);
};
