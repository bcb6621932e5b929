// node tools/bootstrap.mjs SCRIPT... [FILE] [options]: installs what is missing, runs npm scripts one after the other
// (those that a + joins side by side), then the file. The options are for the last of them. The file (tools/start.ts) runs in this very process: a server
// that is stopped, however that is done, leaves nothing behind. Plain JavaScript, as no package is there yet.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];
/** Milliseconds between two looks at whether npm is still there. */
const WATCH_MS = 250;
const WINDOWS = process.platform === 'win32';
const root = fileURLToPath(new URL('..', import.meta.url));
const stopHere = () => process.kill(process.pid, 'SIGTERM');
/** What is done where npm is gone. */
let stop = stopHere;

/** Ends this process as another one ended: by the same signal, or with its exit code. */
function endAs(code, signal) {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
}

/**
 * Runs commands side by side to their ends, with all signals that come meanwhile passed on to them and whatever they
 * started. Ends this process where one fails, and the others with it.
 */
async function run(...commands) {
  // Groups of their own: npm passes on neither SIGHUP nor what reaches its shell alone.
  const children = commands.map(([command, ...args]) => spawn(command, args, { cwd: root, stdio: 'inherit', shell: WINDOWS, detached: !WINDOWS }));
  let told;
  const send = (signal) => {
    for (const child of children) {
      try {
        if (WINDOWS) child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const pass = (signal) => {
    told = signal;
    send(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  stop = () => pass('SIGTERM');
  let failed;
  await Promise.all(
    children.map(async (child) => {
      const end = await new Promise((settle) => {
        child.once('error', (error) => {
          console.error(error.message);
          settle([1, null]);
        });
        child.once('exit', (...how) => settle(how));
      });
      if (end[0] === 0 || failed) return;
      failed = end;
      send('SIGTERM');
    }),
  );
  for (const name of SIGNALS) process.off(name, pass);
  stop = stopHere;
  if (failed) endAs(...failed);
  // A step that was told to stop and took that for its end is no reason to begin the next one.
  if (told) endAs(0, told);
}

/** Process ids of the parent and, where that is the shell that npm runs scripts in, of npm itself. */
function npmProcesses() {
  const parent = process.ppid;
  try {
    const [, name, above] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'));
    return /^(ba|da|a|k|z)?sh$/.test(name) ? [parent, Number(above)] : [parent];
  } catch {
    return [parent];
  }
}

/**
 * Stops where npm is gone: it passes SIGTERM and SIGINT on to its shell, which does not, and nothing where it ends by
 * another signal; what it started would go on without it.
 */
function endWithNpm() {
  if (WINDOWS || process.env.npm_lifecycle_event === undefined) return;
  const expected = npmProcesses().join();
  const watch = setInterval(() => {
    if (npmProcesses().join() === expected) return;
    clearInterval(watch);
    stop();
  }, WATCH_MS);
  watch.unref();
}

function packagesOf(file) {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).packages ?? {}) : undefined;
}

/**
 * Compares the lock file with npm's own list of what it installed. What is installed beyond the lock file does no harm,
 * and optional packages may be for another system.
 * @returns what differs, in words; undefined where nothing does
 */
function difference() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (!installed) return 'no packages are installed';
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(wanted ?? {})) {
    if (!path.startsWith('node_modules/')) continue;
    const name = path.slice('node_modules/'.length);
    const found = installed[path];
    if (!found && !optional && !devOptional) return `${name} ${version ?? ''} is missing`.replace('  ', ' ');
    if (found && found.version !== version) return `${name} is ${found.version}, not ${version}`;
    if (found && found.integrity !== integrity) return `${name} ${version} has other content`;
  }
  return undefined;
}

async function install() {
  const different = difference();
  if (different === undefined) return;
  const folder = join(root, 'node_modules');
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const there = existsSync(folder) ? realpathSync(folder) : 'nothing';
    console.error(
      `node_modules is a symbolic link (to ${there}), whose content is not what package-lock.json wants: ${different}.\n` +
        'Packages are not installed through a link, as others may use them. Run npm ci in the folder that it\n' +
        'leads to, or remove the link (rm node_modules): packages are then installed here.',
    );
    process.exit(1);
  }
  console.log(`Installing packages: ${different}.`);
  await run(['npm', 'ci', '--no-audit', '--no-fund']);
}

/** Runs a module in this process, as if node had been called with it. */
async function become(file, options) {
  const path = resolve(root, file);
  process.argv = [process.execPath, path, ...options];
  if (file.endsWith('.ts')) (await import('tsx/esm/api')).register();
  await import(pathToFileURL(path).href);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  process.exit(1);
}
endWithNpm();
await install();
const words = process.argv.slice(2);
// What follows a file, or the first word with a dash, is for the last step: npm run serve -- --port 8080.
const file = words.findIndex((word) => /\.[jt]s$/.test(word));
const dash = words.findIndex((word) => word.startsWith('-'));
const end = file >= 0 && (dash < 0 || file < dash) ? file : dash;
const scripts = end < 0 ? words : words.slice(0, end);
const options = end < 0 ? [] : words.slice(end);
for (const [i, script] of scripts.entries()) {
  const last = i === scripts.length - 1 && end !== file;
  const rest = last && options.length > 0 ? ['--', ...options] : [];
  await run(...script.split('+').map((name) => ['npm', 'run', '--silent', name, ...rest]));
}
if (end >= 0 && end === file) await become(options[0], options.slice(1));
