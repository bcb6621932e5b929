/** Letters of a value that a message shows. */
const MOST_LETTERS = 80;

/** What stands in a file where something else should, for a message: lists and objects, which may be as deep or long as anybody likes, by their kind alone. */
export function briefly(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > MOST_LETTERS ? `${value.slice(0, MOST_LETTERS)}...` : value);
}
