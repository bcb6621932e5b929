import { html } from 'lit';
import { msg } from '@lit/localize';
import type { IconName } from '../../base/page/elements/icons';
import type { RecorderFactory } from '../../recognise/page/index';
import { keepPicture, loadKeptPictures, loadPicturesView } from '../../pictures/page/index';
import { LiveRecorder, loadSessionsView, type StillSource } from '../../sessions/page/index';
import { loadTeachView } from '../../teach/page/index';
import '../../recognise/page/live/live-view';

const recorderFor: RecorderFactory = (host, parts) => new LiveRecorder(host, parts);

export type ViewId = 'live' | 'pictures' | 'sessions' | 'teach';

/** One of the app's views, shown in its navigation. */
export interface View {
  readonly id: ViewId;
  readonly icon: IconName;
  readonly name: () => string;
  /** Fetches the view's code, once it is wanted; undefined where it comes with the page. */
  readonly load?: () => Promise<unknown>;
  /** @param active whether it is the one that is shown: it keeps its state while it is not */
  readonly render: (active: boolean) => unknown;
}

/** All views in the order of the navigation. The first comes with the page, the others are fetched when they are opened. */
export const VIEWS: readonly View[] = [
  {
    id: 'live',
    icon: 'camera',
    name: () => msg('Live'),
    render: (active) => html`<sg-live-view ?hidden=${!active} ?active=${active} .recorderFor=${recorderFor} .keepPicture=${keepPicture}></sg-live-view>`,
  },
  {
    id: 'pictures',
    icon: 'pictures',
    name: () => msg('Pictures'),
    load: loadPicturesView,
    render: (active) => html`<sg-pictures-view ?active=${active}></sg-pictures-view>`,
  },
  {
    id: 'sessions',
    icon: 'film',
    name: () => msg('Sessions'),
    load: loadSessionsView,
    render: (active) => html`<sg-sessions-view ?active=${active} .stills=${loadKeptPictures satisfies StillSource}></sg-sessions-view>`,
  },
  {
    id: 'teach',
    icon: 'teach',
    name: () => msg('Teach'),
    load: loadTeachView,
    render: (active) => html`<sg-teach-view ?active=${active}></sg-teach-view>`,
  },
];
