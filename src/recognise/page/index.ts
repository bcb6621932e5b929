/**
 * What other features use of the camera, the live view and the running model. The elements are imported by their own paths,
 * which eslint.config.js lists, since an import defines them.
 */
export { cameraContext, CameraController } from './camera/camera-controller';
export { FramePump } from './camera/frame-pump';
export { grabFrame, squareImage } from './camera/grab-frame';
export type { VideoFile } from './camera/video-file';
export type { ControlEvent, ModelChoiceEvent, ModelFileEvent, ModelKeptEvent, ModelRemoveEvent, PrecisionChoiceEvent, ZoomEvent } from './events';
export { AimController } from './live/aim-controller';
export { AIM_SHORTCUTS, aimActionWords, listenToAimKeys } from './live/aim-shortcuts';
export type { CameraStage } from './live/camera-stage';
export { doubtText } from './live/doubt-text';
export { canSpeak } from './live/label-announcer';
export { LabelJudge, nameOf } from './live/label-judge';
export type { ShownLabel } from './live/label-list';
export { LabelTrace, labelTrace, traceStyles } from './live/label-trace';
export { LiveRecognition, type FrameTap, type LiveStatistics } from './live/live-recognition';
export { LIVE_SHORTCUTS, liveActionWords } from './live/live-shortcuts';
export type { LiveView } from './live/live-view';
export type { DrawnLabels } from './live/draw-labels';
export type { PictureKeeper } from './live/take-picture';
export type { RecorderFactory, RecorderParts, RecorderSlot } from './live/recorder-slot';
export { imageStill, StillLook, type MapLack, type Still } from './look/still-look';
export {
  deviceCapabilities, deviceReport, LITTLE_MEMORY, type Capability, type CapabilityId,
} from './model/device-capabilities';
export type { ModelPicker } from './model/model-picker';
export type { ModelTrial } from './model/model-trial';
export type { ThreadRecord } from './model/thread-trials';
export { recogniserContext, RecogniserController } from './model/recogniser-controller';

/** Fetches the code that draws labels on an image. */
export const loadLabelDrawing = (): Promise<typeof import('./live/draw-labels')> => import('./live/draw-labels');
