import type { Settings } from '../../base/page/settings';

/** The page's background (page.css), for the browser's own bars. */
const BACKGROUND = { light: '#f6f7f9', dark: '#0b0d12' } as const;

/** Has the page, and the browser's bars, take the colours that were chosen. */
export function applyTheme(theme: Settings['theme']): void {
  const { dataset } = document.documentElement;
  if (dataset['theme'] === theme) return;
  dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = BACKGROUND[theme === 'auto' ? (meta.media.includes('dark') ? 'dark' : 'light') : theme];
  }
}
