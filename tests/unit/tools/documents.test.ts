import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/shared';

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
/** Who clones waits for them. */
const LARGEST_PICTURE = 300_000;

const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  it('links to what is there', () => {
    const missing = linksOf(text).map((link) => link.split('#', 1)[0]).filter((path) => path !== '' && !existsSync(join(ROOT, dirname(page), path)));
    expect(missing).toEqual([]);
  });

  it('names commands and test files that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const commands = [...text.matchAll(/npm run ([a-z][a-z0-9:]*)/g)].map(([, name]) => name);
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    const files = [...text.matchAll(/\b((?:tests|tools|src)\/[\w./-]+\.(?:ts|py|mjs))\b/g)].map(([, path]) => path);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('pictures of the README', () => {
  it('are there, and small', () => {
    const pictures = linksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter((link) => /\.(png|webp|jpe?g)$/.test(link));
    expect(pictures.length).toBeGreaterThanOrEqual(2);
    for (const picture of pictures) expect(statSync(join(ROOT, picture)).size, picture).toBeLessThan(LARGEST_PICTURE);
  });
});
