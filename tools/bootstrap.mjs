// Runs an npm script chain on a fresh clone: installs what is missing first. Plain JavaScript, as nothing is there yet.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // onnxruntime-node is used on the CPU only: its install step need not fetch anything.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' },
  });
  if (result.error) console.error(result.error.message);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const installed = time(`${root}/node_modules/.package-lock.json`);
if (installed === 0 || installed < time(`${root}/package-lock.json`)) run('npm', ['ci', '--no-audit', '--no-fund']);
// What follows the first word with a dash is for the last script: npm run serve -- --port 8080.
const words = process.argv.slice(2);
const dash = words.findIndex((word) => word.startsWith('-'));
const scripts = dash < 0 ? words : words.slice(0, dash);
const options = dash < 0 ? [] : ['--', ...words.slice(dash)];
for (const [i, script] of scripts.entries()) run('npm', ['run', '--silent', script, ...(i === scripts.length - 1 ? options : [])]);
