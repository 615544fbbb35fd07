// A site of somebody else: the pages of a client, on an origin of its own, which speak to Latchkey by script.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join, resolve } from 'node:path';

export const CLIENTS = resolve(import.meta.dirname, '../clients');

const KINDS: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Whether script holds both tokens, or the browser keeps the one that renews. */
export type Tokens = 'body' | 'cookie';

export interface OtherSite {
  /** Like `http://localhost:5000`: another origin than Latchkey's, though of the same site for cookies. */
  origin: string;
  /** Says which Latchkey its pages speak to. That one has to know of the origin before it starts. */
  speakTo: (latchkey: string, tokens: Tokens) => void;
  stop: () => Promise<void>;
}

/** Serves a folder of `clients` on a free port. */
export async function otherSite(folder: string): Promise<OtherSite> {
  let settings = '';
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/settings.js') send(response, '.js', settings);
    else void sendFile(response, join(CLIENTS, folder), path);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    speakTo: (latchkey, tokens) => {
      const exported = { api: `${latchkey}/api`, tokens };
      settings = Object.entries(exported)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`)
        .join('');
    },
    stop: () => close(server),
  };
}

/** `/login` is `login.html`; in an application of one page, every address is its `index.html`. */
async function sendFile(response: ServerResponse, folder: string, path: string): Promise<void> {
  const name = basename(path);
  const file = [name, `${name}.html`, 'index.html']
    .filter((candidate) => extname(candidate) in KINDS)
    .map((candidate) => join(folder, candidate))
    .find((candidate) => existsSync(candidate));
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  send(response, extname(file), await readFile(file));
}

function send(response: ServerResponse, extension: string, content: string | Buffer): void {
  const headers = { 'content-type': KINDS[extension], 'cache-control': 'no-store' };
  response.writeHead(200, headers).end(content);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
