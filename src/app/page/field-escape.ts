import type { ReactiveController, ReactiveControllerHost } from 'lit';

const FIELD = 'input:not([type=button], [type=checkbox], [type=radio], [type=range]), textarea, select';

/** Escape leaves a field, so that single keys do what they do elsewhere; unless the field needs it, or a sheet, which closes by it. */
export class FieldEscape implements ReactiveController {
  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('keydown', this.#onKey);
  }

  hostDisconnected(): void {
    removeEventListener('keydown', this.#onKey);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    const path = event.composedPath();
    if (path.some((target) => target instanceof HTMLDialogElement && target.open)) return;
    const [field] = path;
    if (field instanceof HTMLElement && field.matches(FIELD)) field.blur();
  };
}
