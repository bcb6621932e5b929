import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { msg } from '@lit/localize';
import type { Recognition } from '../../shared/recogniser';
import { LabelAnnouncer } from './label-announcer';
import { className, speechLanguage } from '../../../base/page/language';
import type { Prediction } from '../../../engine/index';
import { CertaintyGate } from '../../../base/shared/certainty';
import type { Settings } from '../../../base/page/settings';
import type { ShownLabel } from './label-list';

/** A taught class's own name, else the class's. */
function nameOf({ index, name }: Prediction): string {
  return name ?? className(index);
}

/** Turns the newest recognition into the labels that are shown and read out. */
export class LiveLabels implements ReactiveController {
  /** Whether the first label is likely enough to be shown. */
  sure = false;
  readonly #announcer: LabelAnnouncer;
  readonly #certainty = new CertaintyGate();
  #judged: Recognition | undefined;
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
    return (this.#judged?.steady ?? []).map((p) => ({ key: String(p.index), name: nameOf(p), probability: p.probability, own: p.name !== undefined }));
  }

  hostUpdate(): void {
    const { recognition, settings } = this.newest();
    this.#certainty.threshold = settings.certainty;
    this.#announcer.aloud = settings.aloud;
    const language = speechLanguage();
    if (recognition === this.#judged && language === this.#language) return;
    // What was said in another language does not stay.
    if (language !== this.#language) this.#announcer.clear();
    this.#language = this.#announcer.language = language;
    this.#judged = recognition;
    const first = recognition?.steady.at(0);
    if (!first) {
      this.#announcer.clear();
      return;
    }
    this.sure = this.#certainty.update(first);
    this.#announcer.offer(this.sure ? nameOf(first) : msg('Not sure'));
  }
}
