import { shareFile, type Handed } from './share-file';

let busy = false;

const again = (file: File): Promise<Handed | undefined> => import('./elements/share-again').then(({ offerAgain }) => offerAgain(file), () => undefined);

/**
 * Hands on a file that has to be made first; one at a time. Call it at once in a press of a button: where making it takes longer than the
 * browser takes that press for, the file is kept, and offered once more.
 * @param make gives undefined where there is nothing to share
 * @param offer has a person press once more
 * @throws what `make` throws
 */
export async function shareMade(make: () => Promise<File | undefined>, offer = again): Promise<Handed> {
  if (busy) return 'cancelled';
  busy = true;
  try {
    const file = await make();
    return file ? await shareFile(file, offer) : 'cancelled';
  } finally {
    busy = false;
  }
}
