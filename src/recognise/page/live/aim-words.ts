import { msg } from '@lit/localize';
import { list } from '../../../base/page/elements/format';
import type { Field } from '../../shared/aim';

/** A zoom as people write it: "2.5×". */
export function zoomText(zoom: number): string {
  return `${zoom.toFixed(1)}×`;
}

function fieldWords({ column, row }: Field): string {
  switch (`${row},${column}` as const) {
    case '-1,-1':
      return msg('Looking at the upper left');
    case '-1,0':
      return msg('Looking at the top');
    case '-1,1':
      return msg('Looking at the upper right');
    case '0,-1':
      return msg('Looking at the left');
    case '0,0':
      return msg('Looking at the middle');
    case '0,1':
      return msg('Looking at the right');
    case '1,-1':
      return msg('Looking at the lower left');
    case '1,0':
      return msg('Looking at the bottom');
    case '1,1':
      return msg('Looking at the lower right');
  }
}

/** Where the network looks, as it is read out. @param field as it is seen: mirrored where the image is */
export function aimWords(field: Field, zoom: number): string {
  const text = zoomText(zoom);
  return text === zoomText(1) ? fieldWords(field) : list([fieldWords(field), text]);
}
