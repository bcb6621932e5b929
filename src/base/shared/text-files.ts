/** Whether a file is JSON, by its name or type: what is in it tells what it is. */
export function isJson({ name, type }: Pick<File, 'name' | 'type'>): boolean {
  return /\.json$/iu.test(name) || type === 'application/json';
}

/** Whether a file is plain text or a table, by its name or type. */
export function isPlainText({ name, type }: Pick<File, 'name' | 'type'>): boolean {
  return /\.(txt|csv|tsv)$/iu.test(name) || type === 'text/plain' || type === 'text/csv';
}
