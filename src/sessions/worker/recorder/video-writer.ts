import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget, WebMOutputFormat, type StreamTargetChunk } from 'mediabunny';
import { Fault } from '../../../base/shared/fault';
import type { RecordedFrame } from '../../shared/recorder';
import type { VideoInfo } from '../../shared/session';
import { videoBitrate, recordingCodecs, type RecordingCodec } from '../../shared/video/codecs';
import type { VideoCut } from '../../shared/video/video-cut';
import { FrameFitter } from './frame-fitter';
import type { GrowingFile } from '../store/device-file';

/**
 * A key frame, and with it a new fragment, begins with the first frame after this time, microseconds: fragments stay below
 * a second, which a crash may cost.
 */
const FRAGMENT_US = 950_000;
/** Video times are whole milliseconds (sessions/shared/video/video-clock.ts): both containers count in these. */
const TICKS_PER_SECOND = 1000;
/** Frames that wait for the encoder: others are dropped above the first, recognised ones above the second. */
const QUEUE = 4;
const QUEUE_WANTED = 12;
const US = 1_000_000;

/** How large a video of a camera is: even, since chroma has half the size. */
export function videoSize(width: number, height: number): { width: number; height: number } {
  return { width: Math.max(2, width & ~1), height: Math.max(2, height & ~1) };
}

function encoderConfig({ codec, id }: RecordingCodec, width: number, height: number, frameRate: number): VideoEncoderConfig {
  return {
    codec,
    ...videoSize(width, height),
    bitrate: videoBitrate(width, height, frameRate),
    framerate: frameRate,
    // In `realtime` an encoder may leave frames out, and a recognised one must be in the video.
    latencyMode: 'quality',
    ...(id === 'avc' ? { avc: { format: 'avc' } } : {}),
  };
}

/** The best codec that this browser encodes at a size. @throws Fault `no-recorder` where there is none */
export async function chooseCodec(width: number, height: number, frameRate: number): Promise<RecordingCodec> {
  if (typeof VideoEncoder === 'undefined') throw new Fault('no-recorder', 'This browser has no VideoEncoder.');
  for (const codec of recordingCodecs(width, height, frameRate)) {
    const answer = await VideoEncoder.isConfigSupported(encoderConfig(codec, width, height, frameRate)).catch(() => undefined);
    if (answer?.supported) return codec;
  }
  throw new Fault('no-recorder', `This browser encodes no film of ${width} x ${height} pixels.`);
}

export interface VideoWriterEvents {
  /** A frame is in the video, though not flushed yet. */
  readonly onFrame: (timeUs: number) => void;
  /** All up to a time, exclusive, was written: flush it. */
  readonly onFragment: (untilUs: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Encodes frames with WebCodecs and writes them with mediabunny: MP4 in fragments, or WebM in clusters, of one second. */
export class VideoWriter {
  dropped = 0;
  readonly info: VideoInfo;
  readonly #encoder: VideoEncoder;
  readonly #output: Output;
  readonly #source: EncodedVideoPacketSource;
  readonly #fitter: FrameFitter;
  /** Packets are handed to the container one after another. */
  #writing: Promise<void>;
  #lastUs = -1;
  #writtenUs = -1;
  #frames = 0;
  #lastKeyUs = -FRAGMENT_US;
  #failed = false;

  constructor(
    codec: RecordingCodec,
    width: number,
    height: number,
    private readonly frameRate: number,
    file: GrowingFile,
    private readonly events: VideoWriterEvents,
  ) {
    const size = videoSize(width, height);
    this.info = {
      file: `film.${codec.container}`,
      mimeType: `video/${codec.container}; codecs="${codec.codec}"`,
      ...size,
      recorder: 'webcodecs',
    };
    this.#fitter = new FrameFitter(size.width, size.height);
    const minimum = FRAGMENT_US / US / 2;
    this.#output = new Output({
      format:
        codec.container === 'mp4'
          ? new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: minimum })
          : new WebMOutputFormat({ minimumClusterDuration: minimum }),
      target: new StreamTarget(new WritableStream<StreamTargetChunk>({ write: ({ data, position }) => file.write(data, position) })),
    });
    this.#source = new EncodedVideoPacketSource(codec.id);
    this.#output.addVideoTrack(this.#source, { frameRate: TICKS_PER_SECOND });
    this.#writing = this.#output.start();
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#onChunk(chunk, metadata),
      error: (error) => this.#fail(error),
    });
    this.#encoder.configure(encoderConfig(codec, width, height, frameRate));
  }

  /** What is in the video, once it is finished. */
  get result(): Pick<VideoCut, 'frames' | 'lastUs' | 'durationUs'> {
    return { frames: this.#frames, lastUs: this.#writtenUs, durationUs: this.#frames === 0 ? 0 : this.#writtenUs + Math.round(US / this.frameRate) };
  }

  /**
   * Takes a frame; it stays the caller's.
   * @returns false where it was dropped because the encoder is behind
   */
  add(frame: RecordedFrame, timeUs: number, wanted: boolean): boolean {
    if (this.#failed) return false;
    if (timeUs === this.#lastUs) return true;
    if (timeUs < this.#lastUs || this.#encoder.encodeQueueSize >= (wanted ? QUEUE_WANTED : QUEUE)) {
      this.dropped++;
      return false;
    }
    const keyFrame = timeUs - this.#lastKeyUs >= FRAGMENT_US;
    const fitted = this.#fitter.fit(frame, timeUs);
    try {
      this.#encoder.encode(fitted, { keyFrame });
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      fitted.close();
    }
    this.#lastUs = timeUs;
    if (keyFrame) this.#lastKeyUs = timeUs;
    return true;
  }

  /** Encodes what waits and writes the end of the file. */
  async finish(): Promise<void> {
    if (this.#encoder.state === 'configured') await this.#encoder.flush();
    if (this.#encoder.state !== 'closed') this.#encoder.close();
    await this.#writing;
    await this.#output.finalize();
  }

  #onChunk(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const packet = EncodedPacket.fromEncodedChunk(chunk);
    // The last frame of a fragment has no next one that would tell how long it is shown.
    const timed = packet.clone({ duration: 1 / this.frameRate });
    this.#writing = this.#writing
      .then(() => this.#source.add(timed, metadata))
      .then(() => {
        this.#frames++;
        this.#writtenUs = chunk.timestamp;
        this.events.onFrame(chunk.timestamp);
        // With the packet of a key frame the fragment before it was written.
        if (chunk.type === 'key' && chunk.timestamp > 0) this.events.onFragment(chunk.timestamp);
      });
    this.#writing.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.events.onError(error);
  }
}
