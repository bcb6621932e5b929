import type { EditMark, HumanEdit, HumanLabels, HumanSpan } from './session';
import { LabelTable } from './label-table';

/** Edits that are done and undone together, in the order in which they are applied. */
type Step = readonly HumanEdit[];

/** An edit without its mark. */
function bare(edit: HumanEdit): HumanEdit {
  const { step: _step, by: _by, ...rest } = edit;
  return rest;
}

/**
 * The human labels of a session with undo and redo, over a log that is only ever appended to: an undo appends the edits that
 * take the last step back. Opened on an old log it knows the steps of earlier visits too.
 */
export class EditHistory {
  readonly #table = new LabelTable();
  readonly #undo: Step[] = [];
  readonly #redo: Step[] = [];

  /**
   * @param log all edits so far, oldest first
   * @param makeStep gives a step's mark, unlike any other's
   */
  constructor(
    log: readonly HumanEdit[],
    private readonly makeStep: () => string,
  ) {
    let from = 0;
    while (from < log.length) {
      const { step, by } = log[from];
      let to = from + 1;
      while (step !== undefined && to < log.length && log[to].step === step && log[to].by === by) to++;
      const edits = log.slice(from, to);
      if (step === undefined && edits.every((edit) => this.#isAmendment(edit))) this.#table.applyAll(edits);
      else this.#take(edits, by);
      from = to;
    }
  }

  /**
   * Whether a recorder's edit (they have no mark) only goes on with what it put before: a span that is held is put again each
   * second, and cut to the video at the end. Undo takes all of it back at once.
   */
  #isAmendment(edit: HumanEdit): boolean {
    if (edit.kind === 'put-span') return this.#table.span(edit.span.id) !== undefined;
    return edit.kind === 'put-snapshot' && this.#table.snapshot(edit.snapshot.id) !== undefined;
  }

  get labels(): HumanLabels {
    return this.#table.labels;
  }

  span(id: string): HumanSpan | undefined {
    return this.#table.span(id);
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** Does a step. @returns what is to be appended to the log; empty where the edits change nothing */
  apply(edits: readonly HumanEdit[]): readonly HumanEdit[] {
    return edits.length === 0 ? [] : this.#append(edits, undefined);
  }

  /** Takes the last step back. @returns what is to be appended to the log */
  undo(): readonly HumanEdit[] {
    const step = this.#undo.at(-1);
    return step ? this.#append(step, 'undo') : [];
  }

  /** Does the last undone step again. @returns what is to be appended to the log */
  redo(): readonly HumanEdit[] {
    const step = this.#redo.at(-1);
    return step ? this.#append(step, 'redo') : [];
  }

  #append(edits: readonly HumanEdit[], by: EditMark['by']): readonly HumanEdit[] {
    const step = this.makeStep();
    const marked = edits.map((edit): HumanEdit => ({ ...bare(edit), step, ...(by && { by }) }));
    this.#take(marked, by);
    return marked;
  }

  #take(edits: readonly HumanEdit[], by: EditMark['by']): void {
    const inverse: HumanEdit[] = [];
    for (const edit of edits) {
      const back = this.#table.apply(bare(edit));
      if (back) inverse.unshift(back);
    }
    if (by === 'undo') {
      this.#undo.pop();
      this.#redo.push(inverse);
    } else {
      if (by === 'redo') this.#redo.pop();
      else this.#redo.length = 0;
      this.#undo.push(inverse);
    }
  }
}
