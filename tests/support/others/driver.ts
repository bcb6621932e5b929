import { existsSync } from 'node:fs';

/** Finds elements through open shadow roots; there for all functions that are run in a page. */
export type All = (selector: string) => HTMLElement[];

/** A browser that is not Chromium, driven in the few ways that our tests need. */
export interface OtherBrowser {
  /** Name and version, as the browser itself says. */
  readonly version: string;
  open(url: string): Promise<void>;
  /** Runs a function in the page with what can be said in JSON; may use `all` (declare it), and may be async. */
  run<Args extends readonly unknown[], Result>(body: (...args: Args) => Result | Promise<Result>, ...args: Args): Promise<Result>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** JavaScript of an expression: a promise of what a function gives. */
export function callText(body: (...args: never[]) => unknown, args: readonly unknown[]): string {
  return `(async () => {
    const within = (selector, root) => [...root.querySelectorAll('*')].flatMap((element) => [
      ...(element.matches(selector) ? [element] : []),
      ...(element.shadowRoot ? within(selector, element.shadowRoot) : []),
    ]);
    const all = (selector) => within(selector, document);
    return (${body.toString()})(...${JSON.stringify(args)});
  })()`;
}

/** The first of some files that is there, or undefined with a loud word. */
export function installed(browser: string, packages: string, paths: readonly string[]): string | undefined {
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) console.warn(`\n*** SKIPPED: the tests in ${browser} need it installed: apt-get install ${packages} ***\n`);
  return found;
}
