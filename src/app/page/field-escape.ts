import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isInDialog, TYPING } from '../../base/page/shortcut-controller';

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
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || isInDialog(event)) return;
    const [field] = event.composedPath();
    if (field instanceof HTMLElement && field.matches(TYPING)) field.blur();
  };
}
