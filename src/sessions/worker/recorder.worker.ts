import { expose } from 'comlink';
import { RecorderService } from './recorder/recorder-service';

expose(new RecorderService());
