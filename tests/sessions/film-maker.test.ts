import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FilmMaker } from '../../src/sessions/page/library/film-maker';
import type { ExportedFile, ExportRequest } from '../../src/sessions/shared/session-export';
import { FakeHost, Later, settled } from '../support/fake-page';
import { manifestOf } from '../support/session-fixture';

const SESSION = manifestOf({ id: 'a', name: 'Zoo' });

describe('a film with its labels', () => {
  let host: FakeHost;
  let maker: FilmMaker;
  /** The browser's answers about its encoder, the last one last. */
  let answers: Later<VideoEncoderSupport>[];
  let jobs: { readonly request: ExportRequest; readonly end: Later<ExportedFile | undefined>; cancelled: boolean }[];
  let tidied: number;

  beforeEach(() => {
    [answers, jobs, tidied] = [[], [], 0];
    vi.stubGlobal('navigator', { languages: ['en'] });
    vi.stubGlobal('VideoEncoder', {
      isConfigSupported: () => {
        const answer = new Later<VideoEncoderSupport>();
        answers.push(answer);
        return answer.promise;
      },
    });
    host = new FakeHost();
    maker = new FilmMaker(host, () => ({
      tidy: () => Promise.resolve(void tidied++),
      transfer: {
        export: (request) => {
          const job = { request: request as ExportRequest, end: new Later<ExportedFile | undefined>(), cancelled: false };
          jobs.push(job);
          return { result: job.end.promise, cancel: () => (job.cancelled = true) };
        },
      },
    }));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is made once, of what was wanted last, where a choice was changed there and back at once', async () => {
    for (const tracks of ['both', 'human', 'both'] as const) void maker.make(SESSION, tracks);
    for (const answer of answers) answer.resolve({ supported: true });
    await settled();
    expect([answers.length, jobs.map(({ request }) => request.tracks)]).toEqual([3, ['both']]);
    jobs[0].end.resolve({ file: new File(['film'], 'x') } as ExportedFile);
    await settled();
    expect([await maker.file?.text(), maker.file?.name.startsWith('Zoo'), jobs[0].cancelled]).toEqual(['film', true, false]);
  });

  it('that is no more wanted ends, and its answer is nobody\'s', async () => {
    void maker.make(SESSION, 'both');
    answers[0].resolve({ supported: false });
    await settled();
    host.disconnect();
    expect([jobs[0].cancelled, tidied]).toEqual([true, 1]);
    jobs[0].end.reject(new Error('ended'));
    await settled();
    expect([maker.file, maker.fault]).toEqual([undefined, undefined]);
    // Nor is one begun whose first question is answered later.
    void maker.make(SESSION, 'human');
    maker.forget();
    answers[1].resolve({ supported: true });
    await settled();
    expect(jobs).toHaveLength(1);
  });

  it('says why it could not be made', async () => {
    void maker.make(SESSION, 'both');
    answers[0].resolve({ supported: true });
    await settled();
    jobs[0].end.reject(new Error('no memory'));
    await settled();
    expect(maker.fault?.code).toBe('export-failed');
  });
});
