import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { contextFiles, copyFromContext, copyFromStage } from './context';
import type { Stage } from './dockerfile';

/** A stage after its steps. */
export interface BuiltStage {
  readonly stage: Stage;
  /** Folder that stands for the image's root. */
  readonly root: string;
  /** Working folder inside `root`. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What comes from the machine; everything else from the Dockerfile. npm's own settings reach its registry and its cache. */
function machineEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|LANG|https?_proxy|no_proxy|npm_config_(registry|cache|cafile|userconfig)|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|CHROMIUM)$/i.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

/** Whether this Node may stand for an image like node:24-bookworm-slim. */
export function nodeOf(base: string): number | undefined {
  const major = /^(?:docker\.io\/library\/)?node:(\d+)/.exec(base)?.[1];
  return major === undefined ? undefined : Number(major);
}

/**
 * Runs a Dockerfile's steps in a scratch folder: COPY honours .dockerignore, RUN goes through a shell in the working folder.
 * There is no isolation: a step may only name paths relative to its working folder.
 *
 * @param root folder of the build context
 * @param scratch empty folder
 * @param log told each step
 * @param args values for ARG in place of its own, as --build-arg
 * @throws Error where a step fails
 */
export function buildStages(stages: readonly Stage[], root: string, scratch: string, log: (line: string) => void, args: Readonly<Record<string, string>> = {}): BuiltStage[] {
  const files = contextFiles(root);
  log(`context: ${files.length} files`);
  const built = new Map<string, BuiltStage>();
  for (const stage of stages) {
    const major = nodeOf(stage.base);
    if (major === undefined) throw new Error(`FROM ${stage.base}: only images of Node can be stood in for.`);
    if (major !== Number(process.versions.node.split('.')[0])) log(`FROM ${stage.base}: Node ${process.versions.node} of this machine stands in for it`);
    const stageRoot = join(scratch, stage.name);
    mkdirSync(stageRoot, { recursive: true });
    const env: Record<string, string> = {};
    // For RUN alone: the image does not keep them.
    const given: Record<string, string> = {};
    let workdir = '/';
    const inside = (path: string): string => join(stageRoot, isAbsolute(path) ? path : join(workdir, path));
    for (const step of stage.steps) {
      const started = performance.now();
      if (step.kind === 'env') Object.assign(env, step.values);
      else if (step.kind === 'arg') given[step.name] = args[step.name] ?? step.value;
      else if (step.kind === 'workdir') {
        workdir = isAbsolute(step.path) ? step.path : join(workdir, step.path);
        mkdirSync(inside('.'), { recursive: true });
      } else if (step.kind === 'copy') {
        if (step.from === undefined) copyFromContext(root, files, step.sources, inside(step.target));
        else copyFromStage(built.get(step.from)?.root ?? join(scratch, 'no-such-stage'), step.sources, inside(step.target));
      } else {
        if (/(^|[\s='"])\/(app|usr|opt|home)\b/.test(step.command)) throw new Error(`RUN ${step.command}: an absolute path would leave the scratch folder.`);
        const run = spawnSync('/bin/sh', ['-c', step.command], { cwd: inside('.'), env: { ...machineEnvironment(), ...given, ...env }, encoding: 'utf8', maxBuffer: 1 << 26 });
        if (run.status !== 0) throw new Error(`RUN ${step.command} ended with ${run.status}:\n${run.stdout}\n${run.stderr}`);
      }
      if (step.kind === 'run' || step.kind === 'copy') {
        log(`${stage.name}: ${step.kind === 'run' ? `RUN ${step.command}` : `COPY ${step.from === undefined ? '' : `--from=${step.from} `}${step.sources.join(' ')}`} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      }
    }
    built.set(stage.name, { stage, root: stageRoot, workdir: inside('.'), env });
  }
  return [...built.values()];
}
