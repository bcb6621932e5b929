import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, serveBuilt, type Serving } from '../../../tools/serve';

/** The built page under another name, with a script before all others that notes what goes wrong. */
export const WATCHED = 'watched.html';

const SCRIPT = `globalThis.wrongs = [];
addEventListener('error', (event) => wrongs.push('error: ' + (event.message || (event.target && event.target.src))), true);
addEventListener('unhandledrejection', (event) => wrongs.push('rejection: ' + String(event.reason) + ' ' + (event.reason && event.reason.stack || '')));
addEventListener('securitypolicyviolation', (event) => wrongs.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
const said = console.error.bind(console);
console.error = (...words) => { wrongs.push('console: ' + words.map(String).join(' ')); said(...words); };
`;

/** Serves the built app, and it once more as `watched.html`. */
export function serveWatched(): Promise<Serving> {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8').replace('<script type="module"', '<script src="./watched.js"></script><script type="module"');
  if (!page.includes('watched.js')) throw new Error('The built page has no module script.');
  return serveBuilt({
    files: { [`/${WATCHED}`]: { type: 'text/html; charset=utf-8', body: page }, '/watched.js': { type: 'text/javascript', body: SCRIPT } },
  });
}
