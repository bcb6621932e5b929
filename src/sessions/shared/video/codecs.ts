/** A way to encode a video. */
export interface RecordingCodec {
  /** What mediabunny calls it. */
  readonly id: 'avc' | 'vp8' | 'vp9' | 'av1';
  /** As in a MIME type's `codecs` and in WebCodecs. */
  readonly codec: string;
  readonly container: 'mp4' | 'webm';
}

/** H.264 levels by what they allow: macroblocks a frame and a second (ITU-T H.264, table A-1). */
const AVC_LEVELS: readonly (readonly [level: string, frame: number, second: number])[] = [
  ['1e', 1620, 40_500],
  ['1f', 3600, 108_000],
  ['28', 8192, 245_760],
  ['32', 22_080, 589_824],
  ['34', 36_864, 2_073_600],
];
const MACROBLOCK = 16;

function avcLevel(width: number, height: number, frameRate: number): string {
  const blocks = Math.ceil(width / MACROBLOCK) * Math.ceil(height / MACROBLOCK);
  return (AVC_LEVELS.find(([, frame, second]) => blocks <= frame && blocks * frameRate <= second) ?? AVC_LEVELS[AVC_LEVELS.length - 1])[0];
}

/**
 * Codecs from most to least wanted. H.264 baseline first: every player has it, phones encode it in hardware, and it has no
 * frames out of order. Of the others VP8 costs a CPU least, which recognition needs (docs/recording.md).
 *
 * @param width video in pixels
 * @param frameRate frames a second at most
 */
export function recordingCodecs(width: number, height: number, frameRate: number): RecordingCodec[] {
  return [
    { id: 'avc', codec: `avc1.4200${avcLevel(width, height, frameRate)}`, container: 'mp4' },
    { id: 'vp8', codec: 'vp8', container: 'webm' },
    { id: 'vp9', codec: 'vp09.00.41.08', container: 'webm' },
    { id: 'av1', codec: 'av01.0.08M.08', container: 'mp4' },
  ];
}

/** Bits a pixel that leave a video of hand-held things sharp in real-time encoding. */
const BITS_PER_PIXEL = 0.09;
const LEAST_BITRATE = 400_000;

/** Bits a second for a video: 2.5 Mbit/s at 1280 x 720 and 30 frames a second. */
export function videoBitrate(width: number, height: number, frameRate: number): number {
  return Math.max(LEAST_BITRATE, Math.round(width * height * frameRate * BITS_PER_PIXEL));
}

/** MIME types for MediaRecorder from most to least wanted. */
export const CHUNK_TYPES: readonly string[] = [
  'video/mp4;codecs=avc1.42001f',
  'video/mp4;codecs=avc1',
  'video/mp4',
  'video/webm;codecs=vp8',
  'video/webm;codecs=vp9',
  'video/webm',
];
