import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DropPlaces, Routed } from './places';

/** Takes all files that are dropped or pasted anywhere, and has them go where they belong. */
export class DropController implements ReactiveController {
  /** Whether files are over the page. */
  dragging = false;
  /** What became of the last ones, where there is something to say. */
  routed: Routed | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly places: () => DropPlaces,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('dragover', this.#onDragOver);
    this.host.addEventListener('dragleave', this.#onDragLeave);
    this.host.addEventListener('drop', this.#onDrop);
    document.addEventListener('paste', this.#onPaste);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('dragover', this.#onDragOver);
    this.host.removeEventListener('dragleave', this.#onDragLeave);
    this.host.removeEventListener('drop', this.#onDrop);
    document.removeEventListener('paste', this.#onPaste);
  }

  /** It was read. */
  dismiss(): void {
    this.routed = undefined;
    this.host.requestUpdate();
  }

  #drag(dragging: boolean): void {
    this.dragging = dragging;
    this.host.requestUpdate();
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (!this.dragging) this.#drag(true);
  };

  readonly #onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.#drag(false);
  };

  readonly #onDrop = (event: DragEvent): void => {
    // Words that are dragged go into fields.
    if (!event.dataTransfer?.types.includes('Files')) return;
    this.#drag(false);
    event.preventDefault();
    void this.#receive(event.dataTransfer);
  };

  readonly #onPaste = (event: ClipboardEvent): void => {
    const { clipboardData } = event;
    if (!clipboardData || clipboardData.files.length === 0) return;
    // Words that are pasted into a field may have a picture of themselves beside them.
    const [target] = event.composedPath() as readonly Partial<HTMLInputElement>[];
    if (typeof target.selectionStart === 'number' && clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    void this.#receive(clipboardData);
  };

  async #receive(transfer: DataTransfer): Promise<void> {
    // Within the event: its data is gone afterwards.
    const handed = { entries: Array.from(transfer.items, (item) => item.webkitGetAsEntry()), files: [...transfer.files] };
    let router: typeof import('./file-router');
    try {
      router = await import('./file-router');
    } catch {
      this.places().onMissing();
      return;
    }
    this.routed = await router.routeFiles(await router.droppedFiles(handed), this.places());
    this.host.requestUpdate();
  }
}
