import { configureLocalization } from '@lit/localize';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LabelRef } from '../shared/labels/label-ref';
import { IMAGENET_LABELS } from '../shared/labels/imagenet';
import { labelNames, type LabelLocale } from '../shared/labels/names';
import { sourceLocale, targetLocales } from '../locales/generated/locale-codes';
import type { Settings } from './settings';

/** The app does not wait longer for its words than this, milliseconds: it starts in English, and changes when they come. */
const PATIENCE = 2500;

/** The app's languages (BCP 47), each with its own name for itself. */
export const LANGUAGES: readonly (readonly [locale: LabelLocale, name: string])[] = [
  ['en', 'English'],
  ['zh-Hans', '简体中文'],
];

const names = new Map<LabelLocale, readonly string[]>([['en', IMAGENET_LABELS]]);

async function loadNames(locale: LabelLocale): Promise<void> {
  if (!names.has(locale)) names.set(locale, await labelNames(locale));
}

const localization = configureLocalization({
  sourceLocale,
  targetLocales,
  // Words and class names come together: nothing is ever half in one language.
  async loadLocale(locale) {
    const [words] = await Promise.all([import('../locales/generated/zh-Hans'), loadNames(locale as LabelLocale)]);
    return words;
  },
});

/** The language that is shown. */
function language(): LabelLocale {
  return localization.getLocale() as LabelLocale;
}

/**
 * The app's language for what was chosen and, on `auto`, for the device's languages: the first of them that the app has, any
 * kind of Chinese included; English where there is none.
 * @param preferred BCP 47 tags, the most wanted first
 */
export function chosenLanguage(choice: Settings['language'], preferred: readonly string[]): LabelLocale {
  const [chosen] = LANGUAGES.find(([locale]) => locale === choice) ?? [];
  if (chosen) return chosen;
  const known = preferred.map((tag) => tag.toLowerCase().split('-', 1)[0]).find((base) => base === 'en' || base === 'zh');
  return known === 'zh' ? 'zh-Hans' : 'en';
}

/** The language for numbers and dates: the device's own variant of the one that is shown, as English of Great Britain. */
export function formatLanguage(): string {
  const shown = language();
  return (shown === 'en' && navigator.languages.find((tag) => /^en\b/i.test(tag))) || shown;
}

/** The language that labels are spoken in: voices are named by country. */
export function speechLanguage(): string {
  return language() === 'zh-Hans' ? 'zh-CN' : formatLanguage();
}

/** Name of a class as the reader reads it. */
export function className(index: number): string {
  return names.get(language())?.[index] ?? IMAGENET_LABELS[index] ?? String(index);
}

/** A label as the reader reads it: a class in the reader's language, own words as they are. */
export function labelText({ index, name }: LabelRef): string {
  return index === undefined ? name : (names.get(language())?.[index] ?? name);
}

/** Names of the 1000 classes, one list a language, the reader's first; those that are there. */
export function allClassNames(): readonly (readonly string[])[] {
  const shown = names.get(language()) ?? IMAGENET_LABELS;
  return [shown, ...[...names.values()].filter((list) => list !== shown)];
}

/** Fetches the class names of all languages, for a search; without a network it searches in those that are there. */
export async function loadAllClassNames(): Promise<void> {
  await Promise.allSettled(LANGUAGES.map(([locale]) => loadNames(locale)));
}

/**
 * Has the app speak a language.
 * @throws TypeError where its words cannot be fetched: the language stays as it was
 */
async function speakLanguage(locale: LabelLocale): Promise<void> {
  await localization.setLocale(locale);
  document.documentElement.lang = language();
}

/** Before the first element: gets the words of the language, for a while at most. */
export async function startLanguage(choice: Settings['language']): Promise<void> {
  const locale = chosenLanguage(choice, navigator.languages);
  if (locale === language()) return;
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  await Promise.race([speakLanguage(locale).catch(() => undefined), patience]);
}

/** Follows the choice of a language, and the device's languages where that is `auto`. */
export class LanguageController implements ReactiveController {
  /** Whether the words of the chosen language could not be fetched. */
  missing = false;
  #wanted: LabelLocale | undefined;

  /** @param choice read before each update of the host */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly choice: () => Settings['language'],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('languagechange', this.#onDevice);
  }

  hostDisconnected(): void {
    removeEventListener('languagechange', this.#onDevice);
  }

  hostUpdate(): void {
    const wanted = chosenLanguage(this.choice(), navigator.languages);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#speak(wanted);
  }

  dismiss(): void {
    this.missing = false;
    this.host.requestUpdate();
  }

  async #speak(wanted: LabelLocale): Promise<void> {
    this.missing = false;
    try {
      await speakLanguage(wanted);
    } catch {
      if (wanted === this.#wanted) this.missing = true;
      // Chosen once more it is tried once more.
      this.#wanted = undefined;
      if (wanted !== language()) this.#wanted = wanted;
    }
    this.host.requestUpdate();
  }

  readonly #onDevice = (): void => this.host.requestUpdate();
}
