// Listens to a browser: what it complains about fails the test, unless the test said it would.

import { type BrowserContext, type Request, expect } from '@playwright/test';

import { mustNotBeLogged, secretsOf } from './run.ts';

export class Watch {
  readonly #complaints: string[] = [];
  readonly #expected: RegExp[] = [];
  readonly #hasScript: boolean;

  constructor(context: BrowserContext, hasScript: boolean) {
    this.#hasScript = hasScript;
    const complain = (text: string) => this.#complaints.push(text);
    context.on('console', (message) => {
      const isBad = ['error', 'warning'].includes(message.type());
      // The first is heard below, and more precisely. The second depends on how fast the machine is:
      // without script the WASM is never used, with it perhaps after the few seconds that are granted.
      const isNoise = /^Failed to load resource|was preloaded using link preload but not used/.test(message.text());
      if (isBad && !isNoise) complain(`console ${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (error) => complain(`page error: ${error.error().message}`));
    context.on('request', (request) => mustNotBeLogged(secretsOf(request.postData())));
    context.on('response', (response) => {
      if (response.status() >= 400) complain(`${response.status()} ${describe(response.request())}`);
    });
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // A browser without script refuses its files, and gives a policy as the reason.
      const isUnwanted = !hasScript && request.resourceType() === 'script' && why === 'csp';
      if (!isUnwanted && !wasLeftBehind(request)) complain(`failed ${describe(request)}: ${why}`);
    });
  }

  /** Announces a complaint that belongs to the test, like `/^404 GET \/nowhere$/`. */
  expect(complaint: RegExp): void {
    this.#expected.push(complaint);
  }

  /** Announces that a form will be refused. Only script hears a status: a page shown again is a good answer. */
  expectRefusal(status: number, path: string): void {
    if (this.#hasScript) this.expect(new RegExp(`^${status} POST ${path}$`));
  }

  /** Neither may there be another complaint, nor may an announced one be missing. */
  check(): void {
    const isExpected = (text: string) => this.#expected.some((pattern) => pattern.test(text));
    const surprises = this.#complaints.filter((text) => !isExpected(text));
    expect.soft(surprises, 'what the browser complained about').toEqual([]);
    const missing = this.#expected.filter((pattern) => !this.#complaints.some((text) => pattern.test(text)));
    expect.soft(missing.map(String), 'complaints that were announced and did not come').toEqual([]);
  }
}

/** Like `POST /login`; without the query, which may hold a random name. */
function describe(request: Request): string {
  return `${request.method()} ${new URL(request.url()).pathname}`;
}

/**
 * A page that is left while its files still arrive needs them no more: the browser drops them. It says
 * the same of an answer that has no body to be read.
 */
function wasLeftBehind(request: Request): boolean {
  const isFile = ['GET', 'HEAD'].includes(request.method()) && !request.isNavigationRequest();
  return isFile && request.failure()?.errorText === 'net::ERR_ABORTED';
}
