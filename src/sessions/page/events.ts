import type { LabelRef } from '../../base/shared/labels/label-ref';
import type { DatasetDefinition } from '../shared/dataset/dataset';
import type { SessionSearch } from '../shared/find-sessions';
import type { DatasetPlan } from '../shared/session-export';
import type { SessionManifest } from '../shared/session';
import type { KeptDataset } from './dataset/dataset-shelf';
import type { Edge } from '../shared/edit-labels';

/** A person wants to label the video from the present time on; the label is still to be chosen. */
export class AddLabelEvent extends Event {
  static readonly type = 'sg-add-label';

  constructor() {
    super(AddLabelEvent.type, { bubbles: true, composed: true });
  }
}

/** A person chooses sessions. */
export class ChooseSessionsEvent extends Event {
  static readonly type = 'sg-choose-sessions';

  /** @param chosen their ids; undefined to choose no longer */
  constructor(readonly chosen: ReadonlySet<string> | undefined) {
    super(ChooseSessionsEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to see a training set. */
export class DatasetOpenEvent extends Event {
  static readonly type = 'sg-dataset-open';

  /** @param id of a kept one; undefined for a new one of the sessions that are chosen */
  constructor(readonly id: string | undefined) {
    super(DatasetOpenEvent.type, { bubbles: true, composed: true });
  }
}

/** A person changed what a training set is to be. */
export class DatasetChangeEvent extends Event {
  static readonly type = 'sg-dataset-change';

  constructor(readonly dataset: DatasetDefinition) {
    super(DatasetChangeEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants other sessions in a kept training set. */
export class DatasetSessionsEvent extends Event {
  static readonly type = 'sg-dataset-sessions';

  /** @param sessionIds all of them, one at least */
  constructor(readonly sessionIds: readonly string[]) {
    super(DatasetSessionsEvent.type, { bubbles: true, composed: true });
  }
}

/** A person deleted a kept training set. */
export class DatasetRemovedEvent extends Event {
  static readonly type = 'sg-dataset-removed';

  constructor(readonly dataset: KeptDataset) {
    super(DatasetRemovedEvent.type, { bubbles: true, composed: true });
  }
}

/** It was counted what a training set would hold. */
export class DatasetPlanEvent extends Event {
  static readonly type = 'sg-dataset-plan';

  constructor(readonly plan: DatasetPlan) {
    super(DatasetPlanEvent.type, { bubbles: true, composed: true });
  }
}

/** A person has read something and wants it gone. */
export class DismissEvent extends Event {
  static readonly type = 'sg-dismiss';

  constructor() {
    super(DismissEvent.type, { bubbles: true, composed: true });
  }
}

/** A person searches or sorts the sessions. */
export class FindSessionsEvent extends Event {
  static readonly type = 'sg-find-sessions';

  constructor(readonly search: SessionSearch) {
    super(FindSessionsEvent.type, { bubbles: true, composed: true });
  }
}

/** A person begins to press a label, lets it go, or turns the press into something else (a scroll). */
export class LabelPressEvent extends Event {
  static readonly type = 'sg-label-press';

  /**
   * @param name of the press: the same for its begin and its end, and of no other press meanwhile
   * @param atMs when the finger or the key moved, by `performance.now()`'s clock, milliseconds: a page that is busy hears of it later
   * @param label undefined where only the press's end is told
   */
  constructor(
    readonly phase: 'press' | 'release' | 'cancel',
    readonly name: string,
    readonly atMs: number,
    readonly label?: LabelRef,
    /** Whether the label is the network's guess. */
    readonly accepted = false,
  ) {
    super(LabelPressEvent.type, { bubbles: true, composed: true });
  }
}

/** A person prepared labels for filming. */
export class LabelSetEvent extends Event {
  static readonly type = 'sg-label-set';

  constructor() {
    super(LabelSetEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to prepare labels for filming. */
export class PrepareLabelsEvent extends Event {
  static readonly type = 'sg-prepare-labels';

  constructor() {
    super(PrepareLabelsEvent.type, { bubbles: true, composed: true });
  }
}

/** A person gave something a name. */
export class NameEvent extends Event {
  static readonly type = 'sg-name';

  constructor(
    readonly id: string,
    readonly newName: string,
  ) {
    super(NameEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants what is recorded kept elsewhere as well. */
export class KeepElsewhereEvent extends Event {
  static readonly type = 'sg-keep-elsewhere';

  constructor() {
    super(KeepElsewhereEvent.type, { bubbles: true, composed: true });
  }
}

/** A recording began, went on for a second, stood still, or ended. */
export class RecordingStateEvent extends Event {
  static readonly type = 'sg-recording-state';

  /**
   * @param recording whether one runs, or is being ended
   * @param seconds whole ones of its video
   * @param halted whether a person has paused it
   * @param focus whether the focus was on what went with it
   */
  constructor(
    readonly recording: boolean,
    readonly seconds = 0,
    readonly halted = false,
    readonly focus = false,
  ) {
    super(RecordingStateEvent.type, { bubbles: true, composed: true });
  }
}

/** A person wants to see another time of the video. */
export class SeekEvent extends Event {
  static readonly type = 'sg-seek';

  /** @param timeUs microseconds from the video's first frame */
  constructor(readonly timeUs: number) {
    super(SeekEvent.type, { bubbles: true, composed: true });
  }
}

export type SessionAction = 'rename' | 'delete' | 'export' | 'share';

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

/** A person wants something done with all sessions that are chosen; `all` is to choose all that are in sight. */
export class ChosenSessionsEvent extends Event {
  static readonly type = 'sg-chosen-sessions';

  constructor(readonly action: 'all' | 'delete' | 'export') {
    super(ChosenSessionsEvent.type, { bubbles: true, composed: true });
  }
}

/** What a person wants done with a snapshot; `relabel` asks for a search. */
export type SnapshotEdit = { readonly kind: 'relabel' | 'delete'; readonly id: string };

/** A person worked on a snapshot. */
export class SnapshotEditEvent extends Event {
  static readonly type = 'sg-snapshot-edit';

  constructor(readonly edit: SnapshotEdit) {
    super(SnapshotEditEvent.type, { bubbles: true, composed: true });
  }
}

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
    'sg-add-label': AddLabelEvent;
    'sg-choose-sessions': ChooseSessionsEvent;
    'sg-chosen-sessions': ChosenSessionsEvent;
    'sg-dataset-change': DatasetChangeEvent;
    'sg-dataset-open': DatasetOpenEvent;
    'sg-dataset-plan': DatasetPlanEvent;
    'sg-dataset-removed': DatasetRemovedEvent;
    'sg-dataset-sessions': DatasetSessionsEvent;
    'sg-dismiss': DismissEvent;
    'sg-find-sessions': FindSessionsEvent;
    'sg-keep-elsewhere': KeepElsewhereEvent;
    'sg-label-press': LabelPressEvent;
    'sg-name': NameEvent;
    'sg-recording-state': RecordingStateEvent;
    'sg-seek': SeekEvent;
    'sg-session-action': SessionActionEvent;
    'sg-snapshot-edit': SnapshotEditEvent;
    'sg-span-edit': SpanEditEvent;
  }
}
