import { msg, str } from '@lit/localize';
import type { FaultCode } from '../../shared/fault';

/** What a person reads of a fault. */
export interface FaultText {
  readonly title: string;
  readonly advice: string;
  /** Words of the button that leads on. */
  readonly action: string;
}

/** A title that stands before further words, as a sentence. */
export function sentence(words: string): string {
  return msg(str`${words}.`);
}

/** Of a fault behind which there is nothing to try again. */
const goOn = (title: string, advice: string): FaultText => ({ title, advice, action: msg('Go on') });

/** The words for each fault: what happened, what to do, and the way back. */
export function faultText(code: FaultCode): FaultText {
  switch (code) {
    case 'insecure-context':
      return {
        title: msg('The camera needs a secure address'),
        advice: msg('Browsers give the camera only to pages on https:// or on localhost. Open this page at such an address.'),
        action: msg('Try again'),
      };
    case 'no-camera-api':
      return {
        title: msg('This browser cannot open a camera'),
        advice: msg('It may be a window inside another app. Open this page in Chrome, Edge, Firefox or Safari itself.'),
        action: msg('Try again'),
      };
    case 'no-camera':
      return {
        title: msg('No camera was found'),
        advice: msg('Plug a camera in, or switch it on, and try again.'),
        action: msg('Look again'),
      };
    case 'permission-denied':
      return {
        title: msg('The camera is not allowed here'),
        advice: msg('Allow the camera for this page (the camera or lock symbol beside the address), then try again. Pictures never leave this device.'),
        action: msg('Try again'),
      };
    case 'camera-busy':
      return {
        title: msg('The camera is busy'),
        advice: msg('Another app or tab seems to use it. Close that one, or choose another camera, and try again.'),
        action: msg('Try again'),
      };
    case 'camera-ended':
      return {
        title: msg('The camera was switched off'),
        advice: msg('It was unplugged, or a call or another app took it. Your last labels are still here.'),
        action: msg('Start the camera again'),
      };
    case 'camera-silent':
      return {
        title: msg('The camera gives no pictures'),
        advice: msg('Another app may have it, or a switch or lid covers it. Recognition goes on by itself as soon as pictures come again.'),
        action: msg('Open the camera again'),
      };
    case 'camera-slow':
      return {
        title: msg('The camera does not answer'),
        advice: msg('If the browser asks, allow the camera. Else another app may hold it: close that one, or choose another camera.'),
        action: msg('Cancel'),
      };
    case 'camera-failed':
      return {
        title: msg('The camera could not be started'),
        advice: msg('Try again, or choose another camera.'),
        action: msg('Try again'),
      };
    case 'screen-failed':
      return goOn(
        msg('The screen could not be shared'),
        msg('The system may refuse it: allow screen recording for the browser in the system settings, then try again.'),
      );
    case 'screen-silent':
      return {
        title: msg('The screen gives no pictures'),
        advice: msg('What is shared may be hidden or asleep. Recognition goes on by itself as soon as pictures come again.'),
        action: msg('Share it again'),
      };
    case 'film-unreadable':
      return goOn(
        msg('This video cannot be played'),
        msg('Choose one that this browser plays, for example MP4 with H.264, or WebM.'),
      );
    case 'no-wasm':
      return {
        title: msg('This browser has no WebAssembly'),
        advice: msg('Recognition runs in WebAssembly. Update the browser, or switch WebAssembly on where it was switched off.'),
        action: msg('Try again'),
      };
    case 'no-simd':
      return {
        title: msg('This browser is too old for recognition'),
        advice: msg('It lacks WebAssembly SIMD, which Chrome 91, Firefox 89 and Safari 16.4 brought. Update it, then try again.'),
        action: msg('Try again'),
      };
    case 'start-timeout':
      return {
        title: msg('Recognition did not start in time'),
        advice: msg('The device may be very busy. Close other tabs and try again.'),
        action: msg('Start again'),
      };
    case 'worker-crashed':
      return {
        title: msg('Recognition stopped unexpectedly'),
        advice: msg('The camera goes on. Start recognition again; nothing of yours was lost.'),
        action: msg('Start recognition again'),
      };
    case 'worker-hung':
      return {
        title: msg('Recognition no longer answers'),
        advice: msg('The device may be very busy. Start recognition again; the camera goes on.'),
        action: msg('Start recognition again'),
      };
    case 'out-of-memory':
      return {
        title: msg('There is not enough memory'),
        advice: msg('Close other tabs and apps, or choose a smaller model, then try again.'),
        action: msg('Try again'),
      };
    case 'threads-failed':
    case 'engine-failed':
    case 'frame-unreadable':
      return {
        title: msg('The network could not be run'),
        advice: msg('Try again. If it happens again, choose another model.'),
        action: msg('Try again'),
      };
    case 'self-test-failed':
      return {
        title: msg('This browser computes wrong answers'),
        advice: msg('A check with a known answer failed, so labels would be wrong. Update the browser, or choose another model.'),
        action: msg('Check again'),
      };
    case 'no-model':
      return {
        title: msg('There is no model'),
        advice: msg('Drop a ResNet-18 .safetensors or .onnx file onto this page, or run "npm run model" where the page is built.'),
        action: msg('Look again'),
      };
    case 'model-download':
      return {
        title: msg('The model could not be fetched'),
        advice: msg('Check the network and try again. Once it has been fetched no network is needed.'),
        action: msg('Try again'),
      };
    case 'model-corrupt':
      return {
        title: msg('The model file is damaged'),
        advice: msg('It is not what its list says, so it was not used. Try again; if that does not help, build the page anew.'),
        action: msg('Fetch it again'),
      };
    case 'model-invalid':
      return goOn(
        msg('This file is no model that can be used'),
        msg('Choose an image classifier (.onnx), or weights of ResNet-18 or -34 (.safetensors, .pt, .pth, .ckpt, .bin). What runs goes on.'),
      );
    case 'export-empty':
      return goOn(
        msg('There is nothing to export'),
        msg('Label a span of the session first, or export what was recognised.'),
      );
    case 'export-features':
      return goOn(
        msg('The network that runs gives no features'),
        msg('Wait until a model runs, or choose one that can be taught under Models; do not change it while frames are looked at. Then export again.'),
      );
    case 'export-codec':
      return goOn(
        msg('This browser cannot read or write this film'),
        msg('Export the session as it is (Everything), and open it in another browser.'),
      );
    case 'export-failed':
      return {
        title: msg('The export failed'),
        advice: msg('The session itself is as it was. Try again.'),
        action: msg('Try again'),
      };
    case 'import-foreign':
      return goOn(
        msg('This is no session of this app'),
        msg('Choose a zip that was exported from here as Everything.'),
      );
    case 'annotations-foreign':
      return goOn(
        msg('These are no annotations that can be read here'),
        msg('In Label Studio choose Export, then JSON or JSON-MIN, and import that file.'),
      );
    case 'import-newer':
      return goOn(
        msg('This session comes from a newer version'),
        msg('Reload this page to update it, then import the file again.'),
      );
    case 'import-broken':
      return goOn(
        msg('The file is damaged'),
        msg('Nothing was imported. Get the file anew, or export it again where it comes from.'),
      );
    case 'import-packed':
      return goOn(
        msg('The zip is packed in a way that cannot be read here'),
        msg('Nothing was imported. Unpack it and zip the folder again with the usual method (Deflate), or take the file as it was exported.'),
      );
    case 'import-unsafe':
      return goOn(
        msg('The file is not safe to open'),
        msg('It is made in a way that no export of this app is, so nothing was imported.'),
      );
    case 'storage-failed':
      return goOn(
        msg('The file could not be kept'),
        msg('The device is full, or this window is private. Make room, or use a normal window, and drop the file again.'),
      );
    case 'model-stays':
      return goOn(
        msg('The model could not be removed'),
        msg('Another tab of this app may be using it. Close that one and remove it once more.'),
      );
    case 'storage-full':
      return goOn(
        msg('The device is full'),
        msg('What was recorded up to now is kept. Export and delete old sessions, or make room on the device.'),
      );
    case 'storage-cleared':
      return goOn(
        msg('What was kept here is gone'),
        msg('The browser, or somebody, deleted what this page keeps on the device. Export what matters once it is recorded.'),
      );
    case 'session-missing':
      return goOn(
        msg('This session is no longer there'),
        msg('It was deleted, in another tab perhaps.'),
      );
    case 'session-busy':
      return {
        title: msg('This session is being recorded'),
        advice: msg('Stop the recording first, here or in the other tab.'),
        action: msg('Try again'),
      };
    case 'session-newer':
      return goOn(
        msg('This session is of a newer version of the app'),
        msg('Nothing of it was changed. Reload the page to get the newer version, and open it there.'),
      );
    case 'no-recorder':
      return goOn(
        msg('This browser cannot record'),
        msg('It has neither WebCodecs nor MediaRecorder with a codec for this camera. Update it, or use another one. Recognition goes on.'),
      );
    case 'recording-failed':
      return goOn(
        msg('The recording stopped'),
        msg('What was recorded up to then is kept among the sessions. Start another recording.'),
      );
    case 'things-file':
      return goOn(
        msg('This is no file of taught things'),
        msg('Choose a .json file that was exported here. If it was, it is damaged: export it once more.'),
      );
    case 'things-model':
      return goOn(
        msg('These examples were seen by another model'),
        msg('Choose that model first, or export again with pictures: then any model can learn them anew.'),
      );
    case 'things-full':
      return goOn(
        msg('There is no room for more'),
        msg('Delete things or examples that you no longer need; export them first to keep them.'),
      );
    case 'name-taken':
      return goOn(
        msg('There is already a thing of that name'),
        msg('Choose another name, or add the examples to that thing.'),
      );
  }
}
