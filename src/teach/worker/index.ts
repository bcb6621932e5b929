/** What names taught classes beside the network: for the recogniser's worker. */
export { openClassStore, readLiveClasses } from './class-store';
export { LiveClassesFollower } from './live-naming';
