/** What other features use of recording and of the library of sessions. */
export { LabelBook, labelBookContext } from './label-book';
export type { RecordingStateEvent } from './events';
export { SessionStore, sessionStoreContext } from './library/session-store';
export { LiveRecorder } from './recording/live-recorder';

/** Fetches the code of `<sg-sessions-view>`. */
export const loadSessionsView = (): Promise<unknown> => import('./library/sessions-view');

/** Fetches the code that reads frames of a session's video. */
export const loadVideoFrames = (): Promise<typeof import('./library/video-frames')> => import('./library/video-frames');
export type { StillSource } from './still-source';
