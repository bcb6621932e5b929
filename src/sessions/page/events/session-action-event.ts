import type { SessionManifest } from '../../shared/session';

export type SessionAction = 'rename' | 'delete' | 'export';

/** A person wants something done with a session. */
export class SessionActionEvent extends Event {
  static readonly type = 'sg-session-action';

  constructor(
    readonly action: SessionAction,
    readonly session: SessionManifest,
  ) {
    super(SessionActionEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-session-action': SessionActionEvent;
  }
}
