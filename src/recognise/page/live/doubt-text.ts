import { msg } from '@lit/localize';
import type { Sureness } from '../../../base/shared/certainty';
import type { Shortcoming } from '../../shared/image-quality';

/** Why nothing is named: what can be seen of that in the image, else that nothing is known; or that the model has no names at all yet. */
export type Doubt = Shortcoming | 'unknown' | 'untaught';

/** What is said of a doubt, and what helps. @param still whether it is of an image that is what it is */
export function doubtText(doubt: Doubt, still = false): string {
  switch (doubt) {
    case 'dark':
      return still ? msg('It is too dark.') : msg('It is too dark: more light helps.');
    case 'blurred':
      return still ? msg('It is too blurred.') : msg('It is too blurred: hold still, or go a little further away.');
    case 'unknown':
      return still ? msg('Nothing that it knows.') : msg('Nothing that it knows. Fill the square with one thing.');
    case 'untaught':
      return msg('This model has no names of its own: show it things under Teach, and it names them.');
  }
}

/** What stands beside the colour of a label that is named. */
export function surenessText(sureness: Sureness): string {
  switch (sureness) {
    case 'sure':
      return msg('sure');
    case 'likely':
      return msg('likely');
    case 'perhaps':
      return msg('perhaps');
  }
}
