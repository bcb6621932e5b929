import type { Edge } from '../../shared/edit-spans';

/** What a person did to a span. */
export type SpanEdit =
  | { readonly kind: 'select'; readonly id: string | undefined }
  | { readonly kind: 'move-edge'; readonly id: string; readonly edge: Edge; readonly timeUs: number }
  | { readonly kind: 'split' | 'merge' | 'delete' | 'relabel'; readonly id: string };

/** A person worked on a span of labels. */
export class SpanEditEvent extends Event {
  static readonly type = 'sg-span-edit';

  constructor(readonly edit: SpanEdit) {
    super(SpanEditEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-span-edit': SpanEditEvent;
  }
}
