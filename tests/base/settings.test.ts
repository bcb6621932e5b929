import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, SettingsStore } from '../../src/base/page/settings';

function memory(initial?: string): Pick<Storage, 'getItem' | 'setItem'> & { text: string | undefined } {
  return {
    text: initial,
    getItem() {
      return this.text ?? null;
    },
    setItem(_key: string, value: string) {
      this.text = value;
    },
  };
}

describe('SettingsStore', () => {
  it('keeps what was chosen', () => {
    const storage = memory();
    new SettingsStore(storage).update({ modelId: 'resnet18', mirrored: true });
    expect(new SettingsStore(storage).value).toEqual({ ...DEFAULT_SETTINGS, modelId: 'resnet18', mirrored: true });
  });

  it.each(['not json', '[]', 'null', '"text"', '{"hold":"yes","unknown":1,"threads":null}'])('survives %s', (text) => {
    expect(new SettingsStore(memory(text)).value).toEqual(DEFAULT_SETTINGS);
  });

  it.each<object>([
    { theme: 'purple' }, { engine: 'tfjs' }, { precision: 'fp99' }, { language: 'xx' }, { facing: 'behind' }, { threads: -3 }, { threads: 1e9 }, { certainty: 7 },
    { toString: 'x' }, { constructor: {} },
  ])('takes nothing that no setting can be: %j', (stored) => {
    expect(new SettingsStore(memory(JSON.stringify({ ...stored, modelId: 'kept' }))).value).toEqual({ ...DEFAULT_SETTINGS, modelId: 'kept' });
  });

  it('works for the visit where storage is blocked', () => {
    const blocked = {
      getItem(): string {
        throw new Error('SecurityError');
      },
      setItem(): void {
        throw new Error('SecurityError');
      },
    };
    const store = new SettingsStore(blocked);
    store.update({ hold: false });
    expect(store.value.hold).toBe(false);
  });

  it('tells its listeners until they end it', () => {
    const store = new SettingsStore(memory());
    const seen: boolean[] = [];
    const end = store.subscribe((s) => seen.push(s.hold));
    store.update({ hold: false });
    end();
    store.update({ hold: true });
    expect(seen).toEqual([false]);
  });
});
