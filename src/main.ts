import './elements/app';
import { holdInstallOffer } from './controllers/install-prompt';
import { startLanguage } from './controllers/language';
import { becomeIsolated, holdBuild } from './controllers/service-worker';
import { SettingsStore } from './storage/settings';

holdInstallOffer();
holdBuild();
await Promise.all([becomeIsolated(), startLanguage(new SettingsStore().value.language)]);
document.body.prepend(document.createElement('sg-app'));
const notices = (): void => void import('./elements/platform/platform-notices').catch(() => undefined);
// Not needed for the first label: fetched after what is.
if (document.readyState === 'complete') notices();
else addEventListener('load', notices, { once: true });
