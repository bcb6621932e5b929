import type { HumanLabels, RecognitionEntry, SessionData, SessionManifest } from '../../src/sessions/shared/session';
import type { LabelRef } from '../../src/base/shared/labels/label-ref';
import type { ExportSource } from '../../src/sessions/shared/export/export-source';

/** Names that break what is not written with care. */
export const ODD_LABELS: readonly LabelRef[] = [
  { name: '=HYPERLINK("http://example.com","a, ""b""")' },
  { name: 'line one\r\n\r\nline --> two' },
  { name: '<b>bold</b> & {\\an8} -->' },
  { name: '🐈‍⬛ Katze/猫\\..\\x' },
  { index: 134, name: 'crane' },
  { index: 517, name: 'crane' },
  { name: 'crane' },
  { name: 'con' },
];

export const CAT: LabelRef = { index: 281, name: 'tabby' };
export const DOG: LabelRef = { index: 207, name: 'golden retriever' };

export function manifestOf(change: Partial<SessionManifest> = {}): SessionManifest {
  return {
    version: 1,
    id: 'test-session',
    name: 'Zoo: "day" 1/2 🐘',
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    state: 'complete',
    durationUs: 6_000_000,
    film: { file: 'film.mp4', mimeType: 'video/mp4; codecs="avc1.42E01F"', width: 320, height: 240, recorder: 'webcodecs' },
    models: [{ id: 'resnet18', name: 'ResNet-18', precision: 'fp32' }],
    bytes: 1234,
    recognitions: 0,
    spans: 0,
    snapshots: 0,
    ...change,
  };
}

/** An answer: the first label with its probability, then others that share the rest. */
export function answer(timeUs: number, first: LabelRef, probability: number, ...rest: readonly LabelRef[]): RecognitionEntry {
  const others = rest.map((label, i) => ({ ...label, probability: (1 - probability) / 2 ** (i + 1) }));
  return { timeUs, top: [{ ...first, probability }, ...others], modelId: 'resnet18', precision: 'fp32', latencyMs: 20 + (timeUs % 7) };
}

/** A cat for 3 s, then a dog for 3 s; an answer each 200 ms. */
export function catAndDog(): RecognitionEntry[] {
  return Array.from({ length: 30 }, (_, i) => (i < 15 ? answer(i * 200_000, CAT, 0.9, DOG) : answer(i * 200_000, DOG, 0.6, CAT)));
}

/** All odd labels, overlapping, over the video. */
export function oddSpans(): HumanLabels {
  return {
    spans: ODD_LABELS.map((label, i) => ({ id: `s${i}`, startUs: i * 500_000, endUs: i * 500_000 + 1_500_000, label })),
    snapshots: [],
  };
}

export function sessionOf(change: Partial<SessionData> = {}): SessionData {
  const recognitions = change.recognitions ?? catAndDog();
  const human = change.human ?? oddSpans();
  const counts = { recognitions: recognitions.length, spans: human.spans.length, snapshots: human.snapshots.length };
  return { manifest: change.manifest ?? manifestOf(counts), recognitions, human };
}

/** A cat whose middle was looked at, but from 1 to 2 s something small at the upper right; nothing from 3 s on. */
export function aimedSession(change: Partial<SessionData> = {}): SessionData {
  const square = { x: 0.75, y: 0.25, side: 0.25 };
  const recognitions = Array.from({ length: 15 }, (_, i) => ({ ...answer(i * 200_000, CAT, 0.9, DOG), ...(i >= 5 && i < 10 && { square }) }));
  const human: HumanLabels = {
    spans: [
      { id: 'cat', startUs: 0, endUs: 6_000_000, label: CAT },
      { id: 'dog', startUs: 1_200_000, endUs: 1_600_000, label: DOG },
    ],
    snapshots: [{ id: 'kept', timeUs: 1_400_000, file: '1400000.jpg', label: DOG }],
  };
  const models = [{ id: 'resnet18', name: 'ResNet-18', precision: 'fp32', middle: 0.875 }] as const;
  return sessionOf({ recognitions, human, manifest: manifestOf({ models }), ...change });
}

/** A session as exports read it. */
export function sourceOf({ manifest, human, recognitions }: SessionData): ExportSource {
  return {
    manifest,
    human,
    // eslint-disable-next-line @typescript-eslint/require-await -- answers stream
    recognitions: async function* () {
      yield* recognitions;
    },
  };
}

export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
