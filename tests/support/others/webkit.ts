import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { Builder, type WebDriver } from 'selenium-webdriver';
import { callText, installed, type OtherBrowser } from './driver';

const PACKAGES = 'webkit2gtk-driver xvfb';
const DRIVER = installed('WebKit', PACKAGES, ['/usr/bin/WebKitWebDriver']);
const DISPLAY = installed('WebKit', PACKAGES, ['/usr/bin/Xvfb']);
/** Debian puts it beside the library of one machine type and one interface version. */
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap((type) => ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((name) => `/usr/lib/${type}/${name}`));
const BROWSER = installed('WebKit', PACKAGES, LIBRARIES.map((folder) => `${folder}/MiniBrowser`));

export const hasWebKit = DRIVER !== undefined && BROWSER !== undefined && DISPLAY !== undefined;

const SCRIPT_TIMEOUT = 60_000;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** A screen that nobody sees; it picks a free number and prints it. */
async function startDisplay(): Promise<{ process: ChildProcess; name: string }> {
  const child = spawn(DISPLAY!, ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const number = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', () => reject(new Error('Xvfb ended.')));
  });
  return { process: child, name: `:${number}` };
}

async function whenReady(url: string): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      await fetch(`${url}/status`);
      return;
    } catch (error) {
      if (i > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Starts WebKitGTK's MiniBrowser through WebDriver, with WebKit's own mock camera. */
export async function openWebKit(): Promise<OtherBrowser> {
  const display = await startDisplay();
  const port = await freePort();
  const server = spawn(DRIVER!, [`--port=${port}`], { stdio: 'ignore', env: { ...process.env, DISPLAY: display.name } });
  const end = async (driver?: WebDriver): Promise<void> => {
    await driver?.quit().catch(() => undefined);
    server.kill();
    display.process.kill();
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    await whenReady(url);
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation', '--enable-media-stream=true', '--enable-mock-capture-devices=true'] },
      })
      .build();
    await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT });
    const version = (await driver.getCapabilities()).getBrowserVersion() ?? 'of unknown version';
    return {
      version: `webkitgtk/${version}`,
      open: (address) => driver.get(address),
      async run(body, ...args) {
        const call = callText(body, args);
        const outcome: { value?: unknown; error?: string } = await driver.executeAsyncScript(
          `const done = arguments[arguments.length - 1]; ${call}.then((value) => done({ value }), (error) => done({ error: String(error) + '\\n' + error.stack }));`,
        );
        if (outcome.error !== undefined) throw new Error(outcome.error);
        return outcome.value as never;
      },
      screenshot: async () => Buffer.from(await driver.takeScreenshot(), 'base64'),
      close: () => end(driver),
    };
  } catch (error) {
    await end();
    throw error;
  }
}
