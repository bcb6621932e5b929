import { svg, html, type SVGTemplateResult, type TemplateResult } from 'lit';

/** The square that the network looks at. */
const CORNERS = svg`<path d="M3 8V5a2 2 0 0 1 2-2h3M16 3h3a2 2 0 0 1 2 2v3M21 16v3a2 2 0 0 1-2 2h-3M8 21H5a2 2 0 0 1-2-2v-3"/>`;

/** Outlines in one hand, drawn for this app: within 3 to 21 of a 24 x 24 grid, strokes of 2 with round ends, corners of 2. */
const PATHS = {
  play: svg`<path d="M7 5l12 7-12 7z"/>`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="2"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  mirror: svg`<path d="M12 3v18M8 7l-5 10h5zM16 7l5 10h-5z"/>`,
  freeze: svg`<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5L12 7l2.5-2.5M9.5 19.5L12 17l2.5 2.5"/>`,
  chart: svg`<path d="M3 20h18M6.5 20v-7M12 20V4M17.5 20V9"/>`,
  model: svg`<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9"/>`,
  warning: svg`<path d="M12 4l9 16H3zM12 10v4M12 17v.01"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  upload: svg`<path d="M12 16V4M7 9l5-5 5 5M4 20h16"/>`,
  trash: svg`<path d="M4 7h16M9 7V4h6v3M6 7l1 12a2 2 0 0 0 2 2h6a2 2 0 0 0 2-2l1-12"/>`,
  pictures: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3 16l5-5 4 4 3-3 6 6"/><circle cx="15.5" cy="9" r="1"/>`,
  camera: svg`<path d="M5 8h3l1.5-3h5L16 8h3a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z"/><circle cx="12" cy="13.5" r="3.5"/>`,
  flip: svg`<path d="M20 11A8 8 0 0 0 5.5 7M4 13a8 8 0 0 0 14.5 4M5 3v4h4M19 21v-4h-4"/>`,
  sources: svg`<rect x="3" y="7" width="12" height="10" rx="2"/><path d="M15 11l6-4v10l-6-4"/>`,
  phone: svg`<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 17.5h2"/>`,
  screen: svg`<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8 20h8M12 16v4"/>`,
  film: svg`<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M10 9l5 3-5 3z"/>`,
  torch: svg`<path d="M8 3h8v4l-2 4v10h-4V11L8 7zM8 7h8"/>`,
  settings: svg`<path d="M5 6h14M5 12h14M5 18h14"/><circle cx="9" cy="6" r="2"/><circle cx="15" cy="12" r="2"/><circle cx="8" cy="18" r="2"/>`,
  check: svg`<path d="M4 12.5l5 5L20 6.5"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2"/>`,
  keyboard: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M9 14h6"/>`,
  record: svg`<circle cx="12" cy="12" r="7"/>`,
  snapshot: svg`${CORNERS}<circle cx="12" cy="12" r="4"/>`,
  unknown: svg`<path d="M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1-1.5 2.3M12 18v.01"/>`,
  undo: svg`<path d="M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12" transform="translate(0 -3)"/>`,
  pencil: svg`<path d="M4 20l1-5L16 4l4 4L9 19z"/>`,
  download: svg`<path d="M12 4v12M7 11l5 5 5-5M4 20h16"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  teach: svg`<path d="M12 3l2.2 5.3L20 9l-4.4 3.9 1.4 5.8-5-3.2-5 3.2 1.4-5.8L4 9l5.8-.7z"/>`,
  middle: svg`${CORNERS}<path d="M12 9v6M9 12h6"/>`,
  more: svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`,
  share: svg`<path d="M12 15V3M8 7l4-4 4 4M7 11H6a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6a2 2 0 0 0-2-2h-1"/>`,
  heat: svg`<circle cx="12" cy="12" r="1.5"/><circle cx="12" cy="12" r="5"/><circle cx="12" cy="12" r="9"/>`,
  addPicture: svg`<path d="M12 5H5a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-7M3 17l4-4 5 5 2-2 5 4M18 3v6M15 6h6"/>`,
} as const;

export type IconName = keyof typeof PATHS;

/** An icon that says nothing to a screen reader: name the button itself. */
export function icon(name: IconName): TemplateResult {
  return drawnIcon(PATHS[name]);
}

/** The same of outlines that one part of the app alone has. */
export function drawnIcon(outlines: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${outlines}</svg>`;
}
