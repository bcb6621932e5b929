import { msg } from '@lit/localize';
import type { Shortcoming } from '../../shared/image-quality';

/** Why nothing is named: what can be seen of that in the image, else that nothing is known. */
export type Doubt = Shortcoming | 'unknown';

/** What is said of a doubt, and what helps. */
export function doubtText(doubt: Doubt): string {
  switch (doubt) {
    case 'dark':
      return msg('It is too dark: more light helps.');
    case 'blurred':
      return msg('It is too blurred: hold still, or go a little further away.');
    case 'unknown':
      return msg('Nothing that it knows. Fill the square with one thing.');
  }
}
