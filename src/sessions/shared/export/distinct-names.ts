import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';

/** Labels on one line, without what XML 1.0 cannot hold. */
function tidy(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]+/gu, ' ').trim() || 'unnamed';
}

/** What labels are called in a file. */
export interface LabelNames {
  of(label: LabelRef): string;
}

/** Names that tell labels apart where tools know them by name only: two of ImageNet's classes are called `crane`. */
export class DistinctNames implements LabelNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** Nothing else is called so. */
  take(name: string): void {
    this.#taken.add(name);
  }

  /** The label's name, with its class behind it where another label has the name already. */
  of(label: LabelRef): string {
    const key = labelKey(label);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const plain = tidy(label.name);
    let name = plain;
    for (let n = 1; this.#taken.has(name); n++) {
      const mark = label.index === undefined ? 'own' : `class ${label.index}`;
      name = n === 1 ? `${plain} (${mark})` : `${plain} (${mark} ${n})`;
    }
    this.#taken.add(name);
    this.#names.set(key, name);
    return name;
  }
}
