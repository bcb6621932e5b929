import type { Page } from 'playwright-core';

/** Waits until the page has been drawn so often: what it would do of itself it has had occasion to do by then. */
export async function drawn(page: Page, frames: number): Promise<void> {
  await page.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
  }, frames);
}

/** Waits until nothing slides or fades in any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    // A root's list leaves out the shadow trees below it.
    const animations = (root: Document | ShadowRoot): Animation[] => [
      ...root.getAnimations(),
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? animations(shadowRoot) : [])),
    ];
    const ending = animations(document).filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime));
    return Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

/** Waits until the camera shows another scene than now, seen past the app: by the mean colours of the camera's own stream. */
export async function nextScene(page: Page): Promise<void> {
  await page.locator('sg-live-view sg-camera-stage video').evaluate(async (shown: HTMLVideoElement) => {
    const video = document.createElement('video');
    video.srcObject = shown.srcObject;
    // One that is nowhere on the page gets no frames.
    document.body.append(video);
    await video.play();
    const context = new OffscreenCanvas(4, 4).getContext('2d', { willReadFrequently: true })!;
    const look = async (): Promise<Uint8ClampedArray> => {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      context.drawImage(video, 0, 0, 4, 4);
      return context.getImageData(0, 0, 4, 4).data;
    };
    const before = await look();
    const differs = (now: Uint8ClampedArray): boolean => now.some((value, i) => Math.abs(value - before[i]) > 40);
    while (!differs(await look()));
    video.remove();
  });
}

/** How many frames the live view has had, by its figures, which must be shown. */
export async function framesPresented(page: Page): Promise<number> {
  return Number(/\/ *([\d,]+)/.exec((await page.locator('dd[data-key="skipped"]').textContent()) ?? '')?.[1].replaceAll(',', ''));
}

/** Has no timer of so many milliseconds run out in the page, and in what it opens: the app's patience with what a busy machine takes longer for. */
export async function neverOver(page: Page, ms: number): Promise<void> {
  const hold = (held: number): void => {
    const real = globalThis.setTimeout;
    globalThis.setTimeout = ((act: () => void, after?: number) => (after === held ? 0 : real(act, after))) as typeof globalThis.setTimeout;
  };
  await page.addInitScript(hold, ms);
  await page.evaluate(hold, ms);
}
