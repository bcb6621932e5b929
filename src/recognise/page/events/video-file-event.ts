/** A person chose a film file as the source of pictures. */
export class FilmFileEvent extends Event {
  static readonly type = 'sg-film-file';

  constructor(readonly file: File) {
    super(FilmFileEvent.type, { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'sg-film-file': FilmFileEvent;
  }
}
