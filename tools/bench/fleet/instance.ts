// One instance of the service, for fleet.ts, which starts it and tells it how to run. Ends with its parent.
import { fileURLToPath } from 'node:url';
import { createService } from '../../../src/server/service';
import { DEFAULTS, type Settings } from '../../../src/server/settings';

const { settings, scripted } = JSON.parse(process.argv[2]) as { settings: Partial<Settings>; scripted: boolean };
const processFile = fileURLToPath(new URL('../../../tests/support/server/scripted-process.mjs', import.meta.url));
const service = await createService({ ...DEFAULTS, port: 0, logLevel: 'silent', ...settings }, scripted ? processFile : undefined);
process.on('disconnect', () => process.exit());
process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)));
process.send?.({ url: await service.listen() });
