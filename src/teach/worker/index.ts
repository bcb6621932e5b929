/** What names taught things beside the network: for the recogniser's worker. */
export { openThingStore, readLiveThings } from './class-store';
export { LiveThingsFollower } from './live-naming';
