// A line that breaks a page in two: what comes last is held back.

import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Line {
  /** Like `http://localhost:5000`. */
  origin: string;
  /** Lets come what was held back. */
  rest: () => void;
  stop: () => void;
}

/** Fetches from a server whatever it is asked for, and breaks each page behind the first place where it says `until`. */
export async function breakPages(server: string, until: string): Promise<Line> {
  let rest = () => {};
  const held = new Promise<void>((resolve) => (rest = resolve));
  const line = createServer((request, response) => {
    const answered = answer(response, server + (request.url ?? '/'), until, held);
    answered.catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  const { port } = line.address() as AddressInfo;
  const stop = () => {
    line.close();
    line.closeAllConnections();
  };
  return { origin: `http://localhost:${port}`, rest, stop };
}

async function answer(response: ServerResponse, from: string, until: string, held: Promise<void>): Promise<void> {
  const answer = await fetch(from);
  const kind = answer.headers.get('content-type') ?? '';
  if (!kind.includes('html')) {
    response.writeHead(200, { 'content-type': kind }).end(Buffer.from(await answer.arrayBuffer()));
    return;
  }
  const page = await answer.text();
  const place = page.indexOf(until) + until.length;
  if (place < until.length) throw new Error(`The page does not say ${until}.`);
  response.writeHead(200, { 'content-type': kind }).write(page.slice(0, place));
  await held;
  response.end(page.slice(place));
}
