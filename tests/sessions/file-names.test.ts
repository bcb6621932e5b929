import { describe, expect, it } from 'vitest';
import { exportName } from '../../src/sessions/shared/export/export-name';
import { safeName, UniqueNames } from '../../src/sessions/shared/export/file-names';
import { manifestOf } from '../support/session-fixture';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe('names of files', () => {
  it.each([
    ['plain', 'plain'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..', 'unnamed'],
    ['...hidden', 'hidden'],
    ['-rf', 'rf'],
    ['~', 'unnamed'],
    ['', 'unnamed'],
    ['   ', 'unnamed'],
    ['trailing. . .', 'trailing'],
    ['con', '_con'],
    ['CON.txt', '_CON.txt'],
    ['com1', '_com1'],
    ['LPT¹', '_LPT¹'],
    ['NUL .x', '_NUL .x'],
    ['console', 'console'],
    ['line\r\nbreak\0\u2028', 'line break'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['half \ud800 pair', 'half pair'],
    ['猫 Ü é', '猫 Ü é'],
    ['e\u0301', 'é'],
    ['=1+1', '_1+1'],
    ['＠x', '_x'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
    expect(safeName(safe)).toBe(safe);
  });

  it('cuts long names by bytes, not through a letter', () => {
    expect(safeName('x'.repeat(300))).toBe('x'.repeat(120));
    expect(bytes(safeName('猫'.repeat(300)))).toBe(120);
    const family = '👨‍👩‍👧‍👦';
    const cut = safeName(family.repeat(50));
    expect(bytes(cut)).toBeLessThanOrEqual(120);
    expect(cut).toBe(family.repeat(Math.floor(120 / bytes(family))));
    expect(safeName(`${'x'.repeat(119)}. y`)).toBe('x'.repeat(119));
  });

  it('gives each its own name where case and composition do not count', () => {
    const names = new UniqueNames();
    expect([names.take('Cat'), names.take('cat'), names.take('cat (2)'), names.take('CAT', '.jpg')]).toEqual([
      'Cat',
      'cat (2)',
      'cat (2) (2)',
      'CAT.jpg',
    ]);
    expect([names.take('é'), names.take('e\u0301')]).toEqual(['é', 'e\u0301 (2)']);
  });

  it('names exports after the session', () => {
    const request = { sessionId: 'x', tracks: 'both', everyUs: undefined } as const;
    const session = manifestOf();
    expect(exportName(session, { ...request, format: 'csv' }).name).toBe('Zoo_ _day_ 1_2 🐘.csv.zip');
    expect(exportName(session, { ...request, format: 'csv', tracks: 'human' }).name).toBe('Zoo_ _day_ 1_2 🐘.human.csv');
    expect(exportName(session, { ...request, format: 'everything' }).name).toBe('Zoo_ _day_ 1_2 🐘.sightglass.zip');
    const webm = { ...session, name: 'nul', film: { ...session.film, file: 'film.webm' } };
    expect(exportName(webm, { ...request, format: 'film' })).toEqual({ name: '_nul.webm', type: 'video/webm' });
    expect(exportName(webm, { ...request, format: 'film-mp4' }).name).toBe('_nul.mp4');
  });
});
