// npm run tool -- label-studio ZIP --url http://localhost:8080 --token TOKEN --root FOLDER: makes a project in a Label Studio that runs, out of a zip
// that the app exports for it, film or pictures. FOLDER is the server's LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT.
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
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

/** Makes a folder by a name that nothing has: "Zoo", else "Zoo 2", and so on. @returns the name */
function newFolder(root: string, wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (existsSync(join(root, name))) continue;
    mkdirSync(join(root, name));
    return name;
  }
}

/**
 * Unpacks an export into a folder of its own below that of the server: what lies there, of projects of before, stays as it is.
 * @returns the folder's name, and its tasks, with the paths that they have there
 */
async function unpacked(zip: string, root: string): Promise<{ readonly folder: string; readonly tasks: unknown }> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(readFileSync(zip))])));
  const entries = (await reader.getEntries()).filter((entry) => !entry.directory);
  const tasks = entries.find(({ filename }) => /^[^/]+\/tasks\.json$/.test(filename));
  if (tasks === undefined) throw new Error(`${zip} has no tasks.json: export "Label Studio, film" or "Label Studio, pictures".`);
  const exported = dirname(tasks.filename);
  // The card lies beside the folder.
  const paths = entries.map(({ filename }) => (filename === 'README.md' ? filename : relative(exported, normalize(filename))));
  const outside = paths.findIndex((path) => path.startsWith('..') || isAbsolute(path));
  if (outside >= 0) throw new Error(`${zip} has a file outside of its folder: ${entries[outside].filename}`);
  const folder = newFolder(root, exported);
  try {
    for (const [i, entry] of entries.entries()) {
      const path = join(root, folder, paths[i]);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await entry.getData(new Uint8ArrayWriter()));
    }
    await reader.close();
    const path = join(root, folder, 'tasks.json');
    const text = readFileSync(path, 'utf8').replaceAll(`/?d=${encodeURIComponent(exported)}/`, `/?d=${encodeURIComponent(folder)}/`);
    writeFileSync(path, text);
    return { folder, tasks: JSON.parse(text) as unknown };
  } catch (error) {
    rmSync(join(root, folder), { recursive: true });
    throw error;
  }
}

/** Asks an address. @throws Error that names it where nothing answers */
async function fetched(path: string, studio: Pick<LabelStudio, 'url'>, init: RequestInit): Promise<Response> {
  const address = new URL(path, studio.url);
  try {
    return await fetch(address, init);
  } catch (cause) {
    throw new Error(`Label Studio does not answer at ${address.href}: start it, or name where it is with --url.`, { cause });
  }
}

/** Asks Label Studio. @throws Error with what it answers where it refuses */
export async function ask(studio: Pick<LabelStudio, 'url' | 'token'>, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const json = { 'Content-Type': 'application/json' };
  let authorization = `Token ${studio.token}`;
  // A personal token is a JSON Web Token that a short-lived one is had for.
  if (studio.token.split('.').length === 3) {
    const answer = await fetched('/api/token/refresh', studio, { method: 'POST', headers: json, body: JSON.stringify({ refresh: studio.token }) });
    const { access } = (await answer.json().catch(() => ({}))) as { access?: string };
    if (access === undefined) throw new Error(`Label Studio at ${studio.url} does not take the token: ${answer.status}`);
    authorization = `Bearer ${access}`;
  }
  const response = await fetched(path, studio, { method, headers: { ...json, Authorization: authorization }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Label Studio answers ${method} ${new URL(path, studio.url).href} with ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/**
 * Makes a project with the export's set-up, lets the server give its folder's files, and imports its tasks with annotations and predictions. The storage
 * is not synchronised: that would add a second, unlabelled task for each file.
 */
export async function importInto(studio: LabelStudio, zip: string): Promise<LabelStudioProject> {
  const root = realpathSync(studio.root);
  const { folder, tasks } = await unpacked(zip, root);
  let project: number | undefined;
  try {
    const set = { title: folder.slice(0, 50), label_config: readFileSync(join(root, folder, 'config.xml'), 'utf8') };
    const { id, title } = (await ask(studio, '/api/projects/', set)) as { id: number; title: string };
    project = id;
    await ask(studio, '/api/storages/localfiles/', { project: id, title: folder, path: join(root, folder), use_blob_urls: true });
    const { task_count } = (await ask(studio, `/api/projects/${id}/import?commit_to_project=true`, tasks)) as { task_count: number };
    return { id, title, tasks: task_count };
  } catch (error) {
    // Nobody has worked on it yet. A project that was made stays, for who looks into it, and so do its files.
    if (project === undefined) rmSync(join(root, folder), { recursive: true });
    throw error;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' }, token: { type: 'string' }, root: { type: 'string' } } });
  const { url = 'http://localhost:8080', token = process.env['LABEL_STUDIO_TOKEN'] ?? '', root } = values;
  if (positionals.length === 0 || token === '' || root === undefined) {
    throw new Error('LABEL_STUDIO_TOKEN=TOKEN npm run tool -- label-studio ZIP [ZIP ...] --root FOLDER [--url http://localhost:8080]; docs/sessions.md says how Label Studio is started.');
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
