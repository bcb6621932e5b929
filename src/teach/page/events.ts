import type { VideoSpan } from './example-collector';

export type ClassAction = 'choose' | 'delete' | 'session';

/** Something is to be done with a taught class. */
export class ClassEvent extends Event {
  static readonly type = 'sg-thing';

  constructor(readonly classId: string, readonly action: ClassAction) {
    super(ClassEvent.type, { bubbles: true, composed: true });
  }
}

/** Image files were chosen as examples of a class. */
export class ClassImagesEvent extends Event {
  static readonly type = 'sg-thing-pictures';

  constructor(readonly classId: string, readonly files: readonly File[]) {
    super(ClassImagesEvent.type, { bubbles: true, composed: true });
  }
}

/** A taught class was given another name. */
export class ClassNameEvent extends Event {
  static readonly type = 'sg-thing-name';

  constructor(readonly classId: string, readonly name: string) {
    super(ClassNameEvent.type, { bubbles: true, composed: true });
  }
}

/** An example is to be deleted. */
export class ExampleRemoveEvent extends Event {
  static readonly type = 'sg-example-remove';

  constructor(readonly exampleId: string) {
    super(ExampleRemoveEvent.type, { bubbles: true, composed: true });
  }
}

/** The button that collects examples is held down, or let go. */
export class HoldEvent extends Event {
  static readonly type = 'sg-hold';

  constructor(readonly held: boolean) {
    super(HoldEvent.type, { bubbles: true, composed: true });
  }
}

/** Spans of one video, by the class that they show. */
export interface SpanChoice {
  readonly video: Blob;
  readonly spans: readonly (VideoSpan & { readonly name: string })[];
  /** True to make classes of the spans' own names; else all are of the chosen class. */
  readonly ownNames: boolean;
}

/** Spans of a recorded session were chosen as examples. */
export class SpanChoiceEvent extends Event {
  static readonly type = 'sg-span-choice';

  constructor(readonly choice: SpanChoice) {
    super(SpanChoiceEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-thing': ClassEvent;
    'sg-thing-pictures': ClassImagesEvent;
    'sg-thing-name': ClassNameEvent;
    'sg-example-remove': ExampleRemoveEvent;
    'sg-hold': HoldEvent;
    'sg-span-choice': SpanChoiceEvent;
  }
}
