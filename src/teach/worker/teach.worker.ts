import { expose } from 'comlink';
import { TEACH_CHANNEL, type TeachChange } from '../shared/teach';
import { TeachService } from './teach-service';
import { openClassStore } from './class-store';

const channel = new BroadcastChannel(TEACH_CHANNEL);
expose(new TeachService(openClassStore, (change: TeachChange) => channel.postMessage(change)));
