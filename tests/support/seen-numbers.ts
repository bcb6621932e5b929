import type { Page } from 'playwright-core';

/**
 * Has each answer of the recogniser tell which frame the network was given: the number is read from the very image that is
 * sent to the worker, and put into the worker's answer as the index of the first label, before the page gets it. So it takes
 * the way of any label through the app. Works on what goes between page and worker: nothing in the app knows of it.
 * Before the page is opened; for videos of tests/support/numbered-video.ts.
 */
export async function answerWithNumbers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const canvas = new OffscreenCanvas(50, 40);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    const whole = new OffscreenCanvas(1, 1);
    /** A canvas with plain pixels. */
    const drawn = ({ data, width, height }: ImageData): OffscreenCanvas => {
      [whole.width, whole.height] = [width, height];
      whole.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
      return whole;
    };
    const read = (image: CanvasImageSource): number => {
      context.drawImage(image, 0, 0, 50, 40);
      const { data } = context.getImageData(0, 0, 50, 40);
      let number = 0;
      for (let bit = 0; bit < 10; bit++) {
        const [x, y] = [(bit % 5) * 10 + 5, Math.floor(bit / 5) * 10 + 5];
        const [straight, opposite] = [data[(y * 50 + x) * 4], data[((y + 20) * 50 + x) * 4]];
        if (Math.abs(straight - opposite) < 128) throw new Error('The network was given a picture without a number.');
        if (straight > opposite) number += 1 << bit;
      }
      return number;
    };
    interface Call {
      readonly id?: string;
      readonly path?: readonly string[];
      readonly argumentList?: readonly { readonly value: unknown }[];
    }
    interface Answer {
      readonly id?: string;
      readonly value?: { top: { index: number; probability: number }[] };
    }
    const seen: number[] = [];
    Object.assign(globalThis, { seenNumbers: seen });
    globalThis.Worker = class extends Worker {
      readonly #numbers = new Map<string, number>();

      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name !== 'recogniser') return;
        // Before Comlink's own listener.
        this.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
          const number = this.#numbers.get(data.id ?? '');
          if (number === undefined || !data.value) return;
          this.#numbers.delete(data.id!);
          data.value.top = [{ index: number, probability: 0.9 }, ...data.value.top.slice(1)];
        });
      }

      override postMessage(message: Call, transfer?: Transferable[] | StructuredSerializeOptions): void {
        if (message.path?.[0] === 'recognise' && message.id !== undefined) {
          const image = message.argumentList?.[0].value;
          const pixels = image instanceof ImageData;
          if (pixels || (typeof VideoFrame !== 'undefined' && image instanceof VideoFrame) || image instanceof ImageBitmap) {
            const number = read(pixels ? drawn(image) : image);
            this.#numbers.set(message.id, number);
            seen.push(number);
          }
        }
        super.postMessage(message, transfer as Transferable[]);
      }
    };
  });
}
