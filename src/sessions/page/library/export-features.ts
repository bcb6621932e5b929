import { IMAGENET_LABELS } from '../../../base/shared/labels/imagenet';
import { Fault } from '../../../base/shared/fault';
import type { RecogniserController } from '../../../recognise/page/index';
import { featureModelOf, sameNetwork, type FeatureModel } from '../../../recognise/shared/index';
import type { ExportedFile, FeatureLook, FeaturesRequest, TransferProgress } from '../../shared/session-export';
import type { SessionTransfer, Transfer } from './session-transfer';

type Recogniser = Pick<RecogniserController, 'recognise' | 'loaded'>;

/** @throws Fault `no-model` */
function modelOf({ loaded }: Recogniser): FeatureModel {
  const model = loaded && featureModelOf(loaded.manifest, loaded.precision);
  if (!model) throw new Fault('export-features', 'The model that runs gives no features.');
  return model;
}

/** Has the network that runs look at every frame of a session, or of all sessions of a training set. @throws Fault `export-features` */
export function exportFeatures(
  recogniser: Recogniser, transfer: SessionTransfer, of: FeaturesRequest['of'], target: FileSystemFileHandle | undefined, onProgress: (progress: TransferProgress) => void,
): Transfer<ExportedFile> {
  const model = modelOf(recogniser);
  const look: FeatureLook = async (frame, aim) => {
    if (!sameNetwork(modelOf(recogniser), model)) throw new Fault('export-features', 'Another model was chosen meanwhile: its features would mean something else.');
    const { features, top, square } = await recogniser.recognise(frame, { id: 0, capturedAt: performance.now(), count: 1, features: true, live: false, ...(aim && { aim }) });
    if (features?.length !== model.width) throw new Fault('export-features', 'The model that runs gives no features.');
    const first = top.at(0);
    return { features, square, predicted: first && { index: first.index, name: first.name ?? IMAGENET_LABELS[first.index], probability: first.probability } };
  };
  return transfer.exportFeatures({ of, model }, look, target, onProgress);
}
