import { html } from 'lit';
import { msg } from '@lit/localize';
import type { CameraController } from '../../recognise/page/camera/camera-controller';
import type { FileInbox } from '../../base/page/file-inbox';
import type { RecogniserController } from '../../recognise/page/model/recogniser-controller';
import type { SettingsStore } from '../../base/page/settings';
import type { IconName } from '../../base/page/elements/icons';
import type { RecorderFactory } from '../../recognise/page/live/recorder-slot';
import { LiveRecorder } from '../../sessions/page/recording/live-recorder';
import '../../recognise/page/live/live-view';

const recorderFor: RecorderFactory = (host, parts) => new LiveRecorder(host, parts);

export type ViewId = 'live' | 'pictures' | 'sessions' | 'teach';

/** What every view may use; the app owns it. */
export interface ViewContext {
  readonly recogniser: RecogniserController;
  readonly camera: CameraController;
  readonly settings: SettingsStore;
  /** Pictures that were dropped anywhere. */
  readonly inbox: FileInbox;
  /** Exported sessions that were dropped anywhere. */
  readonly zips: FileInbox;
}

/** One of the app's views, shown in its navigation. */
export interface View {
  readonly id: ViewId;
  readonly icon: IconName;
  readonly name: () => string;
  /** Fetches the view's code, once it is wanted; undefined where it comes with the page. */
  readonly load?: () => Promise<unknown>;
  /** @param active whether it is the one that is shown: it keeps its state while it is not */
  readonly render: (context: ViewContext, active: boolean) => unknown;
}

/** All views in the order of the navigation. The first comes with the page, the others are fetched when they are opened. */
export const VIEWS: readonly View[] = [
  {
    id: 'live',
    icon: 'camera',
    name: () => msg('Live'),
    render: ({ recogniser, camera, settings }, active) => html`<sg-live-view
      ?hidden=${!active}
      ?active=${active}
      .recogniser=${recogniser}
      .camera=${camera}
      .settings=${settings}
      .recorderFor=${recorderFor}
    ></sg-live-view>`,
  },
  {
    id: 'pictures',
    icon: 'pictures',
    name: () => msg('Pictures'),
    load: () => import('../../pictures/page/pictures-view'),
    render: ({ recogniser, inbox }, active) => html`<sg-pictures-view ?active=${active} .recogniser=${recogniser} .inbox=${inbox}></sg-pictures-view>`,
  },
  {
    id: 'sessions',
    icon: 'film',
    name: () => msg('Sessions'),
    load: () => import('../../sessions/page/library/sessions-view'),
    render: ({ zips }, active) => html`<sg-sessions-view ?active=${active} .inbox=${zips}></sg-sessions-view>`,
  },
  {
    id: 'teach',
    icon: 'teach',
    name: () => msg('Teach'),
    load: () => import('../../teach/page/teach-view'),
    render: ({ recogniser, camera, settings }, active) => html`<sg-teach-view
      ?active=${active}
      .recogniser=${recogniser}
      .camera=${camera}
      .settings=${settings}
    ></sg-teach-view>`,
  },
];
