/** An example is to be deleted. */
export class ExampleRemoveEvent extends Event {
  static readonly type = 'sg-example-remove';

  constructor(readonly exampleId: string) {
    super(ExampleRemoveEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-example-remove': ExampleRemoveEvent;
  }
}
