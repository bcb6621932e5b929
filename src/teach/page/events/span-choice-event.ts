/** Spans of one film, by the thing that they show. */
export interface SpanChoice {
  readonly film: Blob;
  readonly spans: readonly { readonly name: string; readonly startUs: number; readonly endUs: number }[];
  /** True to make things of the spans' own names; else all are of the chosen thing. */
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
    'sg-span-choice': SpanChoiceEvent;
  }
}
