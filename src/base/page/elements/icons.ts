import { svg, html, type TemplateResult } from 'lit';

/** Outlines on a 24 x 24 grid, drawn for this app. */
const PATHS = {
  play: svg`<path d="M7 5l12 7-12 7z"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="2"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  mirror: svg`<path d="M12 3v18M8 7l-5 10h5zM16 7l5 10h-5z"/>`,
  freeze: svg`<path d="M12 2v20M4.2 6.5l15.6 11M19.8 6.5L4.2 17.5"/>`,
  chart: svg`<path d="M4 20V10M10 20V4M16 20v-7M22 20H2"/>`,
  model: svg`<path d="M12 2l9 5v10l-9 5-9-5V7zM3 7l9 5 9-5M12 12v10"/>`,
  warning: svg`<path d="M12 3l10 18H2zM12 10v4M12 17.5v.5"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  upload: svg`<path d="M12 16V4M7 9l5-5 5 5M4 20h16"/>`,
  trash: svg`<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13"/>`,
  pictures: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3 16l5-5 4 4 3-3 6 6"/><circle cx="15.5" cy="9" r="1"/>`,
  camera: svg`<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>`,
  flip: svg`<path d="M20 11A8 8 0 0 0 5.5 7M4 13a8 8 0 0 0 14.5 4M5 3v4h4M19 21v-4h-4"/>`,
  sources: svg`<rect x="2.5" y="6.5" width="12" height="11" rx="2"/><path d="M14.5 11l7-4v10l-7-4"/>`,
  phone: svg`<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  screen: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 16v4"/>`,
  film: svg`<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M10 9l5 3-5 3z"/>`,
  torch: svg`<path d="M7 3h10v3l-3 4v11h-4V10L7 6zM12 13v2"/>`,
  settings: svg`<path d="M5 6h14M5 12h14M5 18h14"/><circle cx="9" cy="6" r="2"/><circle cx="15" cy="12" r="2"/><circle cx="8" cy="18" r="2"/>`,
  check: svg`<path d="M4 12.5l5 5L20 6.5"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2"/>`,
  keyboard: svg`<rect x="2" y="6" width="20" height="12" rx="2"/><path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8"/>`,
  record: svg`<circle cx="12" cy="12" r="7"/>`,
  snapshot: svg`<path d="M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4"/><circle cx="12" cy="12" r="4"/>`,
  unknown: svg`<path d="M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1-1.5 2.3M12 18v.01"/>`,
  undo: svg`<path d="M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12" transform="translate(0 -3)"/>`,
  redo: svg`<path d="M15 7l5 5-5 5M20 12H10a6 6 0 0 0 0 12" transform="translate(0 -3)"/>`,
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  forth: svg`<path d="M9 5l7 7-7 7"/>`,
  frameBack: svg`<path d="M17 6l-8 6 8 6zM6 6v12"/>`,
  frameForth: svg`<path d="M7 6l8 6-8 6zM18 6v12"/>`,
  labelBack: svg`<path d="M12 6l-8 6 8 6zM20 6l-8 6 8 6z"/>`,
  labelForth: svg`<path d="M4 6l8 6-8 6zM12 6l8 6-8 6z"/>`,
  zoomIn: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6M10.5 7.5v6"/>`,
  zoomOut: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6"/>`,
  fit: svg`<path d="M4 6v12M20 6v12M8 12h8M8 12l2.5-2.5M8 12l2.5 2.5M16 12l-2.5-2.5M16 12l-2.5 2.5"/>`,
  split: svg`<path d="M12 3v18M9 8H4v8h5M15 8h5v8h-5"/>`,
  merge: svg`<path d="M3 12h6M21 12h-6M6.5 9.5L9 12l-2.5 2.5M17.5 9.5L15 12l2.5 2.5M12 4v16"/>`,
  pencil: svg`<path d="M4 20l1-5L16 4l4 4L9 19z"/>`,
  download: svg`<path d="M12 4v12M7 11l5 5 5-5M4 20h16"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  teach: svg`<path d="M12 3l2.2 5.3L20 9l-4.4 3.9 1.4 5.8-5-3.2-5 3.2 1.4-5.8L4 9l5.8-.7z"/>`,
  middle: svg`<path d="M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4M12 9v6M9 12h6"/>`,
  more: svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`,
  share: svg`<path d="M12 15V3M8 7l4-4 4 4M7 11H5v9h14v-9h-2"/>`,
  heat: svg`<circle cx="12" cy="12" r="2"/><path d="M12 6.5c3.5 0 6 2.3 6 5.5s-2.5 5.5-6 5.5S6 15.2 6 12s2.5-5.5 6-5.5zM12 2.5c5.5 0 9.5 4 9.5 9.5s-4 9.5-9.5 9.5-9.5-4-9.5-9.5 4-9.5 9.5-9.5z"/>`,
  addPicture: svg`<rect x="3" y="6" width="14" height="14" rx="2"/><path d="M3 16l4-4 4 4 2-2 4 4M20 3v6M17 6h6"/>`,
} as const;

export type IconName = keyof typeof PATHS;

/** An icon that says nothing to a screen reader: name the button itself. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${PATHS[name]}</svg>`;
}
