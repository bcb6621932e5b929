/** Fetches the code of `<sg-teach-view>`. */
export const loadTeachView = (): Promise<unknown> => import('./teach-view');
