import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { hostCheck } from '../../src/server/hosts';

describe('the hosts that a server answers to', () => {
  it.each([
    ['127.0.0.1', [], ['localhost', 'localhost:4174', '127.0.0.1:1', '127.0.0.2', '[::1]:4174', 'LOCALHOST', 'a.localhost', 'localhost.'], true],
    ['127.0.0.1', [], [undefined, '', 'example.org', '192.168.1.2', '[fe80::1]', 'localhost.example', '127.0.0.1.example', 'a b', 'x@localhost', 'localhost/x', 'localhost?x'], false],
    ['192.168.1.2', [], ['192.168.1.2', '192.168.1.2:4443', 'localhost'], true],
    ['192.168.1.2', [], ['192.168.1.3', 'example.org'], false],
    ['fd00::5', [], ['[fd00::5]:80', '[FD00:0::5]'], true],
    ['0.0.0.0', [], ['10.1.2.3', '[fd00::5]', hostname(), 'localhost'], true],
    ['::', [], ['10.1.2.3', '[fd00::5]:1'], true],
    ['0.0.0.0', [], ['example.org', '10.1.2.3.example.org'], false],
    ['0.0.0.0', ['sight.example'], ['sight.example', 'SIGHT.example:443'], true],
    ['0.0.0.0', ['sight.example'], ['other.example', 'a.sight.example'], false],
    ['127.0.0.1', ['*'], ['example.org', undefined], true],
  ] as const)('bound to %s with %j: %j %s', (bound, names, headers, expected) => {
    const isOurs = hostCheck(bound, names);
    for (const header of headers) expect(isOurs(header), String(header)).toBe(expected);
  });
});
