import { expect, it } from 'vitest';
import { isOwnScript } from '../../src/base/shared/own-scripts';

it('takes addresses of the own server alone for scripts', () => {
  const page = 'https://host.example/folder/index.html';
  for (const own of ['assets/x.js', './service-worker.js', '/x.mjs', 'https://host.example/a.js']) expect(isOwnScript(own, page), own).toBe(true);
  for (const other of [
    'https://example.com/x.js', '//example.com/x.js', 'http://host.example/x.js', 'https://host.example:444/x.js', 'https://host.example.evil.com/x.js',
    'blob:https://host.example/0000', 'data:text/javascript,1', 'javascript:1', ' java\nscript:1', 'filesystem:https://host.example/x.js', 'https://',
  ]) expect(isOwnScript(other, page), other).toBe(false);
  // A page of no server has nothing of its own.
  expect(isOwnScript('x.js', 'file:///tmp/index.html')).toBe(false);
});
