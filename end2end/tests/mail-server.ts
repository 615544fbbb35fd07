// A real mail server on the loopback: STARTTLS, a user and a password, and a certificate that nobody else has.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import PostalMime from 'postal-mime';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';

const USER = 'latchkey@example.org';
const PASSWORD = 'p:a/ss?word';

export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** Whether it came over an encrypted connection, from somebody with the password. */
  isProtected: boolean;
}

export interface MailServer {
  /** What a site needs to send by it. */
  settings: Record<string, string>;
  letters: Letter[];
  /** Like a mail server that goes down, and comes back under the same address. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  remove: () => Promise<void>;
}

/** It refuses whoever has `refused` in the address, for good. It is not started yet. */
export async function mailServer(): Promise<MailServer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-mail-'));
  const { cert, private: key } = await certificate();
  const authority = join(folder, 'certificate.pem');
  await writeFile(authority, cert);

  const letters: Letter[] = [];
  let server: SMTPServer | undefined;
  let port = 0;

  const start = async () => {
    server = listen(cert, key, letters);
    // A client that hangs up because it does not like the certificate is no fault of ours.
    server.on('error', () => undefined);
    const listening = server.listen(port, '127.0.0.1');
    if (!listening.listening) await once(listening, 'listening');
    ({ port } = listening.address() as AddressInfo);
  };
  const stop = async () => {
    const running = server;
    server = undefined;
    if (running) await new Promise<void>((done) => running.close(done));
  };
  // Takes a port, which stays its own while it is down.
  await start();
  await stop();
  return {
    settings: {
      LATCHKEY_SMTP_URL: `smtp://${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@localhost:${port}`,
      LATCHKEY_MAIL_FROM: 'Latchkey <no-reply@latchkey.example>',
      // Where the system's authorities are read from.
      SSL_CERT_FILE: authority,
    },
    letters,
    start,
    stop,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function certificate(): Promise<{ cert: string; private: string }> {
  return await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
}

function listen(cert: string, key: string, letters: Letter[]): SMTPServer {
  return new SMTPServer({
    cert,
    key,
    secure: false,
    authOptional: false,
    // A name cannot be asked for where there is no network.
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === USER && password === PASSWORD;
      if (isRight) done(null, { user: username });
      else done(new Error('wrong user or password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (!address.includes('refused')) return done();
      done(Object.assign(new Error(`${address} is nobody here`), { responseCode: 550 }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          letters.push({
            to: mail.to?.[0]?.address ?? '',
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html ?? '',
            messageId: mail.messageId ?? '',
            isProtected: session.secure && session.user === USER,
          });
          done();
        }, done);
      });
    },
  });
}
