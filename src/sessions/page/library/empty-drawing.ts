import { svg } from 'lit';
import { corners, drawing, label, mug } from '../../../base/page/elements/drawing';

/** A film, and under it its labels over time. */
export const labelledFilm = (): unknown =>
  drawing(160, 104, svg`<rect x="28" y="2" width="104" height="60" rx="8"/>${corners(60, 12, 40)}${mug(79, 32)}
    <rect x="4" y="78" width="40" height="16" rx="8"/>${label(52, 78, 56)}<rect class="none" x="116" y="79" width="40" height="14" rx="7"/><path d="M76 70v32"/>`);
