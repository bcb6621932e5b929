import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** Where the browser is told to report what the policy refused; no server has it: the proxy takes it. */
const REPORT_PATH = '/content-security-policy-report';

/** Sites that Chromium itself asks now and then, whatever page is open. */
const BROWSERS_OWN = /(^|\.)(google|gstatic|googleapis|googleusercontent|gvt1)\.com$/;

export interface RecordingProxy {
  /** Flags that send all of Chromium's requests through it, those to this machine as well. */
  readonly flags: readonly string[];
  /** Addresses asked for, in order: by pages, workers, service workers and anything else in that browser. */
  readonly requests: URL[];
  /** What the content security policy refused, anywhere in that browser. */
  readonly violations: string[];
  /** Holds back answers to addresses that match; what it returns lets them go. */
  hold(part: RegExp): () => void;
  /** Requests to other hosts than this machine, but for the browser's own. */
  foreign(): string[];
  close(): Promise<void>;
}

async function text(message: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of message.setEncoding('utf8')) body += String(chunk);
  return body;
}

/**
 * An HTTP proxy that writes down every request of a browser, and hands on those to this machine alone. It adds a report
 * address to content security policies, so that a violation in a worker is seen as well.
 */
export async function recordingProxy(): Promise<RecordingProxy> {
  const requests: URL[] = [];
  const violations: string[] = [];
  let held: { readonly part: RegExp; readonly waiting: (() => void)[] } | undefined;
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    if (url.pathname === REPORT_PATH) {
      void text(incoming).then((body) => {
        violations.push(body);
        outgoing.writeHead(204).end();
      });
      return;
    }
    requests.push(url);
    if (url.hostname !== 'localhost') {
      outgoing.writeHead(502).end();
      return;
    }
    if (held?.part.test(url.pathname)) {
      held.waiting.push(() => pass(url, incoming, outgoing));
      return;
    }
    pass(url, incoming, outgoing);
  });
  const pass = (url: URL, incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const upstream = request(url, { method: incoming.method, headers: incoming.headers, agent: false }, (answer) => {
      const headers = { ...answer.headers };
      const policy = headers['content-security-policy'];
      if (policy) headers['content-security-policy'] = `${String(policy)}; report-uri ${REPORT_PATH}`;
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  };
  // Tunnels are for https, which nothing here uses.
  server.on('connect', (incoming: IncomingMessage, socket) => {
    requests.push(new URL(`https://${incoming.url}`));
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The proxy has no port.');
  return {
    flags: [`--proxy-server=http://127.0.0.1:${address.port}`, '--proxy-bypass-list=<-loopback>'],
    requests,
    violations,
    hold(part) {
      const holding = { part, waiting: [] as (() => void)[] };
      held = holding;
      return () => {
        held = undefined;
        for (const go of holding.waiting) go();
      };
    },
    foreign: () => requests.filter((url) => url.hostname !== 'localhost' && !BROWSERS_OWN.test(url.hostname)).map((url) => url.href),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
