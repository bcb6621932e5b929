import type { Fault } from '../../../base/shared/fault';

/** The source of pictures failed while it was shown. */
export class PictureFaultEvent extends Event {
  static readonly type = 'sg-picture-fault';

  constructor(readonly fault: Fault) {
    super(PictureFaultEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-picture-fault': PictureFaultEvent;
  }
}
