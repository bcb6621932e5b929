import { expose } from 'comlink';
import { SessionStoreService } from './sessions/session-store-service';

expose(new SessionStoreService());
