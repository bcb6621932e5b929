import { msg } from '@lit/localize';
import type { SourceKind } from '../camera/camera-controller';

/** What ends the source of images. */
export function stopWords(source: SourceKind): string {
  switch (source) {
    case 'camera':
      return msg('Stop the camera');
    case 'screen':
      return msg('Stop sharing the screen');
    case 'film':
      return msg('Close the video');
  }
}
