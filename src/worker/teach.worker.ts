import { expose } from 'comlink';
import { TEACH_CHANNEL, type TeachChange } from '../contract/teach';
import { TeachService } from './teach/teach-service';
import { openThingStore } from './teach/thing-store';

const channel = new BroadcastChannel(TEACH_CHANNEL);
expose(new TeachService(openThingStore, (change: TeachChange) => channel.postMessage(change)));
