// A property that a template sets on an element which does not have it is lost without a word: TypeScript does not read templates.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/shared';

interface Element {
  /** Properties that can be set, and those of every element. */
  readonly properties: ReadonlySet<string>;
  /** Attributes, in lower case. */
  readonly attributes: ReadonlySet<string>;
}

const EVERY_PROPERTY = ['hidden', 'inert', 'id', 'className', 'title', 'tabIndex'];
const EVERY_ATTRIBUTE = ['hidden', 'inert', 'id', 'class', 'style', 'slot', 'part', 'exportparts', 'role', 'title', 'tabindex', 'lang', 'dir'];

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
  .map((file) => ({ file, text: readFileSync(join(ROOT, 'src', file), 'utf8') }));

/** What `@property` declares, and setters. */
function declared(text: string): Element {
  const properties = new Set(EVERY_PROPERTY);
  const attributes = new Set(EVERY_ATTRIBUTE);
  for (const [, options, name] of text.matchAll(/@property\(((?:[^()]|\([^()]*\))*)\)\s*(?:(?:override|readonly|accessor|set|get) )*(\w+)/gu)) {
    properties.add(name);
    const attribute = /attribute: (?:'([\w-]+)'|(false))/u.exec(options);
    if (!attribute?.[2]) attributes.add((attribute?.[1] ?? name).toLowerCase());
  }
  for (const [, name] of text.matchAll(/^ {2}set (\w+)\(/gmu)) properties.add(name);
  // Read by their names, not declared.
  for (const [, name] of text.matchAll(/(?:get|has)Attribute\('([\w-]+)'\)|:host\(\[([\w-]+)/gu)) if (name) attributes.add(name);
  for (const [, name] of text.matchAll(/:host\(\[([\w-]+)/gu)) attributes.add(name);
  return { properties, attributes };
}

const elements = new Map<string, Element>();
for (const { text } of sources) {
  const name = /@customElement\('(sg-[\w-]+)'\)/u.exec(text)?.[1];
  if (name) elements.set(name, declared(text));
}

/** Tags of our own elements in templates with their bindings, expressions left out. */
function* bindings(text: string): Generator<{ readonly tag: string; readonly kind: string; readonly name: string }> {
  for (const { index, 0: opening, 1: tag } of text.matchAll(/<(sg-[a-z-]+)(?=[\s>])/gu)) {
    let attributes = '';
    let depth = 0;
    for (let at = index + opening.length; at < text.length; at++) {
      if (depth === 0 && text[at] === '>') break;
      if (text.startsWith('${', at)) depth++;
      else if (depth > 0 && text[at] === '{' && text[at - 1] !== '$') depth++;
      if (depth === 0) attributes += text[at];
      if (depth > 0 && text[at] === '}') {
        depth--;
        if (depth === 0) attributes += 'x';
      }
    }
    for (const [, kind, name] of attributes.matchAll(/\s([.?@]?)([\w-]+)(?==|(?=\s|$))/gu)) yield { tag, kind, name };
  }
}

describe('templates', () => {
  const found = sources.flatMap(({ file, text }) => [...bindings(text)].map((each) => ({ file, ...each })));

  it('are read', () => {
    expect(elements.size).toBeGreaterThan(60);
    expect(found.filter(({ kind }) => kind === '.').length).toBeGreaterThan(100);
  });

  it('set no property and no attribute that an element of ours does not have', () => {
    const lost = found.filter(({ tag, kind, name }) => {
      const element = elements.get(tag);
      if (kind === '@' || /^(?:data|aria)-/u.test(name)) return false;
      return !(kind === '.' ? element?.properties.has(name) : element?.attributes.has(name.toLowerCase()));
    });
    expect(lost.map(({ file, tag, kind, name }) => `${file}: <${tag} ${kind}${name}>`)).toEqual([]);
  });

  it('would be told of where one did', () => {
    expect([...bindings('html`<sg-camera-tools .zoom=${a > 1 ? { b: 2 } : 3} ?aimde=${true} @sg-zoom=${(e) => f(e)}></sg-camera-tools>`')]).toEqual([
      { tag: 'sg-camera-tools', kind: '.', name: 'zoom' }, { tag: 'sg-camera-tools', kind: '?', name: 'aimde' }, { tag: 'sg-camera-tools', kind: '@', name: 'sg-zoom' },
    ]);
    expect(elements.get('sg-camera-tools')?.attributes.has('aimde')).toBe(false);
    expect(elements.get('sg-camera-tools')?.attributes.has('aimed')).toBe(true);
  });
});
