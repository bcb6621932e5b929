import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shortcutOf, type Shortcuts } from '../../src/base/page/shortcut-controller';

/** An element that matches the selectors it was made with. */
class FakeElement {
  constructor(private readonly matching: readonly string[] = []) {}

  matches(selectors: string): boolean {
    return selectors.split(', ').some((selector) => this.matching.includes(selector));
  }
}

type Action = 'left' | 'far-left' | 'in' | 'go';
const KEYS: Shortcuts<Action> = { arrowleft: 'left', 'shift+arrowleft': 'far-left', '+': 'in', ' ': 'go' };

describe('shortcutOf', () => {
  beforeEach(() => vi.stubGlobal('Element', FakeElement));
  afterEach(() => vi.unstubAllGlobals());

  const press = (key: string, modifiers: Partial<KeyboardEvent> = {}, ...path: FakeElement[]): Action | undefined =>
    shortcutOf(KEYS, { key, composedPath: () => path, ...modifiers } as unknown as KeyboardEvent);

  it('tells a key with Shift from the key alone where both do something', () => {
    expect(press('ArrowLeft')).toBe('left');
    expect(press('ArrowLeft', { shiftKey: true })).toBe('far-left');
    // On many keyboards "+" is typed with Shift.
    expect(press('+', { shiftKey: true })).toBe('in');
    expect(press('ArrowRight')).toBeUndefined();
  });

  it('leaves a slider and what is focused to be scrolled their arrows, and a button its Space', () => {
    expect(press('ArrowLeft', {}, new FakeElement(['input']))).toBeUndefined();
    expect(press('ArrowLeft', {}, new FakeElement(['[tabindex="0"]']))).toBeUndefined();
    expect(press('ArrowLeft', {}, new FakeElement(['button']))).toBe('left');
    expect(press(' ', {}, new FakeElement(['button']))).toBeUndefined();
    expect(press('+', {}, new FakeElement(['textarea']))).toBeUndefined();
  });

  it('leaves the browser what is pressed with its modifiers, and what was used already', () => {
    expect(press('ArrowLeft', { altKey: true })).toBeUndefined();
    expect(press('+', { ctrlKey: true })).toBeUndefined();
    expect(press('+', { defaultPrevented: true })).toBeUndefined();
  });
});
