/** The recogniser behind a worker's messages. */
export { RecogniserService } from './recogniser-service';
