/** What a person wants done with a snapshot; `relabel` asks for a search. */
export type SnapshotEdit = { readonly kind: 'relabel' | 'delete'; readonly id: string };

/** A person worked on a snapshot. */
export class SnapshotEditEvent extends Event {
  static readonly type = 'sg-snapshot-edit';

  constructor(readonly edit: SnapshotEdit) {
    super(SnapshotEditEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-snapshot-edit': SnapshotEditEvent;
  }
}
