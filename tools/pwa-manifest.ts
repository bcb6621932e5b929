import type { ManifestOptions } from 'vite-plugin-pwa';

/** What a browser needs to install the app (W3C web application manifest). */
export const PWA_MANIFEST: Partial<ManifestOptions> = {
  id: './',
  name: 'Sightglass',
  short_name: 'Sightglass',
  description: 'Point a camera at a thing and read what it is. All on this device, with no network.',
  lang: 'en',
  start_url: './',
  scope: './',
  display: 'standalone',
  orientation: 'any',
  background_color: '#0b0d12',
  theme_color: '#0b0d12',
  categories: ['utilities', 'education', 'photo'],
  launch_handler: { client_mode: 'navigate-existing' },
  icons: [
    { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
    { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
  ],
  shortcuts: [
    { name: 'Pictures', url: './#pictures', icons: [{ src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' }] },
    { name: 'Sessions', url: './#sessions', icons: [{ src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' }] },
  ],
};
