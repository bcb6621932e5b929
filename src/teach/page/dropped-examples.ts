import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isJson } from '../../base/shared/text-files';
import type { FileInbox } from '../../base/page/file-inbox';
import type { ClassCard } from './class-card';
import type { TeachController } from './teach-controller';

/** What dropped files are given to. */
export interface DropParts {
  readonly inbox: FileInbox;
  readonly teach: Pick<TeachController, 'addClass' | 'addImages' | 'importFile'>;
  /** Whether the view is shown, and it is known what is taught and by which model. */
  readonly ready: boolean;
  /** The class that images go to which were dropped on none. */
  readonly chosenId: string | undefined;
  /** Has a person name what they show, where there is no class yet. @returns undefined where they would rather not */
  readonly ask: () => Promise<string | undefined>;
  /** A class was made for them. */
  readonly onClass: (id: string) => void;
}

/** Teaches from images that were dropped anywhere on the view, or pasted, and reads exported classes. */
export class DroppedExamples implements ReactiveController {
  /** The class on whose card something was dropped last. */
  #target: string | undefined;
  /** Images that wait for a name; undefined while none is asked. */
  #waiting: File[] | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly parts: () => DropParts,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('drop', this.#onHanded, true);
    document.addEventListener('paste', this.#onHanded, true);
  }

  hostDisconnected(): void {
    document.removeEventListener('drop', this.#onHanded, true);
    document.removeEventListener('paste', this.#onHanded, true);
  }

  hostUpdated(): void {
    const { inbox, ready } = this.parts();
    if (!ready) return;
    const files = inbox.take().map(({ file }) => file);
    if (files.length > 0) void this.#receive(files);
  }

  async #receive(files: readonly File[]): Promise<void> {
    const { teach, chosenId } = this.parts();
    const target = this.#target ?? chosenId;
    this.#target = undefined;
    for (const file of files.filter(isJson)) await teach.importFile(file);
    const images = files.filter((file) => !isJson(file));
    if (images.length === 0) return;
    if (target !== undefined) await teach.addImages(target, images);
    else if (this.#waiting) this.#waiting.push(...images);
    else await this.#ask(images);
  }

  /** More that come before the answer are of the same class. */
  async #ask(images: readonly File[]): Promise<void> {
    const waiting = (this.#waiting = [...images]);
    const classId = await this.#newClass().finally(() => (this.#waiting = undefined));
    if (classId !== undefined) await this.parts().teach.addImages(classId, waiting);
  }

  async #newClass(): Promise<string | undefined> {
    const { teach, ask, onClass } = this.parts();
    const name = await ask();
    const id = name === undefined ? undefined : await teach.addClass(name);
    if (id !== undefined) onClass(id);
    return id;
  }

  /** Where the files belong is found out later: until then it is kept over what they were let go. Those that came before, and were taken elsewhere, leave nothing. */
  readonly #onHanded = (event: Event): void => {
    const card = event.composedPath().find((target): target is ClassCard => target instanceof Element && target.localName === 'sg-thing-card');
    this.#target = card?.taughtClass.id;
  };
}
