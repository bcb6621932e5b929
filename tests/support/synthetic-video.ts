import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget, WebMOutputFormat, type StreamTargetChunk } from 'mediabunny';

export interface SyntheticVideo {
  /** Each write of the muxer, in order. */
  readonly writes: readonly StreamTargetChunk[];
  /** How many writes came before the end of the video was written. */
  readonly unfinished: number;
  /** Times of all frames, microseconds. */
  readonly times: readonly number[];
}

/** A video file after the first `count` writes. */
export function fileAfter(video: SyntheticVideo, count: number): Uint8Array<ArrayBuffer> {
  const writes = video.writes.slice(0, count);
  const bytes = new Uint8Array(Math.max(0, ...writes.map(({ data, position }) => position + data.length)));
  for (const { data, position } of writes) bytes.set(data, position);
  return bytes;
}

/**
 * A video as the recorder writes it (mediabunny, fragments of one second), of packets that hold noise: enough for whatever
 * looks only at containers.
 * @param least bytes of a frame; none has more than five times as many
 */
export async function syntheticVideo(container: 'mp4' | 'webm', times: readonly number[], keyEvery: number, least = 200): Promise<SyntheticVideo> {
  const writes: StreamTargetChunk[] = [];
  const output = new Output({
    format: container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.475 }) : new WebMOutputFormat({ minimumClusterDuration: 0.475 }),
    target: new StreamTarget(new WritableStream<StreamTargetChunk>({ write: (chunk) => void writes.push({ ...chunk, data: chunk.data.slice() }) })),
  });
  const source = new EncodedVideoPacketSource('vp9');
  output.addVideoTrack(source, { frameRate: 1000 });
  await output.start();
  const decoderConfig = { codec: 'vp09.00.31.08', codedWidth: 640, codedHeight: 480 };
  for (const [i, time] of times.entries()) {
    const data = new Uint8Array(least + ((i * 7919) % (least * 4.5))).map((_, at) => (at * 31 + i * 17) % 256);
    const packet = new EncodedPacket(data, i % keyEvery === 0 ? 'key' : 'delta', time / 1e6, 1 / 30);
    await source.add(packet, i === 0 ? { decoderConfig } : undefined);
  }
  const unfinished = writes.length;
  await output.finalize();
  return { writes, unfinished, times };
}
