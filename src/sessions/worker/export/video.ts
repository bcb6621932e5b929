import {
  EncodedAudioPacketSource, EncodedPacketSink, EncodedVideoPacketSource, getFirstEncodableVideoCodec, Mp4OutputFormat, Output, Quality,
  StreamTarget, VideoSample, VideoSampleSink, VideoSampleSource, WebMOutputFormat,
  type InputAudioTrack, type InputVideoTrack, type OutputFormat, type StreamTargetChunk, type VideoCodec,
} from 'mediabunny';
import { Fault } from '../../../base/shared/fault';
import { drawCaptions, type Captions } from '../../shared/export/captions';
import { frameTimes, type OpenVideo } from './open-video';
import type { OutputFile } from './output-file';

/** Called with 0..1. */
export type Progress = (done: number) => void;

export type Container = 'mp4' | 'webm';

function targetOf(file: OutputFile): StreamTarget {
  return new StreamTarget(
    new WritableStream<StreamTargetChunk>({ write: ({ data, position }) => file.write(data, position) }),
    // One write for many small boxes.
    { chunked: true, chunkSize: 1 << 20 },
  );
}

function formatOf(container: Container): OutputFormat {
  // `reserve` puts the index first without the video in memory; it wants to know how many packets come.
  return container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'reserve' }) : new WebMOutputFormat();
}

async function packetCount(track: InputVideoTrack | InputAudioTrack): Promise<number> {
  return (await track.computePacketStats()).packetCount;
}

/** Whether the video is one that players take in MP4: the container holds others, which they refuse. */
export async function isForMp4(video: OpenVideo): Promise<boolean> {
  return (await video.track.getCodec()) === 'avc';
}

/**
 * Writes the video anew without encoding it anew: index first (MP4) or with a length and seek points (WebM), not in fragments.
 * Sound goes along where the container takes it.
 * @throws Fault `export-codec` where the image's codec does not fit the container
 */
export async function remuxVideo(video: OpenVideo, container: Container, file: OutputFile, onProgress: Progress): Promise<void> {
  const format = formatOf(container);
  const codec = await video.track.getCodec();
  if (!codec || !format.getSupportedVideoCodecs().includes(codec)) {
    throw new Fault('export-codec', `A film in ${String(codec)} does not fit into ${container}.`);
  }
  const output = new Output({ format, target: targetOf(file) });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { rotation: await video.track.getRotation(), maximumPacketCount: await packetCount(video.track) });
  const decoderConfig = (await video.track.getDecoderConfig()) ?? undefined;
  const audioCodec = await video.audio?.getCodec();
  const sound =
    video.audio && audioCodec && format.getSupportedAudioCodecs().includes(audioCodec)
      ? { track: video.audio, source: new EncodedAudioPacketSource(audioCodec), config: (await video.audio.getDecoderConfig()) ?? undefined }
      : undefined;
  if (sound) output.addAudioTrack(sound.source, { maximumPacketCount: await packetCount(sound.track) });
  await output.start();
  const copyVideo = async (): Promise<void> => {
    for await (const packet of new EncodedPacketSink(video.track).packets()) {
      await source.add(packet.clone({ timestamp: packet.timestamp - video.start }), { decoderConfig });
      onProgress(Math.min(1, (packet.timestamp - video.start) / video.duration));
    }
    source.close();
  };
  const copySound = async (): Promise<void> => {
    if (!sound) return;
    for await (const packet of new EncodedPacketSink(sound.track).packets()) {
      // Sound from before the first frame has no place.
      if (packet.timestamp < video.start) continue;
      await sound.source.add(packet.clone({ timestamp: packet.timestamp - video.start }), { decoderConfig: sound.config });
    }
    sound.source.close();
  };
  // Both at once: the muxer lays them side by side.
  await Promise.all([copyVideo(), copySound()]);
  await output.finalize();
}

/** What a video is encoded to, and what container such a video belongs into. */
export interface Encoding {
  readonly codec: VideoCodec;
  readonly container: Container;
  readonly width: number;
  readonly height: number;
}

/** Those that belong into WebM; into MP4 goes H.264 alone, since players refuse others there. */
const WEBM_CODECS: readonly VideoCodec[] = ['vp9', 'vp8', 'av1'];

/**
 * How this browser encodes such a video: H.264 in MP4 where it can, else what it has, in WebM.
 * @throws Fault `export-codec` where it cannot encode or decode it at all, or `needed` is a container that it has nothing for
 */
export async function encodingOf(video: OpenVideo, needed?: Container): Promise<Encoding> {
  if (!(await video.track.canDecode())) throw new Fault('export-codec', 'This browser cannot decode the film (WebCodecs).');
  // Encoders of 4:2:0 want even sides.
  const even = (value: number): number => Math.max(2, value - (value % 2));
  const width = even(await video.track.getDisplayWidth());
  const height = even(await video.track.getDisplayHeight());
  const options = { width, height, quality: new Quality('high') };
  const avc = needed === 'webm' ? null : await getFirstEncodableVideoCodec(['avc'], options);
  if (avc) return { codec: avc, container: 'mp4', width, height };
  if (needed === 'mp4') throw new Fault('export-codec', 'This browser has no encoder for H.264, which is what an MP4 has to hold: take the film as WebM.');
  const codec = await getFirstEncodableVideoCodec([...WEBM_CODECS], options);
  if (!codec) throw new Fault('export-codec', 'This browser has no encoder for films (WebCodecs).');
  return { codec, container: 'webm', width, height };
}

/** Draws onto a frame. @param time seconds from the video's first frame */
type Draw = (context: OffscreenCanvasRenderingContext2D, width: number, height: number, time: number) => void;

/** What a drawing makes of each frame. */
function drawnOn(width: number, height: number, draw: Draw): (sample: VideoSample) => OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Fault('export-codec', 'This browser gives no 2D canvas.');
  return (sample) => {
    sample.draw(context, 0, 0, width, height);
    draw(context, width, height, sample.timestamp);
    return canvas;
  };
}

/**
 * Encodes the video anew: at each of the given times the frame that is in sight then.
 * @param timeOf of frame n from 0, seconds from the video's first frame, rising
 * @param draw what is drawn onto each frame
 * @throws Fault `export-codec`
 */
async function encodeAt(
  video: OpenVideo,
  { codec, container, width, height }: Encoding,
  frames: number,
  timeOf: (n: number) => number,
  duration: (n: number) => number,
  file: OutputFile,
  onProgress: Progress,
  draw?: Draw,
): Promise<void> {
  const output = new Output({ format: formatOf(container), target: targetOf(file) });
  const transform = { width, height, fit: 'fill', ...(draw && { process: drawnOn(width, height, draw) }) } as const;
  const source = new VideoSampleSource({ codec, quality: new Quality('high'), keyFrameInterval: 2, transform });
  output.addVideoTrack(source, { maximumPacketCount: frames });
  await output.start();
  const times = function* (): Generator<number> {
    // A little on: the same time may be another number after a division.
    for (let n = 0; n < frames; n++) yield video.start + timeOf(n) + 5e-7;
  };
  let n = 0;
  let last: VideoSample | undefined;
  try {
    for await (const found of new VideoSampleSink(video.track).samplesAtTimestamps(times())) {
      // Where the decoder gives none, the one before is still in sight.
      if (found) {
        last?.close();
        last = found;
      }
      if (!last) throw new Fault('export-codec', `There is no frame at ${timeOf(n)} s of the film.`);
      using sample = last.clone();
      sample.setTimestamp(timeOf(n));
      sample.setDuration(duration(n));
      await source.add(sample);
      onProgress(++n / frames);
    }
  } finally {
    last?.close();
  }
  source.close();
  await output.finalize();
}

/** Frames of the video at a constant rate. */
export function frameCount(video: OpenVideo, rate: number): number {
  return Math.max(1, Math.round(video.duration * rate));
}

/** @param rate frames a second */
export function encodeAtRate(video: OpenVideo, encoding: Encoding, rate: number, file: OutputFile, onProgress: Progress): Promise<void> {
  return encodeAt(video, encoding, frameCount(video, rate), (n) => n / rate, () => 1 / rate, file, onProgress);
}

/**
 * Encodes the video as H.264 in MP4 with its frames at their own times.
 * @throws Fault `export-codec` where the browser has no encoder for it
 */
export async function encodeAsMp4(video: OpenVideo, file: OutputFile, onProgress: Progress): Promise<void> {
  await encodeFrames(video, await encodingOf(video, 'mp4'), file, onProgress);
}

/**
 * Encodes the video with its frames at their own times, each with the captions of its time drawn on it.
 * @throws Fault `export-codec` where the browser has no encoder for the container
 */
export async function encodeWithCaptions(video: OpenVideo, captions: Captions, container: Container, file: OutputFile, onProgress: Progress): Promise<void> {
  await encodeFrames(video, await encodingOf(video, container), file, onProgress, (context, width, height, time) => {
    // A label has its frame's time, rounded.
    drawCaptions(context, width, height, captions.at(Math.round(time * 1e6) + 1));
  });
}

async function encodeFrames(video: OpenVideo, encoding: Encoding, file: OutputFile, onProgress: Progress, draw?: Draw): Promise<void> {
  const times = await frameTimes(video);
  const duration = (n: number): number => (n + 1 < times.length ? (times[n + 1] - times[n]) / 1e6 : video.duration - times[n] / 1e6);
  await encodeAt(video, encoding, times.length, (n) => times[n] / 1e6, duration, file, onProgress, draw);
}
