import { Fault } from '../../../base/shared/fault';
import { MODEL_FILE, MODELS_FOLDER } from '../../shared/recogniser';

async function keptModels(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(MODELS_FOLDER, { create: true });
}

/** The ONNX file of a kept model. @throws Fault `model-corrupt` where it cannot be read */
export async function keptModelFile(id: string): Promise<File> {
  try {
    const folder = await (await keptModels()).getDirectoryHandle(id);
    return await (await folder.getFileHandle(MODEL_FILE)).getFile();
  } catch (error) {
    throw new Fault('model-corrupt', `The kept model ${id} cannot be read: ${String(error)}`, { cause: error });
  }
}

/**
 * Removes a kept model from the device, with no worker: it may be the one that no worker survives.
 * @throws Fault `model-stays` where the browser does not let it go
 */
export async function removeKeptModel(id: string): Promise<void> {
  try {
    await (await keptModels()).removeEntry(id, { recursive: true });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return;
    throw new Fault('model-stays', `The kept model ${id} could not be removed: ${String(error)}`, { cause: error });
  }
}
