import { ISOLATION_HEADERS, SECURITY_HEADERS } from '../../base/shared/headers';

const HEADERS = { ...ISOLATION_HEADERS, ...SECURITY_HEADERS };

/**
 * The same answer with the headers that our own servers send, where the host sent none: so the page is cross-origin isolated,
 * and has its policies, on a plain static host as well. Untouched where it is whole, so that browsers keep compiled code with it.
 */
export function withHeaders(response: Response): Response {
  const missing = Object.entries(HEADERS).filter(([name]) => !response.headers.has(name));
  // An opaque answer cannot be read, nor a redirect be made anew.
  if (missing.length === 0 || response.type === 'opaque' || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of missing) headers.set(name, value);
  const bodiless = [101, 204, 205, 304].includes(response.status);
  return new Response(bodiless ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}
