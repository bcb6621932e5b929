import type { KeptStill } from '../shared/dataset/still';

/** Gives the pictures that the app keeps beside sessions, the oldest first. @throws Fault `storage-failed` */
export type StillSource = () => Promise<readonly KeptStill[]>;
