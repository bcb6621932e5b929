import { EncodedPacketSink, Input, MP4, WEBM, type InputAudioTrack, type InputVideoTrack } from 'mediabunny';
import { Fault } from '../../../base/shared/fault';
import { checkMp4Counts } from '../../shared/video/mp4-counts';
import { EndingBlobSource } from '../../shared/video/ending-blob-source';
import { BlobBytes } from './blob-source';

/** A video that is open for reading. */
export interface OpenVideo extends Disposable {
  readonly track: InputVideoTrack;
  readonly audio: InputAudioTrack | null;
  /** From the first frame to the end, seconds. */
  readonly duration: number;
  /** Time of the first frame, seconds: the session's times count from there. */
  readonly start: number;
}

const unreadable = (error: unknown): Fault => (error instanceof Fault ? error : new Fault('export-codec', `The film cannot be read: ${String(error)}`, { cause: error }));

/** @throws Fault `export-codec` where it holds no video that can be read */
export async function openVideo(video: Blob): Promise<OpenVideo> {
  try {
    checkMp4Counts(new BlobBytes(video));
  } catch (error) {
    throw unreadable(error);
  }
  const input = new Input({ source: new EndingBlobSource(video), formats: [MP4, WEBM] });
  try {
    const video = await input.getPrimaryVideoTrack();
    if (!video) throw new Fault('export-codec', 'The film has no picture track.');
    const start = await input.getFirstTimestamp([video]);
    const duration = (await input.computeDuration([video])) - start;
    return { track: video, audio: await input.getPrimaryAudioTrack(), start, duration, [Symbol.dispose]: () => input.dispose() };
  } catch (error) {
    input.dispose();
    throw unreadable(error);
  }
}

/**
 * Times of all frames, microseconds from the first one, rising.
 * @throws Fault `export-codec` where the film is damaged on the way
 */
export async function frameTimes(video: OpenVideo): Promise<Float64Array<ArrayBuffer>> {
  const times: number[] = [];
  try {
    for await (const { timestamp } of new EncodedPacketSink(video.track).packets(undefined, undefined, { metadataOnly: true })) {
      times.push(Math.round((timestamp - video.start) * 1e6));
    }
  } catch (error) {
    throw unreadable(error);
  }
  // Packets come as they are decoded.
  return Float64Array.from(times).sort();
}
