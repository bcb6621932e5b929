// npm run serve [-- --host ADDRESS --port N ...]: the built page and POST /predict. See docs/service.md.
import type { Health } from './routes/about';
import { createService, type Service } from './service';
import { readSettings, type Settings } from './settings';

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

function stopOnSignals(service: Service, drainMs: number): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log(`${signal}: stopping; what is being worked on is finished (${drainMs} ms at most). Once more ends at once.`);
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  const service = await createService(settings);
  stopOnSignals(service, settings.drainMs);
  for (const words of service.passedOver) console.warn(words);
  let url: string;
  try {
    url = await service.listen();
  } catch (error) {
    await service.stop();
    throw listenError(error, settings);
  }
  const { model, precision, workers } = (await service.app.inject('/healthz')).json<Health>();
  console.log(`\nSightglass recognises at ${url}/predict (${model} ${precision}, ${workers} processes); the page is at ${url}/`);
  console.log(`curl -F file=@picture.jpg ${url}/predict\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
