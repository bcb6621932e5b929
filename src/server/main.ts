// npm run serve [-- --host ADDRESS --port N ...]: the built page and POST /predict. See docs/service.md.
import { messageOf } from './problem';
import { createService, type Service } from './service';
import { logFormatIn, readSettings, type Settings } from './settings';

/** The system's word for what cannot be bound, in ours. */
function listenError(error: unknown, { host, port }: Settings): Error {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  switch (code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} is taken: choose another one with npm run serve -- --port 8080, or PORT=8080.`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is no address of this machine (--host or HOST).`, { cause: error });
    case 'EACCES':
      return new Error(`No right to use port ${port}: choose one above 1023.`, { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

type Say = (words: string, level?: 'info' | 'warn' | 'fatal', error?: unknown) => void;

/** Writes lines for people, or as pino does for machines. */
function writer(logFormat: string): Say {
  const levels = { info: 30, warn: 40, fatal: 60 };
  if (logFormat !== 'json') return (words, level = 'info') => (level === 'info' ? console.log(words) : console.error(words));
  return (words, level = 'info', error) => {
    const err = error instanceof Error ? { err: { type: error.name, message: error.message, stack: error.stack } } : {};
    console.log(JSON.stringify({ level: levels[level], time: Date.now(), pid: process.pid, ...err, msg: words.trim() }));
  };
}

/** Says what ended the service, with its stack where machines read it. */
function fail(say: Say, error: unknown): void {
  say(messageOf(error), 'fatal', error);
  process.exitCode = 1;
}

function stopOnSignals(service: Service, { drainMs }: Settings, say: Say): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    say(`${signal}: stopping; what is being worked on is finished (${drainMs} ms at most). Once more ends at once.`);
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(say, error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
}

async function serve(settings: Settings, say: Say): Promise<void> {
  const service = await createService(settings);
  stopOnSignals(service, settings, say);
  for (const words of service.passedOver) say(words, 'warn');
  let url: string;
  try {
    url = await service.listen();
  } catch (error) {
    await service.stop();
    throw listenError(error, settings);
  }
  const { network: { model, precision }, engine, pool } = service;
  say(`\nSightglass recognises at ${url}/predict (${model} ${precision}, ${pool.workers} processes); the page is at ${url}/\nThe network runs in ${engine}`);
  if (settings.logFormat === 'text') say(`curl -F file=@picture.jpg ${url}/predict\n`);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const say = writer(logFormatIn(args, process.env));
  try {
    await serve(readSettings(args, process.env), say);
  } catch (error) {
    fail(say, error);
  }
}

void main();
