import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openApp, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { makeCameraVideo } from '../../support/camera-video';
import { pressRecord } from '../../support/controls';
import { withVideo } from '../../support/recorder-page';
import { CAT, DOG } from '../../support/session-fixture';
import {
  card, cards, chooseZips, imported, openSessions, sampleSession, SPANS, storedFile, storedFiles, storedLabels, type SampleSession,
} from '../../support/session-page';
import { SCRATCH } from '../../support/shared';
import { drawn } from '../../support/waits';

const ID = 'test-session';
const [FIRST, SECOND] = SPANS;

describe('the sessions view', () => {
  const video = join(SCRATCH, 'grey.mjpeg');
  const errors: string[] = [];
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let sample: SampleSession;

  beforeAll(async () => {
    const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#778899' } }).png().toBuffer();
    await makeCameraVideo(video, [{ image: grey, seconds: 1 }]);
    sample = await sampleSession();
    serving = await serveBuilt();
    browsing = await openBrowser({ video, context: { viewport: DESKTOP } });
    page = browsing.page;
    watchErrors(page, errors);
  });
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
  });

  const span = (id: string): Locator => page.locator(`sg-label-timeline button[data-span="${id}"]`);
  const time = (): Promise<string> => page.locator('sg-session-detail [data-key=time]').innerText();
  const press = (name: string): Promise<void> => page.locator('sg-session-detail').getByRole('button', { name, exact: true }).first().click();
  const spans = async () => (await storedLabels(page, ID)).spans;

  /** Mean colour of the video's image as it is shown now, [red, green, blue]. */
  const shown = (): Promise<number[]> =>
    page.locator('sg-session-detail video').evaluate((video: HTMLVideoElement) => {
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    });
  const isRed = async (): Promise<boolean> => (await shown()).every((value, i) => (i === 0 ? value > 200 : value < 60));
  const isBlue = async (): Promise<boolean> => (await shown()).every((value, i) => (i === 2 ? value > 200 : value < 60));
  /** The colour of the frame that was sought: the image follows the clock. */
  async function colour(): Promise<'red' | 'blue'> {
    await page.locator('sg-session-detail video').evaluate(async (video: HTMLVideoElement) => {
      while (video.seeking) await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    });
    // It is there, and drawn with the next frame of the page.
    await drawn(page, 2);
    return (await isBlue()) ? 'blue' : 'red';
  }
  /** Plays until the clock says more than so many seconds, slowly: a film that ends meanwhile has no Pause any more. */
  async function play(seconds: number): Promise<void> {
    await page.locator('sg-session-detail video').evaluate((video: HTMLVideoElement) => void (video.playbackRate = 0.25));
    await press('Play');
    await expect.poll(async () => parseFloat((await time()).slice(2))).toBeGreaterThan(seconds);
    await press('Pause');
  }

  /** Where a time is on the timeline's ruler, with the whole video in sight. */
  async function at(seconds: number): Promise<{ x: number; y: number }> {
    const box = (await page.locator('sg-label-timeline .ruler').boundingBox())!;
    return { x: box.x + (seconds / 6) * box.width, y: box.y + box.height / 2 };
  }

  async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, from.y, { steps: 3 });
    await page.mouse.move(to.x, to.y, { steps: 3 });
    await page.mouse.up();
  }

  it('says how to begin where there are none', async () => {
    await openSessions(page, serving.url);
    await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
    expect(await page.getByRole('link', { name: 'To the live view' }).getAttribute('href')).toBe('#live');
  });

  it('lists what was recorded through the page, with picture, length and size', async () => {
    await openApp(page, `${serving.url}#live`);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await pressRecord(page);
    await page.locator('sg-recording-bar').waitFor();
    await withVideo(page, { seconds: 1.5 });
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await page.locator('sg-recording-notice').getByText(/kept/i).first().waitFor();
    // Of what was just recorded, not of all.
    await page.locator('sg-recording-notice').getByRole('link', { name: 'Look at it' }).click();
    await page.locator('sg-session-detail sg-label-timeline').waitFor();
    // From its first moment on it says what was recognised.
    await expect.poll(() => page.locator('sg-session-detail .said .predicted').textContent()).toMatch(/\d%|Not sure/);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await cards(page).first().waitFor();
    expect(await cards(page).count()).toBe(1);
    await expect.poll(() => cards(page).locator('.length').innerText()).toMatch(/^0:(?!00)\d\d$/);
    expect(await cards(page).locator('.text').innerText()).toMatch(/\d+(\.\d+)?\s[kKM]B/);
    await cards(page).locator('sg-session-begin').getByText(/^(Begins with: |Not sure$)/).waitFor();
    await cards(page).locator('canvas:not([hidden])').waitFor();
    const [r, g, b] = await cards(page).locator('canvas').evaluate((canvas: HTMLCanvasElement) => [...canvas.getContext('2d')!.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]);
    expect(Math.hypot(r - 0x77, g - 0x88, b - 0x99)).toBeLessThan(30);
  });

  it('takes a zip that is dropped on another view', async () => {
    await page.getByRole('link', { name: 'Live' }).click();
    await page.evaluate((base64) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'Zoo.sightglass.zip', { type: 'application/zip' }));
      document.querySelector('sg-app')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }, sample.zip.toString('base64'));
    await card(page, ID).waitFor();
    expect(new URL(page.url()).hash).toBe('#sessions');
    const text = (await card(page, ID).innerText()).replace(/\s+/g, ' ');
    expect(text).toContain(sample.data.manifest.name);
    await card(page, ID).getByText('Begins with: tabby, golden retriever').waitFor();
    expect(text).toContain('0:06');
    expect(text).toContain('30 recognitions · 2 labels of yours · 1 picture');
    await card(page, ID).locator('canvas:not([hidden])').waitFor();
    const red = await card(page, ID).locator('canvas').evaluate((canvas: HTMLCanvasElement) => [...canvas.getContext('2d')!.getImageData(5, 5, 1, 1).data]);
    expect(red[0]).toBeGreaterThan(200);
  });

  it('opens a session, plays it, and seeks to the frame', async () => {
    await card(page, ID).getByRole('link').click();
    await page.locator('sg-label-timeline').waitFor();
    await expect.poll(isRed).toBe(true);
    await play(0.3);
    const to = await at(4.5);
    await page.mouse.click(to.x, to.y);
    await expect.poll(isBlue).toBe(true);
    expect(parseFloat((await time()).slice(2))).toBeCloseTo(4.5, 1);
    // Frames come every 40 ms, those at 2.88 and 3.08 are missing; the first blue one comes at 3.00.
    const edge = await at(2.9);
    const fromEdge = async (): Promise<string> => {
      await page.mouse.click(edge.x, edge.y);
      await press('Next frame');
      return time();
    };
    // Where the frames stand is read from the film: until then their distance is guessed.
    await expect.poll(fromEdge).toBe('0:02.92');
    const steps = [`0:02.92 ${await colour()}`];
    for (let i = 0; i < 3; i++) {
      await press('Next frame');
      steps.push(`${await time()} ${await colour()}`);
    }
    expect(steps).toEqual(['0:02.92 red', '0:02.96 red', '0:03.00 blue', '0:03.04 blue']);
    await press('Previous frame');
    await press('Previous frame');
    expect(await time()).toBe('0:02.96');
    await expect.poll(isRed).toBe(true);
  });

  it('seeks from label to label', async () => {
    const start = await at(0.02);
    await page.mouse.click(start.x, start.y);
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      await press('Next label');
      seen.push(await time());
    }
    // A person's spans, and the network's runs.
    expect(seen).toEqual(['0:00.40', '0:03.00', '0:03.20']);
    await press('Previous label');
    expect(await time()).toBe('0:03.00');
    await page.locator('sg-label-lists summary').first().click();
    await page.locator('sg-label-lists li button').nth(1).click();
    expect(await time()).toBe('0:03.20');
    expect(await span(SECOND.id).getAttribute('aria-pressed')).toBe('true');
    await press('Done with this span');
  });

  it('zooms with buttons and the wheel, pans, and shows all again', async () => {
    const width = async (): Promise<number> => (await span(FIRST.id).boundingBox())!.width;
    const whole = await width();
    const start = await at(1);
    await page.mouse.click(start.x, start.y);
    await press('Zoom in');
    await expect.poll(async () => (await width()) / whole).toBeCloseTo(1.8, 1);
    const closer = await width();
    const area = (await page.locator('sg-label-timeline .area').boundingBox())!;
    await page.mouse.move(area.x + area.width / 4, area.y + area.height - 40);
    await page.mouse.wheel(0, -200);
    await expect.poll(width).toBeGreaterThan(closer * 1.2);
    const left = (await span(FIRST.id).boundingBox())!.x;
    await drag({ x: area.x + 600, y: area.y + area.height - 40 }, { x: area.x + 500, y: area.y + area.height - 40 });
    await expect.poll(async () => (await span(FIRST.id).boundingBox())!.x).toBeLessThan(left - 80);
    await press('Whole film');
    await expect.poll(width).toBeCloseTo(whole, 0);
  });

  it('plots the confidence of the first labels over time', async () => {
    await expect.poll(() => page.locator('sg-label-timeline .legend li').allInnerTexts()).toEqual([CAT.name, DOG.name]);
    const heights = await page.locator('sg-label-timeline').evaluate((element) => {
      const root = element.shadowRoot!;
      const canvas = root.querySelector<HTMLCanvasElement>('canvas.plot')!;
      const probe = new OffscreenCanvas(1, 1).getContext('2d')!;
      const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return [...root.querySelectorAll<HTMLElement>('.legend li')].map((item) => {
        probe.fillStyle = item.style.getPropertyValue('--colour');
        probe.fillRect(0, 0, 1, 1);
        const colour = probe.getImageData(0, 0, 1, 1).data;
        // The line's height, 0 to 1, in the middle of the cat's and the dog's time.
        return [0.25, 0.75].map((share) => {
          const x = Math.round(share * width);
          const rows = Array.from({ length: height }, (_, y) => y).filter((y) => [0, 1, 2].every((c) => Math.abs(data[(y * width + x) * 4 + c] - colour[c]) < 12) && data[(y * width + x) * 4 + 3] > 200);
          const mean = rows.reduce((sum, y) => sum + y, 0) / rows.length;
          return (height - 4 - mean) / (height - 8);
        });
      });
    });
    const wanted = [[0.9, 0.2], [0.05, 0.6]];
    for (const [i, pair] of wanted.entries()) for (const [j, value] of pair.entries()) expect(heights[i][j]).toBeCloseTo(value, 1);
  });

  it('moves an edge with the mouse, by key and to the present time', async () => {
    const outside = await at(5.4);
    await page.mouse.click(outside.x, outside.y);
    await expect.poll(async () => parseFloat((await time()).split(':')[1])).toBeGreaterThan(5);
    await span(FIRST.id).click();
    // The video goes to it.
    await expect.poll(async () => parseFloat((await time()).split(':')[1])).toBeCloseTo(FIRST.startUs / 1e6, 1);
    const handle = page.locator('sg-label-timeline').getByRole('slider', { name: `End of ${CAT.name}` });
    const box = (await handle.boundingBox())!;
    const to = await at(1.6);
    await drag({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, { x: to.x, y: box.y + box.height / 2 });
    await expect.poll(async () => (await spans())[0].endUs / 1e6).toBeCloseTo(1.6, 1);
    const before = (await spans())[0].endUs;
    await handle.press('ArrowRight');
    await expect.poll(async () => (await spans())[0].endUs).toBeGreaterThan(before);
    const start = await at(0.8);
    await page.mouse.click(start.x, start.y);
    await press('Starts here');
    await expect.poll(async () => (await spans())[0].startUs).toBe(800_000);
    expect(await spans()).toHaveLength(2);
  });

  it('splits, joins, adds with own words, corrects and deletes', async () => {
    const middle = await at(1.2);
    await page.mouse.click(middle.x, middle.y);
    await press('Split here');
    await expect.poll(async () => (await spans()).length).toBe(3);
    const [left, right] = await spans();
    expect(left.startUs).toBe(800_000);
    expect(left.endUs / 1e6).toBeCloseTo(1.2, 1);
    expect(right.startUs).toBe(left.endUs);
    expect(right.label).toEqual(CAT);
    await span(FIRST.id).click();
    await press(`Join with ${CAT.name}, the next span`);
    await expect.poll(async () => (await spans()).length).toBe(2);
    await press('Done with this span');

    const late = await at(5.4);
    await page.mouse.click(late.x, late.y);
    await press('Label from here');
    const search = page.locator('sg-session-detail').getByRole('combobox');
    await search.fill('Garden gnome <b>');
    await search.press('Enter');
    await expect.poll(async () => (await spans()).map(({ label }) => label)).toContainEqual({ name: 'Garden gnome <b>' });
    const gnome = (await spans()).at(-1)!;
    expect(gnome.startUs / 1e6).toBeCloseTo(5.4, 1);
    expect(gnome.endUs).toBe(6_000_000);

    await span(SECOND.id).click();
    await page.locator('sg-span-panel').getByRole('button', { name: SECOND.label.name }).click();
    await search.fill('golden retr');
    await page.locator('sg-session-detail').getByRole('option', { name: 'golden retriever' }).click();
    await expect.poll(async () => (await spans()).find(({ id }) => id === SECOND.id)?.label).toEqual(DOG);

    // Own words are found again.
    await page.locator('sg-span-panel').getByRole('button', { name: DOG.name }).click();
    await search.fill('gnome');
    await page.locator('sg-session-detail').getByRole('option', { name: /Garden gnome <b>.*own label/ }).waitFor();
    await page.locator('sg-session-detail').getByRole('button', { name: 'Close' }).click();

    await span(SECOND.id).click();
    await press('Delete the span');
    await expect.poll(async () => (await spans()).some(({ id }) => id === SECOND.id)).toBe(false);
  });

  it('takes edits back and does them again, also by keys and after a reload', async () => {
    await press('Undo');
    await expect.poll(async () => (await spans()).find(({ id }) => id === SECOND.id)?.label).toEqual(DOG);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await spans()).find(({ id }) => id === SECOND.id)?.label).toEqual(SECOND.label);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(async () => (await spans()).find(({ id }) => id === SECOND.id)?.label).toEqual(DOG);
    const before = await spans();
    await page.reload();
    await span(FIRST.id).waitFor({ timeout: 30_000 });
    expect(await spans()).toEqual(before);
    await press('Undo');
    await expect.poll(async () => (await spans()).find(({ id }) => id === SECOND.id)?.label).toEqual(SECOND.label);
    await press('Redo');
    await press('Redo');
    await expect.poll(async () => (await spans()).some(({ id }) => id === SECOND.id)).toBe(false);
    for (let i = 0; i < 20 && (await page.locator('sg-session-detail').getByRole('button', { name: 'Undo', exact: true }).isEnabled()); i++) await press('Undo');
    // The spans and the snapshot were put by edits too: all of it can be taken back.
    await expect.poll(spans).toEqual([]);
    for (let i = 0; i < 3; i++) await press('Redo');
    await expect.poll(spans).toEqual([...SPANS]);
  });

  it('leaves what the network said as it was, byte for byte', async () => {
    expect(Buffer.compare(await storedFile(page, ID, 'labels.jsonl'), Buffer.from(sample.files.get('labels.jsonl')!))).toBe(0);
    expect(Buffer.compare(await storedFile(page, ID, 'film.mp4'), Buffer.from(sample.files.get('film.mp4')!))).toBe(0);
  });

  it('says that the network is right with one press', async () => {
    const cat = await at(0.2);
    await page.mouse.click(cat.x, cat.y);
    await page.locator('sg-span-panel').getByRole('button', { name: /^It is tabby \(90\s?%\)$/ }).click();
    await expect.poll(async () => (await spans()).filter(({ label }) => label.index === CAT.index)).toMatchObject([{ startUs: 0, endUs: 3_000_000 }]);
    await press('Undo');
    await expect.poll(spans).toEqual([...SPANS]);
  });

  it('renames a session, to odd names too', async () => {
    await page.getByRole('link', { name: 'Back to all sessions' }).click();
    const odd = `../猫/"${'x'.repeat(280)}" 🐈‍⬛`;
    await card(page, ID).locator('[data-action=rename]').click();
    await page.getByRole('textbox', { name: 'Name' }).fill(odd);
    await page.locator('sg-rename-sheet').getByRole('button', { name: 'Rename', exact: true }).click();
    await card(page, ID).getByRole('link', { name: odd }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.reload();
    await card(page, ID).getByRole('link', { name: odd }).waitFor();
  });

  it('deletes a session, unless that is taken back', async () => {
    await card(page, ID).locator('[data-action=delete]').click();
    await card(page, ID).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await card(page, ID).waitFor();
    await drawn(page, 12);
    expect(await storedFiles(page, 'sessions')).toContain(`${ID}/film.mp4`);
    await card(page, ID).locator('[data-action=delete]').click();
    // Leaving the view is the end of the time to take it back.
    await page.getByRole('link', { name: 'Live' }).click();
    await expect.poll(() => storedFiles(page, 'sessions').then((all) => all.filter((path) => path.startsWith(ID)))).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await cards(page).first().waitFor();
    await expect.poll(() => card(page, ID).count()).toBe(0);
  });

  it('opens a WebM film, which has no length of its own', async () => {
    const webm = await sampleSession('webm');
    await chooseZips(page, { name: 'webm.zip', bytes: webm.zip });
    await card(page, ID).waitFor();
    await imported(page);
    await card(page, ID).getByRole('link').click();
    await expect.poll(isRed).toBe(true);
    const to = await at(5);
    await page.mouse.click(to.x, to.y);
    await expect.poll(isBlue).toBe(true);
  });

  it.each(['mp4', 'webm'] as const)('shows the frames of a %s film that does not begin at 0', async (container) => {
    const id = `late-${container}`;
    await openSessions(page, serving.url);
    await chooseZips(page, { name: 'late.zip', bytes: (await sampleSession(container, { id, start: 5, title: id })).zip });
    await card(page, id).waitFor();
    await imported(page);
    expect(await card(page, id).locator('.length').innerText()).toBe('0:06');
    await card(page, id).getByRole('link').click();
    await expect.poll(isRed).toBe(true);
    for (const [seconds, colour] of [[4.5, isBlue], [1, isRed], [2.9, isRed], [3.1, isBlue]] as const) {
      const to = await at(seconds);
      await page.mouse.click(to.x, to.y);
      await expect.poll(colour).toBe(true);
      expect(parseFloat((await time()).slice(2))).toBeCloseTo(seconds, 1);
    }
    const start = await at(0.5);
    await page.mouse.click(start.x, start.y);
    await play(0.8);
    const stands = parseFloat((await time()).slice(2));
    // The clock counts from the film's first frame; the element of WebM from where the film's own time begins.
    expect(await page.locator('sg-session-detail video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBeCloseTo(container === 'webm' ? 5 + stands : stands, 1);
    await expect.poll(stands < 3 ? isRed : isBlue).toBe(true);
  });

  it('tells of a session that is gone', async () => {
    await page.goto(`${serving.url}#sessions/no-such-session`);
    await page.getByText('This session is no longer there').waitFor();
    expect(errors).toEqual([]);
  });
});
