import type { DoneImage } from '../shared/image';

/** A person wants to look closer at an image. */
export class ImageOpenEvent extends Event {
  static readonly type = 'sg-picture-open';

  constructor(readonly image: DoneImage) {
    super(ImageOpenEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants an image that is kept on the device removed. */
export class ImageRemoveEvent extends Event {
  static readonly type = 'sg-picture-remove';

  constructor(readonly image: DoneImage) {
    super(ImageRemoveEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-picture-remove': ImageRemoveEvent;
    'sg-picture-open': ImageOpenEvent;
  }
}
