import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/shared/fault';
import { makeZip } from 'client-zip';
import { bundleEntries } from '../../../src/sessions/shared/export/bundle';
import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import { importSession } from '../../../src/sessions/worker/export/import-service';
import { memoryFiles } from '../../support/memory-files';
import { catAndDog, manifestOf } from '../../support/session-fixture';
import { sessionZip } from '../../support/session-zip';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';

const device = memoryFiles();
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function zipOf(before = ''): Promise<Buffer> {
  const video = await syntheticVideo('mp4', Array.from({ length: 60 }, (_, i) => i * 100_000), 10, 20);
  const files = new Map([['film.mp4', fileAfter(video, video.writes.length)], ['labels.jsonl', bytesOf(toJsonLines(catAndDog()))], ['human.jsonl', bytesOf('')]]);
  return sessionZip(manifestOf(), files, { before });
}

/** The same zip as tools of old Windows write it, whose names have backslashes. */
function withBackslashes(zip: Buffer, names: readonly string[]): Buffer {
  const changed = Buffer.from(zip);
  for (const name of names) {
    for (let at = changed.indexOf(name); at >= 0; at = changed.indexOf(name, at + 1)) changed.write(name.replaceAll('/', '\\'), at);
  }
  return changed;
}

async function imported(zip: Buffer): Promise<{ id: string; paths: string[] } | string> {
  device.clear();
  try {
    const { id } = await importSession(new File([Uint8Array.from(zip)], 'x.zip'), () => undefined);
    return { id, paths: device.root.paths().sort() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(device.root.paths()).toEqual([]);
    return error.code;
  }
}

const PATHS = ['film.mp4', 'human.jsonl', 'labels.jsonl', 'session.json'].map((name) => `sessions/test-session/${name}`);
const whole = { id: 'test-session', paths: PATHS };

describe('a session that another tool packed anew', () => {
  const NAMES = ['session/film.mp4', 'session/labels.jsonl', 'session/human.jsonl'];

  it('is taken with backslashes in its names, in a folder too', async () => {
    expect(await imported(await zipOf())).toEqual(whole);
    expect(await imported(withBackslashes(await zipOf(), NAMES))).toEqual(whole);
    expect(await imported(withBackslashes(await zipOf('Zoo/'), ['Zoo/sightglass.json', ...NAMES.map((name) => `Zoo/${name}`)]))).toEqual(whole);
    expect(await imported(withBackslashes(await zipOf('./'), ['./sightglass.json', ...NAMES.map((name) => `./${name}`)]))).toEqual(whole);
  });

  it('is taken with bytes behind its end, as mail and downloads leave them', async () => {
    for (const tail of ['\n', '\r\n', '\0'.repeat(512), ' '.repeat(70_000)]) expect(await imported(Buffer.concat([await zipOf(), Buffer.from(tail)])), JSON.stringify(tail.slice(0, 4))).toEqual(whole);
  });

  it('is taken with others beside it, each in its folder; one that is broken leaves the others be', async () => {
    const video = await syntheticVideo('mp4', Array.from({ length: 60 }, (_, i) => i * 100_000), 10, 20);
    const film = new Blob([fileAfter(video, video.writes.length)]);
    const of = (id: string, human: string) => {
      const files: [string, Blob][] = [['film.mp4', film], ['labels.jsonl', new Blob([toJsonLines(catAndDog())])], ['human.jsonl', new Blob([human])]];
      return [...bundleEntries(manifestOf({ id, name: id }), files)].map(({ name, input }) => ({ name: `${id}/${name}`, input }));
    };
    const zip = async (...parts: { name: string; input: Blob | string }[][]): Promise<File> => new File([await new Response(makeZip(parts.flat())).arrayBuffer()], 'sessions.zip');
    device.clear();
    expect((await importSession(await zip(of('one', ''), of('two', '')), () => undefined)).id).toBe('one');
    expect(device.root.paths().filter((path) => path.endsWith('session.json')).sort()).toEqual(['sessions/one/session.json', 'sessions/two/session.json']);
    device.clear();
    await expect(importSession(await zip(of('one', '{"kind":"?"}\n'), of('two', '')), () => undefined)).rejects.toThrow(/1 of 2 sessions were read. one: /);
    expect(device.root.paths().filter((path) => path.endsWith('.json'))).toEqual(['sessions/two/session.json']);
  });

  it('is refused where its names lead out, however that is written', async () => {
    for (const before of ['../', '..\\', 'a\\..\\..\\', '\\', 'C:\\', 'C:', '/', './../', '.\\..\\']) expect(await imported(await zipOf(before)), before).toBe('import-unsafe');
  });
});
