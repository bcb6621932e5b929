/** What a job gives, or undefined where it takes longer, or fails: storage that is gone may never answer. */
export async function within<T>(ms: number, job: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([job, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
