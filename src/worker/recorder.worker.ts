import { expose } from 'comlink';
import { RecorderService } from './sessions/recorder-service';

expose(new RecorderService());
