/** Whether fingers are all that points here: a phone or a tablet, so that no other phone is meant. It may have a keyboard all the same. */
export const isPhone = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

let keyboard = false;

/** Notes that there is a keyboard, once a key was pressed outside a field: the one on the screen comes only with a field. */
export function watchForKeyboard(): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.composedPath().some((target) => target instanceof Element && target.matches('input, textarea'))) return;
    keyboard = true;
    removeEventListener('keydown', onKey, true);
  };
  addEventListener('keydown', onKey, true);
}

/** Whether a keyboard has been used on this page. */
export const hasKeyboard = (): boolean => keyboard;
