import { svg } from 'lit';
import { corners, drawing, label, mug } from '../../base/page/elements/drawing';

/** A thing shown from three sides becomes one label. */
export const threeSides = (): unknown =>
  drawing(176, 88, svg`<rect x="4" y="20" width="40" height="40" rx="6"/>${mug(25, 40)}
    <rect x="52" y="20" width="40" height="40" rx="6"/><circle cx="72" cy="40" r="12"/><circle cx="72" cy="40" r="5"/>
    ${corners(104, 12, 56)}${mug(133, 40)}${label(108, 72, 48)}<path d="M24 68v4a8 8 0 0 0 8 8h64m-6-5l6 5-6 5"/>`);

/** Two looks at one table: with the thing it has its label, without it none. */
export const noneOfThem = (): unknown =>
  drawing(152, 84, svg`${corners(4, 4, 56)}<path d="M12 46h40"/>${mug(33, 34)}${label(8, 66, 48)}
    ${corners(92, 4, 56)}<path d="M100 46h40"/><rect class="none" x="96" y="67" width="48" height="14" rx="7"/>`);
