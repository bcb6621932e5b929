import type { PictureKeeper } from '../../recognise/page/index';

/** Fetches the code of `<sg-pictures-view>`. */
export const loadPicturesView = (): Promise<unknown> => import('./pictures-view');

/** Fetches what tells other features of the pictures that are kept on the device. */
export const loadKeptPictures = (): Promise<Pick<typeof import('./kept-images'), 'countKeptPictures' | 'keptPictures'>> => import('./kept-images');

/** Keeps a picture among the others on the device, fetching the code for that. */
export const keepPicture: PictureKeeper = async (picture) => {
  await (await import('./kept-images')).keepImage(picture);
};
