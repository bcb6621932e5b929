// npm run audit: known faults of what is shipped (npm audit). A registry that has no audit service is told loudly, and fails nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Report {
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string; readonly via: readonly (string | { readonly title: string; readonly url: string })[] }>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { stdout, stderr, error } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32',
  maxBuffer: 64 * 1024 * 1024,
});

function parsed(): Report {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    return {};
  }
}

const report = parsed();
if (error || report.error || !report.metadata) {
  const reason = error?.message || report.error?.summary || report.message || stderr.trim().split('\n', 1)[0];
  console.warn('\n!!! NOT AUDITED !!!');
  console.warn(`The registry gave no answer to npm audit${reason ? `: ${reason}` : ''}`);
  console.warn('Nothing is known of faults in the dependencies. Run it again where registry.npmjs.org can be reached.\n');
} else {
  const { high = 0, critical = 0, moderate = 0, low = 0 } = report.metadata.vulnerabilities;
  for (const [name, { severity, range, via }] of Object.entries(report.vulnerabilities ?? {})) {
    const what = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} (${one.url})`)).join('; ');
    console.log(`${severity}: ${name} ${range}: ${what}`);
  }
  console.log(`Dependencies that are shipped: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low faults known.`);
  if (high + critical > 0) process.exitCode = 1;
}
