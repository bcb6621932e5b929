import type { ReactiveControllerHost } from 'lit';
import { downloadFile } from '../../base/page/save-file';
import { SharedController } from '../../base/page/shared-controller';
import { Fault } from '../../base/shared/fault';
import type { LoadProgress } from '../../base/shared/model';
import type { ModelKeptEvent, ModelTrial, RecogniserController } from '../../recognise/page/index';

/** Owns the model file that a person tries: from its being dropped until it is kept or left. */
export class ModelAdoption extends SharedController {
  progress: LoadProgress | undefined;
  fault: Fault | undefined;
  trial: ModelTrial | undefined;

  /** @param show opens the picker, where all of this is seen */
  constructor(
    owner: ReactiveControllerHost,
    private readonly recogniser: RecogniserController,
    private readonly show: () => void,
  ) {
    super(owner);
  }

  /** Begins to try a model. @returns false where another one is being tried: it is shown */
  begin(files: readonly File[]): boolean {
    if (this.progress || this.trial) return false;
    void this.adopt(files);
    return true;
  }

  adopt(files: readonly File[]): Promise<void> {
    return this.#try((onProgress) => this.recogniser.tryFile(files, onProgress));
  }

  async onKept({ modelId, action }: ModelKeptEvent): Promise<void> {
    if (action === 'correct') {
      await this.#try((onProgress) => this.recogniser.reopen(modelId, onProgress));
      return;
    }
    try {
      const file = await this.recogniser.exported(modelId);
      downloadFile(file, file.name);
    } catch (error) {
      this.fault = Fault.from(error, 'model-corrupt');
    }
    this.changed();
  }

  async remove(id: string): Promise<void> {
    this.fault = undefined;
    await this.recogniser.remove(id).catch((error: unknown) => (this.fault = Fault.from(error, 'model-stays')));
    this.changed();
  }

  async keep(): Promise<void> {
    const { trial } = this;
    if (!trial) return;
    this.trial = undefined;
    this.changed();
    try {
      await this.recogniser.adopt(trial);
    } catch (error) {
      this.fault = Fault.from(error, 'storage-failed');
    }
    this.changed();
  }

  leave(): void {
    // What is kept ends its worker itself.
    this.trial?.dispose();
    this.trial = undefined;
    this.changed();
  }

  async #try(open: (onProgress: (progress: LoadProgress) => void) => Promise<ModelTrial>): Promise<void> {
    if (this.progress || this.trial) return;
    this.show();
    this.fault = undefined;
    this.#report({ phase: 'convert', loaded: 0, total: 0 });
    try {
      this.trial = await open((progress) => this.#report(progress));
    } catch (error) {
      this.fault = Fault.from(error, 'model-invalid');
    } finally {
      this.#report(undefined);
    }
  }

  #report(progress: LoadProgress | undefined): void {
    this.progress = progress;
    this.changed();
  }
}
