// The last step of npm start: serves the built page and prints where.
import { DEFAULT_PORT, serveBuilt } from './serve';

const port = process.env['PORT'] === undefined ? DEFAULT_PORT : Number(process.env['PORT']);

async function start(): Promise<void> {
  try {
    const { url } = await serveBuilt({ port });
    console.log(`\nSightglass is at ${url} (only on this machine; Ctrl+C stops it)\n`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(`Port ${port} is taken. Choose another one: PORT=8080 npm start`, { cause: error });
    }
    throw error;
  }
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
