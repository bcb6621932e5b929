// npm run phone [-- --host ADDRESS --port N --desktop-port N]: the built app for a phone in the local network, over https.
import { parseArgs } from 'node:util';
import { toString as qrText } from 'qrcode';
import { localAddresses } from './phone/addresses';
import { configFolder } from './phone/certificates';
import { DEFAULT_PHONE_PORT, servePhone, type PhoneServing } from './phone/serve-phone';
import { phoneWords } from './phone/words';
import { DEFAULT_PORT } from './serve';

function portOf(text: string | undefined, fallback: number, name: string): number {
  const port = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--${name} takes a port from 0 to 65535, not ${text}.`);
  return port;
}

/** The system's word for what cannot be bound, in ours. */
function listenError(error: unknown, host: string): Error {
  const { code, port } = error as { code?: string; port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} is taken: choose others with npm run phone -- --port 8443 --desktop-port 8080`, { cause: error });
    case 'EADDRNOTAVAIL':
      return new Error(`${host} is no address of this machine. It has: ${localAddresses().join(', ') || 'none in a network'}.`, { cause: error });
    case 'EACCES':
      return new Error(`No right to use that port or folder: ${error instanceof Error ? error.message : code}`, { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { host: { type: 'string' }, port: { type: 'string' }, 'desktop-port': { type: 'string' } },
  });
  const addresses = localAddresses();
  const host = values.host ?? addresses.at(0);
  if (host === undefined) throw new Error('This machine is in no network that a phone could reach it by: join the Wi-Fi of the phone first.');
  const folder = configFolder();
  let serving: PhoneServing;
  try {
    serving = await servePhone({
      host,
      port: portOf(values.port, DEFAULT_PHONE_PORT, 'port'),
      desktopPort: portOf(values['desktop-port'], DEFAULT_PORT, 'desktop-port'),
      configFolder: folder,
    });
  } catch (error) {
    throw listenError(error, host);
  }
  console.log(phoneWords(serving, await qrText(serving.phone.url, { type: 'terminal', small: true }), folder));
  const others = addresses.filter((address) => address !== host);
  if (others.length > 0) console.log(`Does the phone not reach it? Other addresses (npm run phone -- --host ADDRESS): ${others.join(', ')}\n`);
  const stop = (): void => void serving.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
