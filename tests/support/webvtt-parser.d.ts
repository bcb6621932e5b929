/** webvtt-parser comes without types: those of what the tests use. */
declare module 'webvtt-parser' {
  interface Node {
    readonly type: string;
    readonly value: string;
    readonly children: readonly Node[];
  }
  interface Cue {
    readonly id: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly text: string;
    readonly tree: Node;
  }
  export class WebVTTParser {
    /** @param entities HTML's, as html-entities.json has them; without it only the first few, without their semicolons */
    constructor(entities?: Readonly<Record<string, string>>);
    parse(input: string, mode?: 'metadata' | 'chapters' | 'subtitles'): { readonly cues: readonly Cue[]; readonly errors: readonly object[] };
  }
}
