/** From source files (tests, tsx) the service's own processes need tsx as well; the built service does not. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** Node's arguments before the module of such a process. */
export const TSX: readonly string[] = FROM_SOURCE ? ['--import', 'tsx'] : [];

/** What such a process sees of the environment: no keys, no settings. */
export const PROCESS_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  NODE_ENV: process.env['NODE_ENV'] ?? 'production',
};
