import type { DoneImage } from '../shared/image';

/** Look closer at it, hand it on with its labels, copy it so, take it away. */
export type ImageAction = 'open' | 'share' | 'copy' | 'remove';

/** A person wants something done with an image. */
export class ImageActionEvent extends Event {
  static readonly type = 'sg-picture-action';

  constructor(
    readonly action: ImageAction,
    readonly image: DoneImage,
  ) {
    super(ImageActionEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-picture-action': ImageActionEvent;
  }
}
