import puppeteer from 'puppeteer-core';
import { callText, installed, type OtherBrowser } from './driver';

const EXECUTABLE = installed('Firefox', 'firefox-esr', [...(process.env['FIREFOX'] ? [process.env['FIREFOX']] : []), '/usr/bin/firefox-esr', '/usr/bin/firefox']);

export const hasFirefox = EXECUTABLE !== undefined;

/** Starts Firefox through WebDriver BiDi, with its own fake camera (a moving bar on a colour) and no question for it. */
export async function openFirefox(): Promise<OtherBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: EXECUTABLE,
    headless: true,
    extraPrefsFirefox: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  return {
    version: await browser.version(),
    async open(url) {
      await page.goto(url);
    },
    run: (body, ...args) => page.evaluate(callText(body as (...a: never[]) => unknown, args)) as Promise<never>,
    screenshot: async () => Buffer.from(await page.screenshot()),
    close: () => browser.close(),
  };
}
