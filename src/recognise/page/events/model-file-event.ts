/** A person dropped or chose a model file. */
export class ModelFileEvent extends Event {
  static readonly type = 'sg-model-file';

  constructor(readonly file: File) {
    super(ModelFileEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-model-file': ModelFileEvent;
  }
}
