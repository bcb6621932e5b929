let asked = false;

/**
 * Asks the browser to keep what the app stores; once a visit, since browsers may ask the person. Where it is refused, the
 * browser may clear sessions when the disk is full.
 */
export async function askToPersist(): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined;
  if (asked || typeof storage?.persist !== 'function') return;
  asked = true;
  if (!(await storage.persisted())) await storage.persist();
}
