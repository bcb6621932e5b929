import { readFileSync } from 'node:fs';
import { type Arg, Copy, DockerfileParser, Env, From, type Instruction, JSONInstruction, type Label } from 'dockerfile-ast';

/** What a stage does, in order; paths as in the image. */
export type Step =
  | { readonly kind: 'arg'; readonly name: string; readonly value: string }
  | { readonly kind: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'copy'; readonly from: string | undefined; readonly sources: readonly string[]; readonly target: string }
  | { readonly kind: 'run'; readonly command: string };

/** One FROM and what follows it. */
export interface Stage {
  readonly name: string;
  /** Image that it begins with. */
  readonly base: string;
  readonly steps: readonly Step[];
  /** Settings of the last stage, that is of the image; undefined where left out. */
  readonly user: string | undefined;
  readonly command: readonly string[] | undefined;
  readonly health: readonly string[] | undefined;
  readonly stopSignal: string | undefined;
  readonly ports: readonly number[];
  /** As written: what is put in for $NAME is said where the image is built. */
  readonly labels: Readonly<Record<string, string>>;
}

type Draft = { -readonly [K in keyof Stage]: Stage[K] } & { steps: Step[]; ports: number[]; labels: Record<string, string> };

/** The arguments as written, lines that go on joined. */
function text(instruction: Instruction): string {
  return (instruction.getRawArgumentsContent() ?? '').replace(/\\\n/g, ' ').trim();
}

function list(instruction: Instruction): string[] {
  if (!(instruction instanceof JSONInstruction) || instruction.getJSONStrings().length === 0) {
    throw new Error(`${instruction.getKeyword()} has to be a JSON list here, or a shell stands between the signal and the service.`);
  }
  return instruction.getJSONStrings().map((argument) => JSON.parse(argument.getJSONValue() === undefined ? 'null' : JSON.stringify(argument.getJSONValue())) as string);
}

/** HEALTHCHECK's test, behind its options. */
function healthOf(instruction: Instruction): string[] {
  const words = text(instruction);
  const from = words.indexOf('CMD');
  const parsed: unknown = JSON.parse(words.slice(from + 3));
  if (!Array.isArray(parsed)) throw new Error('HEALTHCHECK has to be a JSON list here.');
  return parsed.map(String);
}

function copyOf(instruction: Copy): Step {
  const from = instruction.getFlags().find((flag) => flag.getName() === 'from')?.getValue() ?? undefined;
  const paths = instruction.getArguments().map((argument) => argument.getValue());
  return { kind: 'copy', from, sources: paths.slice(0, -1), target: paths[paths.length - 1] };
}

/**
 * Reads a Dockerfile into its stages.
 * @throws Error for what tools/docker-steps cannot follow, naming it: a step that is left out proves nothing
 */
export function readDockerfile(path: string): Stage[] {
  const stages: Draft[] = [];
  for (const instruction of DockerfileParser.parse(readFileSync(path, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? String(stages.length);
      stages.push({ name, base: instruction.getImage() ?? '', steps: [], user: undefined, command: undefined, health: undefined, stopSignal: undefined, ports: [], labels: {} });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${keyword} before the first FROM is not understood here.`);
    switch (keyword) {
      case 'ARG': {
        const argument = (instruction as Arg).getProperty();
        if (argument) stage.steps.push({ kind: 'arg', name: argument.getName(), value: argument.getValue() ?? '' });
        break;
      }
      case 'LABEL':
        for (const label of (instruction as Label).getProperties()) stage.labels[label.getName()] = label.getValue() ?? '';
        break;
      case 'ENV':
        stage.steps.push({ kind: 'env', values: Object.fromEntries((instruction as Env).getProperties().map((p) => [p.getName(), p.getValue() ?? ''])) });
        break;
      case 'WORKDIR':
        stage.steps.push({ kind: 'workdir', path: text(instruction) });
        break;
      case 'COPY':
        stage.steps.push(copyOf(instruction as Copy));
        break;
      case 'RUN':
        stage.steps.push({ kind: 'run', command: text(instruction) });
        break;
      case 'USER':
        stage.user = text(instruction);
        break;
      case 'EXPOSE':
        stage.ports.push(...text(instruction).split(/\s+/).map(Number));
        break;
      case 'STOPSIGNAL':
        stage.stopSignal = text(instruction);
        break;
      case 'CMD':
        stage.command = list(instruction);
        break;
      case 'HEALTHCHECK':
        stage.health = healthOf(instruction);
        break;
      default:
        throw new Error(`${keyword} is not understood by tools/docker-steps.`);
    }
  }
  return stages;
}
