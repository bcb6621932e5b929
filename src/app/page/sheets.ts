import type { WorkerCapabilities } from '../../recognise/shared/index';
import { html } from 'lit';
import type { LiveStatistics } from '../../recognise/page/index';
import type { SheetId } from './events';
import { VIEWS } from './views';

/** What the sheets may use; the app owns it. */
interface SheetContext {
  readonly capabilities: WorkerCapabilities | undefined;
  /** The live figures at the moment of asking, undefined before the first. */
  readonly statistics: () => LiveStatistics | undefined;
}

/** What each sheet's element can do. */
export interface SheetElement extends HTMLElement {
  show(): Promise<void>;
}

/** One of the sheets that are fetched when they are opened. */
interface AppSheet {
  readonly load: () => Promise<unknown>;
  readonly render: (context: SheetContext) => unknown;
}

export const SHEETS: Readonly<Record<SheetId, AppSheet>> = {
  settings: {
    load: () => import('./settings/settings-sheet'),
    render: ({ capabilities }) =>
      html`<sg-settings-sheet data-sheet="settings" .capabilities=${capabilities}></sg-settings-sheet>`,
  },
  status: {
    load: () => import('./status/status-sheet'),
    render: ({ statistics }) =>
      html`<sg-status-sheet data-sheet="status" .statistics=${statistics}></sg-status-sheet>`,
  },
  phone: {
    load: () => import('./phone/phone-sheet'),
    render: () => html`<sg-phone-sheet data-sheet="phone"></sg-phone-sheet>`,
  },
  classes: {
    load: () => import('./classes/class-list-sheet'),
    render: () => html`<sg-class-list-sheet data-sheet="classes"></sg-class-list-sheet>`,
  },
  shortcuts: {
    load: () => import('./help/shortcut-sheet'),
    render: () => html`<sg-shortcut-sheet data-sheet="shortcuts" .views=${VIEWS.map((view) => view.name())}></sg-shortcut-sheet>`,
  },
};
