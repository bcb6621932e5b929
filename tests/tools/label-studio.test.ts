import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TextReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importInto } from '../../tools/label-studio';

/** What an export has. @param name of its folder */
async function exported(path: string, name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  const video = `/data/local-files/?d=${encodeURIComponent(name)}/film.mp4`;
  const files = { [`${name}/film.mp4`]: 'film', [`${name}/tasks.json`]: JSON.stringify([{ data: { video } }]), [`${name}/config.xml`]: '<View/>', ...more };
  for (const [file, text] of Object.entries(files)) await zip.add(file, new TextReader(text));
  writeFileSync(path, await zip.close());
  return path;
}

describe('the tool that gives exports to Label Studio', () => {
  let folder: string;
  let root: string;
  let server: Server;
  let url: string;
  let imported: { data: { video: string } }[][];
  let refuses: string | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sightglass-label-studio-'));
    root = join(folder, 'files');
    mkdirSync(root);
    imported = [];
    refuses = undefined;
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
        const path = request.url ?? '';
        if (refuses !== undefined && path.startsWith(refuses)) return void response.writeHead(401).end('who?');
        if (path.includes('/import')) imported.push(JSON.parse(body) as { data: { video: string } }[]);
        response.end(JSON.stringify(path.includes('/import') ? { task_count: 1 } : { id: 7, ...(JSON.parse(body) as object) }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const give = (zip: string): ReturnType<typeof importInto> => importInto({ url, token: 'token', root }, zip);

  it('makes a new folder for each, and leaves what lies there as it is', async () => {
    const zip = await exported(join(folder, 'a.zip'), 'Zoo film');
    expect(await give(zip)).toEqual({ id: 7, title: 'Zoo film', tasks: 1 });
    writeFileSync(join(root, 'Zoo film/film.mp4'), 'the one that is labelled there');
    expect((await give(zip)).title).toBe('Zoo film 2');
    expect(readFileSync(join(root, 'Zoo film/film.mp4'), 'utf8')).toBe('the one that is labelled there');
    expect(readFileSync(join(root, 'Zoo film 2/film.mp4'), 'utf8')).toBe('film');
    expect(imported.map(([{ data }]) => data.video)).toEqual(['/data/local-files/?d=Zoo%20film/film.mp4', '/data/local-files/?d=Zoo%20film%202/film.mp4']);
  });

  it('leaves no files where it made no project, and says who refused', async () => {
    const zip = await exported(join(folder, 'a.zip'), 'Zoo');
    refuses = '/api/projects/';
    await expect(give(zip)).rejects.toThrow(`${url}/api/projects/ with 401: who?`);
    expect(readdirSync(root)).toEqual([]);
  });

  it('names the address where nothing answers', async () => {
    const zip = await exported(join(folder, 'a.zip'), 'Zoo');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(give(zip)).rejects.toThrow(`does not answer at ${url}/api/projects/`);
  });

  it('refuses files that lie elsewhere, before any is written', async () => {
    await expect(give(await exported(join(folder, 'a.zip'), 'Zoo', { 'Other/film.mp4': 'x' }))).rejects.toThrow('outside of its folder: Other/film.mp4');
    expect(readdirSync(root)).toEqual([]);
  });
});
