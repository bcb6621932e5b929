import { svg, type TemplateResult } from 'lit';
import { drawnIcon, icon, type IconName } from '../../../base/page/elements/icons';

/** Outlines that only an open session has, in the hand of the others. */
const PATHS = {
  redo: svg`<path d="M15 7l5 5-5 5M20 12H10a6 6 0 0 0 0 12" transform="translate(0 -3)"/>`,
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  frameBack: svg`<path d="M17 6l-8 6 8 6zM6 6v12"/>`,
  frameForth: svg`<path d="M7 6l8 6-8 6zM18 6v12"/>`,
  labelBack: svg`<path d="M12 6l-8 6 8 6zM20 6l-8 6 8 6z"/>`,
  labelForth: svg`<path d="M4 6l8 6-8 6zM12 6l8 6-8 6z"/>`,
  zoomIn: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6M10.5 7.5v6"/>`,
  zoomOut: svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6"/>`,
  fit: svg`<path d="M4 6v12M20 6v12M8 12h8M8 12l2.5-2.5M8 12l2.5 2.5M16 12l-2.5-2.5M16 12l-2.5 2.5"/>`,
  split: svg`<path d="M12 3v18M9 7H5a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h4M15 7h4a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-4"/>`,
  merge: svg`<path d="M3 12h6M21 12h-6M6.5 9.5L9 12l-2.5 2.5M17.5 9.5L15 12l2.5 2.5M12 4v16"/>`,
} as const;

export type EditIconName = keyof typeof PATHS | IconName;

/** An icon of an open session, or one of all views. */
export function editIcon(name: EditIconName): TemplateResult {
  return name in PATHS ? drawnIcon(PATHS[name as keyof typeof PATHS]) : icon(name as IconName);
}
