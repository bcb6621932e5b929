import { expose } from 'comlink';
import { SessionStoreService } from './store/session-store-service';

expose(new SessionStoreService());
