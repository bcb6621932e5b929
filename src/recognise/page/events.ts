import type { Fault } from '../../base/shared/fault';
import type { Precision } from '../../engine/index';

/** A person chose another camera. */
export class CameraChoiceEvent extends Event {
  static readonly type = 'sg-camera-choice';

  /** @param deviceId id of a videoinput device */
  constructor(readonly deviceId: string) {
    super(CameraChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to see all that is known by name. */
export class ClassListEvent extends Event {
  static readonly type = 'sg-class-list';

  constructor() {
    super(ClassListEvent.type, { bubbles: true, composed: true });
  }
}

export type ControlAction =
  | 'start' | 'stop' | 'pause' | 'resume' | 'mirror' | 'freeze' | 'unfreeze' | 'statistics' | 'flip' | 'torch' | 'sources' | 'aim-middle' | 'map'
  | 'record' | 'pause-recording' | 'resume-recording' | 'picture' | 'shutter' | 'next-video';

/** A person pressed one of the controls. */
export class ControlEvent extends Event {
  static readonly type = 'sg-control';

  constructor(readonly action: ControlAction) {
    super(ControlEvent.type, { bubbles: true, composed: true });
  }
}

/** The source of images failed while it was shown. */
export class ImageFaultEvent extends Event {
  static readonly type = 'sg-picture-fault';

  constructor(readonly fault: Fault) {
    super(ImageFaultEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chose a model. */
export class ModelChoiceEvent extends Event {
  static readonly type = 'sg-model-choice';

  constructor(
    readonly modelId: string,
    readonly precision: Precision | 'auto',
  ) {
    super(ModelChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to correct what is set of a kept model, or to have it as a file. */
export class ModelKeptEvent extends Event {
  static readonly type = 'sg-model-kept';

  constructor(
    readonly modelId: string,
    readonly action: 'correct' | 'export',
  ) {
    super(ModelKeptEvent.type, { bubbles: true, composed: true });
  }
}

/** A person keeps a model file that was tried. */
export class ModelKeepEvent extends Event {
  static readonly type = 'sg-model-keep';

  constructor() {
    super(ModelKeepEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chose a model file, and what lies beside it. */
export class ModelFileEvent extends Event {
  static readonly type = 'sg-model-file';

  constructor(readonly files: readonly File[]) {
    super(ModelFileEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants a kept model off the device. */
export class ModelRemoveEvent extends Event {
  static readonly type = 'sg-model-remove';

  constructor(readonly modelId: string) {
    super(ModelRemoveEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chose a precision of the model that runs, or whichever is quicker. */
export class PrecisionChoiceEvent extends Event {
  static readonly type = 'sg-precision-choice';

  constructor(readonly precision: Precision | 'auto') {
    super(PrecisionChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to share a screen as the source of images. */
export class ScreenChoiceEvent extends Event {
  static readonly type = 'sg-screen-choice';

  constructor() {
    super(ScreenChoiceEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants the precisions of the model that runs to be timed. */
export class SpeedMeasureEvent extends Event {
  static readonly type = 'sg-speed-measure';

  constructor() {
    super(SpeedMeasureEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chose a video file as the source of images. */
export class VideoFileEvent extends Event {
  static readonly type = 'sg-film-file';

  constructor(readonly files: readonly File[]) {
    super(VideoFileEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants another zoom. */
export class ZoomEvent extends Event {
  static readonly type = 'sg-zoom';

  /** @param value in the camera's own unit; may lie outside its range */
  constructor(readonly value: number) {
    super(ZoomEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-camera-choice': CameraChoiceEvent;
    'sg-class-list': ClassListEvent;
    'sg-control': ControlEvent;
    'sg-picture-fault': ImageFaultEvent;
    'sg-model-choice': ModelChoiceEvent;
    'sg-model-file': ModelFileEvent;
    'sg-model-keep': ModelKeepEvent;
    'sg-model-kept': ModelKeptEvent;
    'sg-model-remove': ModelRemoveEvent;
    'sg-precision-choice': PrecisionChoiceEvent;
    'sg-screen-choice': ScreenChoiceEvent;
    'sg-speed-measure': SpeedMeasureEvent;
    'sg-film-file': VideoFileEvent;
    'sg-zoom': ZoomEvent;
  }
}
