import autocannon from 'autocannon';
import sharp from 'sharp';
import { noise } from '../../../tests/support/weights';

/** A request body with an image in the field `file`. */
export interface Form {
  readonly body: Buffer;
  readonly type: string;
}

const BOUNDARY = 'sightglass-bench-5f0c2a';

/** Pictures of a usual size for such a service, and of a phone's camera: pixels. */
export const SIZES = { small: [640, 480], large: [4000, 3000] } as const;

/** JPEG images of our own making: waves and noise, about 100 KB each where they are small, 4 MB where they are large. */
export async function makeForms(count: number, [width, height]: readonly [number, number] = SIZES.small): Promise<Form[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const next = noise(n + 1);
      const data = Buffer.alloc(width * height * 3);
      for (let i = 0; i < data.length; i++) data[i] = 128 + 80 * Math.sin(i / (300 + 170 * n + (i % 3) * 40)) * Math.cos(i / (width * 3 * (9 + n))) + 25 * next();
      const jpeg = await sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85, chromaSubsampling: '4:2:0' }).toBuffer();
      const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${n}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
      return { body: Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]), type: `multipart/form-data; boundary=${BOUNDARY}` };
    }),
  );
}

/** What one stretch of load gave. */
export interface Stretch {
  /** Answers of 200 a second. */
  readonly rate: number;
  /** Milliseconds of each answer. */
  readonly latencies: readonly number[];
  /** Answers other than 200, time-outs and broken connections. */
  readonly failed: number;
}

/**
 * Keeps `connections` requests under way for so many seconds.
 * @param overallRate requests a second that are sent whatever is answered, as far as the connections allow; as fast as they are answered if left out
 */
export function load(url: string, forms: readonly Form[], connections: number, seconds: number, overallRate?: number): Promise<Stretch> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const instance = autocannon(
      { url, connections, duration: seconds, timeout: 30, ...(overallRate === undefined ? {} : { overallRate }), requests: forms.map(({ body, type }) => ({ method: 'POST' as const, body, headers: { 'content-type': type } })) },
      (error: unknown, result) => {
        if (error !== null && error !== undefined) reject(error instanceof Error ? error : new Error('autocannon failed.'));
        else resolve({ rate: latencies.length / result.duration, latencies, failed: result.non2xx + result.errors + result.timeouts });
      },
    );
    instance.on('response', (_client: unknown, status: number, _bytes: number, milliseconds: number) => {
      if (status === 200) latencies.push(milliseconds);
    });
  });
}
