// npm run tool -- audit [FOLDER]: known faults of the packages (npm audit), those that are shipped told apart from tools. It fails where a
// shipped one has a high or critical fault. A registry that has no audit service is told loudly, and fails nothing.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedPackages } from './shipped';

interface Vulnerability {
  readonly severity: string;
  readonly range: string;
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
  /** Locations in the lock file. */
  readonly nodes: readonly string[];
}

interface Report {
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  readonly auditReportVersion?: number;
}

const FAILING = ['high', 'critical'];

function parsed(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}

async function main(): Promise<void> {
  const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
  const { stdout, stderr, error } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  const report = parsed(stdout);
  if (error || report.error || report.auditReportVersion === undefined) {
    const reason = error?.message || report.error?.summary || report.message || stderr.trim().split('\n', 1)[0];
    console.warn('\n!!! NOT AUDITED !!!');
    console.warn(`The registry gave no answer to npm audit${reason ? `: ${reason}` : ''}`);
    console.warn('Nothing is known of faults in the dependencies. Run it again where registry.npmjs.org can be reached, or with another registry');
    console.warn('that has an audit service: npm_config_registry=ADDRESS npm run tool -- audit\n');
    return;
  }
  const shipped = await shippedPackages(root);
  const counts = { shipped: 0, failing: 0, tools: 0 };
  for (const [name, { severity, range, via, nodes }] of Object.entries(report.vulnerabilities ?? {})) {
    const isShipped = nodes.some((location) => shipped.has(location));
    if (isShipped) counts.shipped++;
    else counts.tools++;
    if (isShipped && FAILING.includes(severity)) counts.failing++;
    const what = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} (${one.url})`)).join('; ');
    console.log(`${isShipped ? 'SHIPPED' : 'tool'}, ${severity}: ${name} ${range}: ${what}`);
  }
  console.log(`${shipped.size} packages are shipped, with the page or the service: ${counts.shipped} with known faults, ${counts.failing} of them high or critical. Tools: ${counts.tools} with known faults.`);
  if (counts.failing > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
