import type { ModelTrial } from './model-trial';

/**
 * What tries a person's own model, and the sheet that shows it, fetched where a file is tried: what runs needs none of it.
 * @throws TypeError where they cannot be fetched
 */
export async function ownTrial(): Promise<typeof ModelTrial> {
  const [trial] = await Promise.all([import('./model-trial'), import('./model-sheet')]);
  return trial.ModelTrial;
}
