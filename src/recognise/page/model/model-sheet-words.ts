import { msg } from '@lit/localize';
import type { Origin, Shown } from '../../shared/model-origins';

/** What is shown of how a model is fed and read, as the sheet calls it. */
export function shownWords(shown: Shown): string {
  switch (shown) {
    case 'size':
      return msg('Side of the picture, pixels');
    case 'resize':
      return msg('Shorter side before the crop, pixels');
    case 'interpolation':
      return msg('Filter by which it is made smaller');
    case 'normalisation':
      return msg('Numbers of a picture');
    case 'colours':
      return msg('Order of the colours');
    case 'layout':
      return msg('Order of the input');
    case 'scores':
      return msg('Output');
    case 'answers':
      return msg('The output gives');
  }
}

/** Where it comes from. */
export function originWords(origin: Origin): string {
  switch (origin) {
    case 'file':
      return msg('From the file');
    case 'assumed':
      return msg('Assumed');
    case 'tried':
      return msg('Found by trying');
    case 'person':
      return msg('Set by you');
    case 'kept':
      return msg('As it was kept');
  }
}
