import { Input, MP4, VideoSampleSink, WEBM } from 'mediabunny';
import { EndingBlobSource } from '../../shared/video/ending-blob-source';
import { Fault } from '../../../base/shared/fault';

/** A frame, which is closed when the next is asked for. */
export interface TimedFrame {
  readonly frame: VideoFrame;
  /** The time that it was asked for, microseconds. */
  readonly timeUs: number;
}

/**
 * Frames of a video that are in sight at some times; one is open at a time.
 *
 * @param timesUs microseconds from the video's first frame, never falling
 * @throws Fault `film-unreadable` where the browser cannot read or decode it
 */
export async function* videoFrames(video: Blob, timesUs: readonly number[]): AsyncGenerator<TimedFrame> {
  const input = new Input({ source: new EndingBlobSource(video), formats: [MP4, WEBM] });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Fault('film-unreadable', 'The film has no picture track.');
    if (!(await track.canDecode())) throw new Fault('film-unreadable', 'This browser cannot decode the film (WebCodecs).');
    const start = await input.getFirstTimestamp([track]);
    // Half a microsecond on: a frame's time in the video is rarely a whole number of them.
    const seconds = timesUs.map((time) => start + (time + 0.5) / 1e6);
    let next = 0;
    for await (const sample of new VideoSampleSink(track).samplesAtTimestamps(seconds)) {
      const timeUs = timesUs[next++];
      if (!sample) continue;
      const frame = sample.toVideoFrame();
      sample.close();
      try {
        yield { frame, timeUs };
      } finally {
        frame.close();
      }
    }
  } catch (error) {
    throw Fault.from(error, 'film-unreadable');
  } finally {
    input.dispose();
  }
}
