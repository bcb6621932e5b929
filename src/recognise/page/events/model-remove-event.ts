/** A person wants a kept model off the device. */
export class ModelRemoveEvent extends Event {
  static readonly type = 'sg-model-remove';

  constructor(readonly modelId: string) {
    super(ModelRemoveEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-model-remove': ModelRemoveEvent;
  }
}
