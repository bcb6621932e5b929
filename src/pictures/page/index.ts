/** Fetches the code of `<sg-pictures-view>`. */
export const loadPicturesView = (): Promise<unknown> => import('./pictures-view');
