/** What other features use of recorded sessions. */
export { recognitionAt } from './label-times';
export { predictedRunsOf } from './predicted-runs';
export type { SessionData, SessionManifest } from './session';
