import type { ServiceWorkerMessage, ShellState } from '../../../base/shared/offline';

/*
 * Watches the app's start, from a file of its own that imports nothing: where a kept file of the app has gone bad (a damaged disk), or one cannot be
 * fetched, nothing of the app may run, and the page would stay white. It has the service worker fetch anew what is damaged, and says what happens.
 * The words are in each language of the app: the file that has them may be the one that is damaged.
 */

/** So long a start may take once something went wrong in it, milliseconds: what went wrong may not have been needed. */
const GRACE_MS = 3000;
/** So long the service worker may look at the files and fetch some, milliseconds; one of an older version never answers. */
const MEND_MS = 30_000;
/** How often the page was loaded anew by itself in this visit: with files that were mended, then without the service worker, and no more. */
const ATTEMPTS = 'sightglass.mended';
const MOST_ATTEMPTS = 2;
/** Beginning of the names of the caches with the app's own small files (base/shared/offline.ts, which this file must not import): not the models' one. */
const SHELL_CACHES = 'sightglass-shell-';

/** What is said, in the languages of the app. */
interface Words {
  readonly en: string;
  readonly 'zh-Hans': string;
}

const TITLE: Words = { en: 'Sightglass did not start', 'zh-Hans': '无法启动 Sightglass' };
const MENDING: Words = {
  en: 'A file of the app may be damaged. The files that are kept on this device are looked at, and fetched anew where they must be. One moment.',
  'zh-Hans': '应用的某个文件可能已损坏。正在检查保存在本设备上的文件，必要时会重新获取。请稍候。',
};
const OFFLINE: Words = {
  en: 'A file of the app that is kept on this device is damaged, and there is no network to get it anew. Connect to a network, then load it again. What you recorded and taught is untouched.',
  'zh-Hans': '保存在本设备上的一个应用文件已损坏，而且没有网络可以重新获取。请连接网络后重新加载。你录制和教过的内容没有受到影响。',
};
const UNREACHED: Words = {
  en: 'A file of the app could not be fetched, or failed. Check the network, then load it again. What you recorded and taught is untouched.',
  'zh-Hans': '应用的某个文件无法获取，或运行失败。请检查网络后重新加载。你录制和教过的内容没有受到影响。',
};
const AGAIN: Words = { en: 'Load it again', 'zh-Hans': '重新加载' };

let troubled = false;

function started(): boolean {
  return (document.querySelector('sg-app')?.shadowRoot?.childElementCount ?? 0) > 0;
}

/** Whether the app has started meanwhile, as on a slow network: then all is well, and nothing more is done or said. */
function isWell(): boolean {
  if (!started()) return false;
  document.querySelector('main.boot-guard')?.remove();
  return true;
}

function paragraph(tag: 'h1' | 'p' | 'button', words: Words): HTMLElement[] {
  return (Object.keys(words) as (keyof Words)[]).map((language) => {
    const element = document.createElement(tag);
    element.lang = language;
    element.textContent = words[language];
    return element;
  });
}

function say(words: Words, again?: () => void): void {
  const panel = document.createElement('main');
  panel.className = 'boot-guard';
  panel.setAttribute('role', 'alert');
  panel.append(...paragraph('h1', TITLE), ...paragraph('p', words));
  if (again) {
    const [button, other] = paragraph('button', AGAIN);
    button.append(' · ', other.textContent ?? '');
    button.addEventListener('click', again);
    panel.append(button);
  }
  document.querySelector('main.boot-guard')?.remove();
  document.body.prepend(panel);
}

/** @returns undefined where no service worker answers for this page, or it does not know the question */
function mend(): Promise<ShellState | undefined> {
  const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null;
  if (!worker) return Promise.resolve(undefined);
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<ShellState>) => resolve(data);
    setTimeout(() => resolve(undefined), MEND_MS);
    worker.postMessage({ type: 'mend' } satisfies ServiceWorkerMessage, [port2]);
  });
}

/**
 * The server has another version than what is kept, or the service worker is an older one: it goes with the app's own kept files, from which
 * the same version would be installed once more, and the page comes from the server. What a person has kept stays, and so do the models.
 */
async function withoutServiceWorker(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const kept = registration ? await caches.keys().catch(() => []) : [];
  if (isWell()) return;
  await Promise.all(kept.filter((name) => name.startsWith(SHELL_CACHES)).map((name) => caches.delete(name).catch(() => false)));
  if (isWell()) return;
  await registration?.unregister();
  if (!isWell()) location.reload();
}

/** Browsers hold the scripts of a page that is loaded anew in memory, damaged ones too, until the same address is asked for by other means. */
async function forgetScripts(): Promise<void> {
  const addresses = Array.from(document.querySelectorAll<HTMLElement>('script[src], link[href]'), (element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '');
  await Promise.all(addresses.map((address) => fetch(address, { cache: 'reload' }).then((answer) => answer.arrayBuffer()).catch(() => undefined)));
}

/** Counts what was tried by itself in this visit. @returns undefined where that was enough, or cannot be counted */
function nextAttempt(): number | undefined {
  try {
    const attempt = Number(sessionStorage.getItem(ATTEMPTS) ?? 0) + 1;
    sessionStorage.setItem(ATTEMPTS, String(attempt));
    return attempt <= MOST_ATTEMPTS ? attempt : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the server answers: what is no GET passes the service worker by. */
async function serverAnswers(): Promise<boolean> {
  return fetch(location.href, { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false);
}

function loadAgain(): void {
  if (!isWell()) location.reload();
}

function offerAgain(): void {
  say(UNREACHED, () => void serverAnswers().then((answers) => (answers ? withoutServiceWorker() : loadAgain())).catch(loadAgain));
}

/** Helps a start that went wrong. After each wait it is asked anew whether it did: a slow start is never broken off. */
async function recover(): Promise<void> {
  say(MENDING);
  const state = await mend();
  if (isWell()) return;
  if (state && state.damaged > state.mended && !state.answered) {
    say(OFFLINE, loadAgain);
    addEventListener('online', loadAgain, { once: true });
    return;
  }
  const attempt = state && nextAttempt();
  if (attempt === 1 && state?.damaged && state.damaged === state.mended) {
    await forgetScripts();
    loadAgain();
    return;
  }
  const answers = attempt !== undefined && (await serverAnswers());
  if (isWell()) return;
  if (answers) await withoutServiceWorker();
  else offerAgain();
}

function trouble(graceMs: number): void {
  if (troubled || started()) return;
  // For good: what was begun ends with a start, a load or a person's choice, and a further error begins no second one.
  troubled = true;
  setTimeout(() => {
    if (!started()) void recover().catch(offerAgain);
  }, graceMs);
}

addEventListener('error', () => trouble(GRACE_MS), true);
addEventListener('unhandledrejection', () => trouble(GRACE_MS));
// An empty file is no error: by now the app's elements are there, or never.
addEventListener('load', () => {
  if (!customElements.get('sg-app')) trouble(0);
});
