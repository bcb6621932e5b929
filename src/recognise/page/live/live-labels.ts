import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { msg } from '@lit/localize';
import type { Recognition } from '../../shared/recogniser';
import { LabelAnnouncer } from './label-announcer';
import type { Doubt } from './doubt-text';
import { LabelJudge, nameOf } from './label-judge';
import { speechLanguage } from '../../../base/page/language';
import type { Settings } from '../../../base/page/settings';
import type { ShownLabel } from './label-list';

/** Turns the newest recognition into the labels that are shown and read out. */
export class LiveLabels implements ReactiveController {
  readonly #judge = new LabelJudge();
  readonly #announcer: LabelAnnouncer;
  /** Of what was announced last. */
  #language = speechLanguage();

  /** @param newest gives the newest recognition and the settings, read before each update of the host */
  constructor(
    host: ReactiveControllerHost,
    private readonly newest: () => { readonly recognition: Recognition | undefined; readonly settings: Settings },
  ) {
    this.#announcer = new LabelAnnouncer(host);
    host.addController(this);
  }

  /** For the live region. */
  get announcement(): string {
    return this.#announcer.text;
  }

  get shown(): ShownLabel[] {
    return this.#judge.shown;
  }

  /** Why the first label is not named; undefined where it is. */
  get doubt(): Doubt | undefined {
    return this.#judge.doubt;
  }

  hostUpdate(): void {
    const { recognition, settings } = this.newest();
    this.#announcer.aloud = settings.aloud;
    const language = speechLanguage();
    const another = this.#judge.judge(recognition, settings.certainty);
    if (!another && language === this.#language) return;
    // What was said in another language does not stay.
    if (language !== this.#language) this.#announcer.clear();
    this.#language = this.#announcer.language = language;
    const { first, doubt } = this.#judge;
    if (!first) this.#announcer.clear();
    else this.#announcer.offer(doubt ? msg('Not sure') : nameOf(first));
  }
}
