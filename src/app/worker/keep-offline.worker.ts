import type { OfflineRequest } from '../../base/shared/offline';
import { keepOffline } from './keep-offline';

/** Keeps the large files without taking the page's time: told once, reports until the end. */
self.addEventListener('message', (event: MessageEvent<OfflineRequest>) => {
  void keepOffline(event.data, (progress) => self.postMessage(progress));
});
