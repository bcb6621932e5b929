/** What other features use of recorded sessions. */
export { predictedRunsOf } from './predicted-runs';
export type { SessionData, SessionManifest } from './session';
