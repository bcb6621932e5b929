import { msg, str } from '@lit/localize';
import { MOST_DROPPED, type ImageProblem } from '../../base/shared/image-problem';

/** What a person reads of an image that failed: why, and what to do. */
export function imageProblemText(problem: ImageProblem): string {
  switch (problem) {
    case 'empty':
      return msg('The file is empty.');
    case 'drawing':
      return msg('An SVG drawing, which has no pixels: save it as PNG.');
    case 'too-large':
      return msg('Too large (at most 100 MB and 100 million pixels): make it smaller.');
    case 'heic':
      return msg('A HEIC picture, which this browser cannot read: use Safari, or save it as JPEG.');
    case 'unreadable':
      return msg('No picture, or a damaged one.');
    case 'not-given':
      return msg('The browser could not open it: see that it is there and may be read, and drop it again.');
    case 'left-out':
      return msg(str`More than ${MOST_DROPPED} files at once: this one and those after it were left out. Drop them by themselves.`);
    case 'engine':
      return msg('The network could not be run on it: add it again.');
  }
}
