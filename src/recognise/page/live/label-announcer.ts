import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Announcer } from '../../shared/announcer';

/** Reads the first label out, through a live region that the host draws and, where it is wished, with the device's voice. */
export class LabelAnnouncer implements ReactiveController {
  /** For the live region. */
  text = '';
  /** Whether the device speaks as well. */
  aloud = false;
  /** BCP 47 tag of the language that is spoken. */
  language = 'en';
  readonly #announcer = new Announcer();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.clear();
  }

  /** The label that is shown now. */
  offer(label: string): void {
    this.#say(this.#announcer.offer(label, performance.now()));
  }

  /** Nothing is shown any more. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#announcer.reset();
    this.text = '';
    if (this.aloud) hush();
  }

  #say(text: string | undefined): void {
    clearTimeout(this.#timer);
    const wait = this.#announcer.wait(performance.now());
    if (wait !== undefined) this.#timer = setTimeout(() => this.#say(this.#announcer.due(performance.now())), wait);
    if (text === undefined) return;
    this.text = text;
    if (this.aloud) speak(text, this.language);
    this.host.requestUpdate();
  }
}

/** Whether this browser can speak. */
export function canSpeak(): boolean {
  return 'speechSynthesis' in globalThis && 'SpeechSynthesisUtterance' in globalThis;
}

/** Speaks, in place of what is being spoken. */
function speak(text: string, language: string): void {
  if (!canSpeak()) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language;
  speechSynthesis.cancel();
  speechSynthesis.speak(utterance);
}

/** Ends what is being spoken. */
function hush(): void {
  if (canSpeak()) speechSynthesis.cancel();
}
