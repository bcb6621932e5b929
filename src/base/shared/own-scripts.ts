/** What of Trusted Types is used here (w3.org/TR/trusted-types); TypeScript's DOM does not know them yet. */
interface TrustedTypes {
  readonly defaultPolicy: object | null;
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): object;
}

/** Whether an address is of a file of this page's own server: no blob, no data, nobody else's. */
export function isOwnScript(address: string, page: string): boolean {
  const url = URL.canParse(address, page) ? new URL(address, page) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === new URL(page).origin;
}

/**
 * Has the browser start workers and service workers from files of this page's own server and from nothing else. The content security policy asks for
 * Trusted Types (headers.ts): every text that could become code goes through a policy, and this is the only one for addresses, also of libraries that
 * know nothing of it. There is none for HTML but Lit's own, and none for code in a text.
 *
 * To be called first of all in the page, and in each worker that starts others.
 */
export function allowOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes || trustedTypes.defaultPolicy) return;
  trustedTypes.createPolicy('default', { createScriptURL: (url) => (isOwnScript(url, location.href) ? url : null) });
}
