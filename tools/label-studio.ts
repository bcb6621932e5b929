// npm run tool -- label-studio ZIP --url http://localhost:8080 --token TOKEN --root FOLDER: makes a project in a Label Studio that runs, out of a zip
// that the app exports for it, film or pictures. FOLDER is the server's LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';

export interface LabelStudio {
  /** Where it answers. */
  readonly url: string;
  /** An access token of its account page: a personal or a legacy one. */
  readonly token: string;
  /** The folder that it gives files from. */
  readonly root: string;
}

/** What was made. */
export interface LabelStudioProject {
  readonly id: number;
  readonly title: string;
  readonly tasks: number;
}

/** Unpacks an export under the folder of the server. @returns the folder's name in it */
async function unpacked(zip: string, root: string): Promise<string> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(readFileSync(zip))])));
  let folder: string | undefined;
  for (const entry of await reader.getEntries()) {
    const path = resolve(root, entry.filename);
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside)) throw new Error(`${zip} has a file outside of its folder: ${entry.filename}`);
    if (entry.directory) continue;
    if (entry.filename.endsWith('/tasks.json')) folder = dirname(entry.filename);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await entry.getData(new Uint8ArrayWriter()));
  }
  await reader.close();
  if (folder === undefined) throw new Error(`${zip} has no tasks.json: export "Label Studio, film" or "Label Studio, pictures".`);
  return folder;
}

/** Asks Label Studio. @throws Error with what it answers where it refuses */
export async function ask(studio: Pick<LabelStudio, 'url' | 'token'>, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const json = { 'Content-Type': 'application/json' };
  let authorization = `Token ${studio.token}`;
  // A personal token is a JSON Web Token that a short-lived one is had for.
  if (studio.token.split('.').length === 3) {
    const answer = await fetch(new URL('/api/token/refresh', studio.url), { method: 'POST', headers: json, body: JSON.stringify({ refresh: studio.token }) });
    const { access } = (await answer.json()) as { access?: string };
    if (access === undefined) throw new Error(`Label Studio does not take the token: ${answer.status}`);
    authorization = `Bearer ${access}`;
  }
  const response = await fetch(new URL(path, studio.url), { method, headers: { ...json, Authorization: authorization }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Label Studio answers ${method} ${path} with ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/**
 * Makes a project with the export's set-up, lets the server give its folder's files, and imports its tasks with annotations and predictions. The storage
 * is not synchronised: that would add a second, unlabelled task for each file.
 */
export async function importInto(studio: LabelStudio, zip: string): Promise<LabelStudioProject> {
  const root = realpathSync(studio.root);
  const folder = await unpacked(zip, root);
  const read = (name: string): string => readFileSync(join(root, folder, name), 'utf8');
  const { id, title } = (await ask(studio, '/api/projects/', { title: folder.slice(0, 50), label_config: read('config.xml') })) as { id: number; title: string };
  await ask(studio, '/api/storages/localfiles/', { project: id, title: folder, path: join(root, folder), use_blob_urls: true });
  const { task_count } = (await ask(studio, `/api/projects/${id}/import?commit_to_project=true`, JSON.parse(read('tasks.json')))) as { task_count: number };
  return { id, title, tasks: task_count };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' }, token: { type: 'string' }, root: { type: 'string' } } });
  const { url = 'http://localhost:8080', token, root } = values;
  if (positionals.length === 0 || token === undefined || root === undefined) {
    throw new Error('npm run tool -- label-studio ZIP [ZIP ...] --token TOKEN --root FOLDER [--url http://localhost:8080]; docs/sessions.md says how Label Studio is started.');
  }
  for (const zip of positionals) {
    const { id, title, tasks } = await importInto({ url, token, root }, zip);
    console.log(`${title}: ${tasks} task${tasks === 1 ? '' : 's'}, ${new URL(`/projects/${id}`, url).href}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
