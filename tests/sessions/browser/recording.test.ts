import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HumanEdit } from '../../../src/sessions/shared/session';
import { foldEdits } from '../../../src/sessions/shared/human-labels';
import { numberInImage } from '../../support/numbered-video';
import { cameraShows, chooseLabels, expectExact, keepLabelled, expectLeftOut, keeps, withVideo, openRecorder, type RecorderPage } from '../../support/recorder-page';
import { onSeededModel } from '../../support/shared';

describe('recording a film whose frames carry their number', () => {
  let recorder: RecorderPage;

  beforeAll(async () => {
    recorder = await openRecorder();
  });
  afterAll(() => recorder?.close());

  it('gives each label the presentation time of the very frame that the network saw', async () => {
    await recorder.record();
    await withVideo(recorder.page, { seconds: 3, frames: 45, recognitions: 10 });
    const { video, labels, manifest, human } = await recorder.stop();
    const frames = expectExact({ video, labels, manifest, human, snapshots: new Map() });
    expect(manifest).toMatchObject({ state: 'complete', film: { file: 'film.mp4', recorder: 'webcodecs', width: 640, height: 480 } });
    expect(frames.length).toBeGreaterThan(40);
    expect(labels.length).toBeGreaterThan(8);
    expect(labels[0]).toMatchObject({ modelId: manifest.models[0].id, precision: manifest.models[0].precision });
    expect(labels.every(({ top, latencyMs }) => top.length === 3 && top.every((t) => t.probability >= 0 && t.probability <= 1) && latencyMs > 0)).toBe(true);
    // Frames and labels follow each other as they did before the camera: 30 a second.
    const [first, last] = [frames[0], frames[frames.length - 1]];
    const between = ((last.number ?? 0) - (first.number ?? 0) + 1024) % 1024;
    expect(Math.abs(last.timeUs / 1e6 - between / 30)).toBeLessThan(0.2);
    expect(human).toEqual([]);
  });

  it('leaves a pause out, without a gap in the times and without a frame or label of it', async () => {
    const { page } = recorder;
    await recorder.record();
    const bar = page.locator('sg-recording-bar');
    await withVideo(page, { seconds: 1 });
    await page.locator('sg-control-bar').getByRole('button', { name: 'Pause the recording' }).click();
    await bar.getByText('Paused').waitFor();
    // What was on its way is counted yet.
    await cameraShows(page, 0.5);
    const length = await bar.getByRole('timer').textContent();
    await cameraShows(page, 2);
    expect(await bar.getByRole('timer').textContent()).toBe(length);
    expect(await page.locator('sg-control-bar').getByRole('button', { name: 'Keep a picture' }).isDisabled()).toBe(true);
    await page.locator('sg-control-bar').getByRole('button', { name: 'Go on recording' }).click();
    await withVideo(page, { seconds: 1 });
    const session = await recorder.stop();
    expectLeftOut(expectExact(session));
  });

  it('has the labels that were prepared at hand, in their order, and says what is still to be filmed', async () => {
    const { page } = recorder;
    await page.evaluate(() => (location.hash = 'sessions'));
    await page.getByRole('button', { name: 'Prepare labels' }).click();
    const sheet = page.locator('sg-sessions-view sg-label-set-sheet');
    // A file's labels come after what is written.
    await sheet.getByRole('textbox').fill('the red one');
    await sheet.locator('input[type=file]').setInputFiles({ name: 'labels.txt', mimeType: 'text/plain', buffer: Buffer.from('\ufeffthe blue one\r\nthe red one\r\n') });
    await sheet.getByText('Written above already: line 3.').waitFor();
    await sheet.locator('input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0xff, 0]) });
    await sheet.getByText('photo.png is no text of labels').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Save as a text file' }).click()]);
    expect(download.suggestedFilename()).toBe('labels.txt');
    await sheet.getByRole('button', { name: 'Keep these' }).click();
    await page.evaluate(() => (location.hash = 'live'));
    await recorder.record();
    const bar = page.locator('sg-label-bar');
    await expect.poll(async () => (await bar.locator('.slots button span').allTextContents()).slice(0, 2)).toEqual(['the red one', 'the blue one']);
    await bar.getByText('Still to film: the red one, the blue one').waitFor();
    await page.keyboard.press('1');
    await withVideo(page, { seconds: 2, recognitions: 10 });
    await page.keyboard.press('1');
    await bar.getByText('Still to film: the blue one').waitFor();
    await bar.getByRole('button', { name: /the red one/ }).getByText(/^(?![01] )\d+ s · \d+ views?$/).waitFor();
    // While it records the set can be changed too.
    await bar.getByRole('button', { name: 'Prepare labels' }).click();
    const inPanel = page.locator('sg-recording-panel sg-label-set-sheet');
    await inPanel.getByRole('textbox').fill('');
    await inPanel.getByRole('button', { name: 'Prepare none' }).click();
    await bar.getByText(/^Film more of: the red one|^Each label has enough/).waitFor();
    const { human } = await recorder.stop();
    expect([...foldEdits(human).spans.values()].map(({ label }) => label.name)).toEqual(['the red one']);
  });

  it('says where the network looked while it is aimed', async () => {
    const { page } = recorder;
    const box = async (selector: string): Promise<{ x: number; y: number; width: number; height: number }> => {
      const found = await page.locator(`sg-live-view sg-camera-stage ${selector}`).boundingBox();
      if (!found) throw new Error(`There is no ${selector}.`);
      return found;
    };
    await recorder.record();
    await withVideo(page, { frames: 15, recognitions: 12 });
    const picture = await box('video');
    await page.mouse.click(picture.x + 0.6 * picture.width, picture.y + 0.4 * picture.height);
    await page.locator('sg-live-view .reticle.aimed').waitFor();
    await withVideo(page, { frames: 15, recognitions: 12 });
    const reticle = await box('.reticle');
    const mirrored = (await page.locator('sg-live-view sg-camera-stage .mirrored').count()) > 0;
    await page.keyboard.press('Escape');
    await page.locator('sg-live-view .reticle:not(.aimed)').waitFor();
    await withVideo(page, { frames: 15, recognitions: 12 });
    const session = await recorder.stop();
    expectExact(session);
    const squares = session.labels.map(({ square }) => square);
    const [first, last] = [squares.findIndex((square) => square), squares.findLastIndex((square) => square)];
    expect(first).toBeGreaterThan(2);
    expect(last - first).toBeGreaterThan(2);
    expect(squares.length - last).toBeGreaterThan(3);
    const x = (reticle.x + reticle.width / 2 - picture.x) / picture.width;
    const [aimed] = squares.slice(last);
    expect(aimed?.x).toBeCloseTo(mirrored ? 1 - x : x, 2);
    expect(aimed?.y).toBeCloseTo((reticle.y + reticle.height / 2 - picture.y) / picture.height, 2);
    expect(aimed?.side).toBeCloseTo(reticle.height / picture.height, 2);
    expect(session.manifest.models[0].middle).toBe(0.875);
  });

  it('labels as long as a key or a pointer is held, several labels at once', async () => {
    const { page } = recorder;
    await recorder.record();
    await chooseLabels(page, ['tabby', 'my red mug']);
    const bar = page.locator('sg-label-bar');
    expect(await bar.locator('.slots button').allTextContents()).toEqual([expect.stringMatching(/1\s*tabby/), expect.stringMatching(/2\s*my red mug/)]);
    // When the page heard of each, by its own clock: a machine that stands still holds them longer.
    await page.evaluate(() => {
      const heard: [string, number][] = [];
      Object.assign(globalThis, { heard });
      for (const type of ['keydown', 'keyup', 'pointerdown', 'pointerup', 'click'] as const) {
        addEventListener(type, (event) => void heard.push([event instanceof KeyboardEvent ? `${type} ${event.key}` : type, performance.now()]), true);
      }
    });
    await withVideo(page, { seconds: 0.5 });
    await page.keyboard.down('1');
    await withVideo(page, { seconds: 0.6 });
    await page.keyboard.down('2');
    await withVideo(page, { seconds: 0.6 });
    expect(await bar.locator('[aria-pressed=true]').count()).toBe(2);
    await page.keyboard.up('1');
    await withVideo(page, { seconds: 0.4 });
    await page.keyboard.up('2');
    await bar.getByRole('button', { name: 'my red mug' }).hover();
    await page.mouse.down();
    await withVideo(page, { seconds: 0.6 });
    await page.mouse.up();
    // One that is held when the recording ends.
    await page.keyboard.down('1');
    await withVideo(page, { seconds: 0.6 });
    const session = await recorder.stop();
    await page.keyboard.up('1');
    const heard = await page.evaluate(() => (globalThis as unknown as { heard: [string, number][] }).heard);
    const at = (type: string, last = false): number => (last ? heard.findLast(([t]) => t === type) : heard.find(([t]) => t === type))![1];
    expectExact(session);
    const { spans } = foldEdits(session.human);
    const seconds = spans.map(({ startUs, endUs, label }) => [label.name, (endUs - startUs) / 1e6]);
    expect(seconds.map(([name]) => name)).toEqual(['tabby', 'my red mug', 'my red mug', 'tabby']);
    const held = [
      at('keyup 1') - at('keydown 1'), at('keyup 2') - at('keydown 2'), at('pointerup') - at('pointerdown'), at('click', true) - at('keydown 1', true),
    ];
    for (const i of [0, 1, 2]) expect(Math.abs((seconds[i][1] as number) - held[i] / 1000)).toBeLessThan(0.2);
    // The video may end before the recording does: where no frame came any more.
    expect(seconds[3][1]).toBeLessThan(held[3] / 1000 + 0.2);
    if (spans[3].endUs < session.manifest.durationUs) expect(seconds[3][1]).toBeGreaterThan(held[3] / 1000 - 0.2);
    expect(spans[0].label.index).toBe(281);
    expect(spans[1].label.index).toBe(undefined);
    expect(spans[1].startUs).toBeLessThan(spans[0].endUs);
    expect(spans.every(({ endUs }) => endUs <= session.manifest.durationUs)).toBe(true);
    expect(session.manifest).toMatchObject({ spans: 4, snapshots: 0 });
  });

  it('keeps pictures of the full size with the label that is latched by a tap, and without one', async () => {
    const { page } = recorder;
    await recorder.record();
    await withVideo(page, { seconds: 0.5 });
    const keep = page.locator('sg-control-bar').getByRole('button', { name: 'Keep a picture' });
    await page.keyboard.press('2');
    await page.locator('sg-label-bar [aria-pressed=true]').filter({ hasText: 'my red mug' }).waitFor();
    // It is said for a moment alone.
    await Promise.all([page.getByText('Picture kept: my red mug').waitFor(), keep.click()]);
    // Another one that is tapped takes its place.
    await page.locator('sg-label-bar').getByRole('button', { name: 'tabby' }).click();
    expect(await page.locator('sg-label-bar [aria-pressed=true]').allTextContents()).toEqual([expect.stringMatching(/tabby/)]);
    await Promise.all([page.getByText('Picture kept: tabby').waitFor(), keep.click()]);
    await page.locator('sg-label-bar').getByRole('button', { name: 'tabby' }).click();
    expect(await page.locator('sg-label-bar [aria-pressed=true]').count()).toBe(0);
    // Both of one frame, or of two that follow each other.
    const twice = (): Promise<void> =>
      keep.evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      });
    await keeps(page, twice, 2);
    await withVideo(page, { seconds: 0.5 });
    const session = await recorder.stop();
    const frames = expectExact(session);
    const { snapshots, spans } = foldEdits(session.human);
    expect(spans.map(({ label }) => label.name)).toEqual(['my red mug', 'tabby']);
    expect(spans[0].endUs).toBe(spans[1].startUs);
    expect(snapshots.map((s) => s.label?.name)).toEqual(['my red mug', 'tabby', undefined, undefined]);
    expect(session.manifest.snapshots).toBe(4);
    for (const { file, timeUs } of snapshots) {
      const image = session.snapshots.get(file);
      expect(image, file).toBeDefined();
      expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
      expect(await numberInImage(image ?? Buffer.alloc(0))).toBe(frames.find((frame) => frame.timeUs === timeUs)?.number);
    }
  });

  // A ResNet-18 from a seed sees a new scene in each number, and the live view is sure at once: the guess changes under the finger.
  it.skipIf(onSeededModel())('labels with the network\'s guess by one tap, and says that it was its guess', async () => {
    const { page } = recorder;
    await recorder.record();
    // A new number in every frame: the live view is never sure, and the search is a tap away.
    await page.locator('sg-label-bar .guess').getByText('What is it?').click();
    await page.locator('sg-label-bar input:focus').waitFor();
    const bar = page.locator('sg-label-bar');
    await bar.evaluate((element: HTMLElementTagNameMap['sg-label-bar']) => (element.guess = { index: 207, name: 'golden retriever' }));
    const guess = page.getByRole('button', { name: 'Yes, it is golden retriever' });
    await guess.hover();
    await page.mouse.down();
    // Another one meanwhile: what the finger came down on counts.
    await bar.evaluate((element: HTMLElementTagNameMap['sg-label-bar']) => (element.guess = { index: 208, name: 'Labrador retriever' }));
    await page.getByRole('button', { name: 'Yes, it is Labrador retriever' }).waitFor();
    await page.mouse.up();
    const latched = bar.locator('.slots [aria-pressed=true]');
    await latched.filter({ hasText: 'golden retriever' }).waitFor();
    expect(await latched.evaluate((button) => button.matches(':focus'))).toBe(true);
    await withVideo(page, { seconds: 0.5 });
    const { spans } = foldEdits((await recorder.stop()).human);
    expect(spans).toMatchObject([{ label: { index: 207, name: 'golden retriever' }, accepted: true }]);
  });

  it('takes by Enter the very name that was typed, and says that one is too long', async () => {
    const { page } = recorder;
    await recorder.record();
    const field = page.locator('sg-recording-panel').getByRole('combobox');
    // Each begins the name of a class, and none is one.
    for (const name of ['dog', 'cat', 'mug']) {
      await field.fill(name);
      await field.press('Enter');
      await page.locator('sg-label-bar .slots button:focus').filter({ hasText: new RegExp(`^\\s*\\d\\s*${name}\\s*$`) }).waitFor();
    }
    // It is in sight and chosen, and labels nothing yet: Enter does, and so does the next digit, which is not written.
    const chosen = page.locator('sg-label-bar .slots button:focus');
    const inSight = (): Promise<boolean> => chosen.evaluate((button) => {
      const [own, row] = [button.getBoundingClientRect(), button.closest('.slots')?.getBoundingClientRect()];
      return row !== undefined && own.left >= row.left - 1 && own.right <= row.right + 1;
    });
    await expect.poll(inSight).toBe(true);
    expect(await page.locator('sg-label-bar [aria-pressed=true]').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.locator('sg-label-bar [aria-pressed=true]').filter({ hasText: 'mug' }).waitFor();
    const slots = await page.locator('sg-label-bar .slots button').allTextContents();
    await page.keyboard.press(String(slots.findIndex((text) => /dog\s*$/.test(text)) + 1));
    await page.locator('sg-label-bar [aria-pressed=true]').filter({ hasText: 'dog' }).waitFor();
    expect(await field.inputValue()).toBe('');
    await field.fill('x'.repeat(121));
    await page.getByText('A label has 120 characters at most; this one has 121.').waitFor();
    await field.press('Enter');
    expect(await field.inputValue()).toHaveLength(121);
    await field.fill('x'.repeat(120));
    await field.press('Enter');
    await page.locator('sg-label-bar .slots button:focus').filter({ hasText: 'xxx' }).waitFor();
    await recorder.stop();
  });

  it('keeps what the network said and what a person said apart', async () => {
    const { page } = recorder;
    await recorder.record();
    await page.keyboard.down('1');
    await withVideo(page, { seconds: 0.6, recognitions: 1 });
    await page.keyboard.up('1');
    await keeps(page, () => keepLabelled(page, '2'));
    const { labels, human } = await recorder.stop();
    const keys = new Set(labels.flatMap((entry) => Object.keys(entry)));
    // Where the live view named what it saw, the track does not say `sure`.
    keys.delete('sure');
    expect([...keys].sort()).toEqual(['latencyMs', 'modelId', 'precision', 'timeUs', 'top']);
    expect(labels.some(({ top }) => top.some(({ name }) => name === 'my red mug'))).toBe(false);
    expect(human.map((edit: HumanEdit) => edit.kind).filter((kind) => !/^put-(span|snapshot)$/.test(kind))).toEqual([]);
    expect(JSON.stringify(human)).not.toMatch(/probability|modelId/);
  });

  it('had no errors', () => {
    expect(recorder.errors).toEqual([]);
  });
});
