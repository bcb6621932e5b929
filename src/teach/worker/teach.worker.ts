import { expose } from 'comlink';
import { TEACH_CHANNEL, type TeachChange } from '../shared/teach';
import { TeachService } from './teach-service';
import { openThingStore } from './class-store';

const channel = new BroadcastChannel(TEACH_CHANNEL);
expose(new TeachService(openThingStore, (change: TeachChange) => channel.postMessage(change)));
