import './page/app';
import { watchForKeyboard } from './page/phone/is-phone';
import { holdInstallOffer } from './page/platform/install-prompt';
import { startLanguage } from '../base/page/language';
import { becomeIsolated, holdBuild } from './page/platform/service-worker';
import { SettingsStore } from '../base/page/settings';
import { allowOwnScripts } from '../base/shared/own-scripts';

allowOwnScripts();
holdInstallOffer();
watchForKeyboard();
holdBuild();
await Promise.all([becomeIsolated(), startLanguage(new SettingsStore().value.language)]);
document.body.prepend(document.createElement('sg-app'));
const notices = (): void => void import('./page/platform/platform-notices').catch(() => undefined);
// Not needed for the first label: fetched after what is.
if (document.readyState === 'complete') notices();
else addEventListener('load', notices, { once: true });
