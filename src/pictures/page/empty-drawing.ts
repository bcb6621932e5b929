import { svg } from 'lit';
import { corners, drawing, label, mug } from '../../base/page/elements/drawing';

/** Pictures on a pile, the one on top with its label. */
export const labelledPile = (): unknown =>
  drawing(144, 104, svg`<path d="M46 22l-30 8a6 6 0 0 0-4 7l10 40a6 6 0 0 0 7 4l17-4"/><rect x="46" y="6" width="88" height="72" rx="8"/>
    ${corners(66, 16, 48)}${mug(92, 40)}${label(66, 86, 48)}`);
