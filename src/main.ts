import './elements/app';
import { becomeIsolated, holdBuild } from './controllers/service-worker';

holdBuild();
await becomeIsolated();
document.body.prepend(document.createElement('sg-app'));
const notices = (): void => void import('./elements/platform/platform-notices').catch(() => undefined);
// Not needed for the first label: fetched after what is.
if (document.readyState === 'complete') notices();
else addEventListener('load', notices, { once: true });
