import type { Fetch } from '../styles.js';
import type { Faults, Got, Sent } from './exchange.js';
import { graphqlFaults } from './graphql.js';
import { isForPage, pageFaults } from './pages.js';
import { restFaults } from './rest.js';

/** What is wrong with an answer by the documents: OpenAPI, the SDL, and for pages their own description. */
export function faultsOf(sent: Sent, got: Got): Faults {
  if (isForPage(sent, got)) return pageFaults(sent, got);
  return sent.path === '/graphql' ? graphqlFaults(sent, got) : restFaults(sent, got);
}

const undescribed: string[] = [];

/** Holds an answer against the documents. What does not hold fails the test that is running: see `setup.ts`. */
export function hold(sent: Sent, got: Got): void {
  report(sent, got, faultsOf(sent, got));
}

/** Keeps what is wrong with an answer until the test that got it ends. */
export function report({ method, url, body }: Sent, got: Got, faults: Faults): void {
  if (faults.length === 0) return;
  const said = `${got.status} ${got.body.slice(0, 500)}`;
  undescribed.push(`${method} ${url.pathname}${url.search} ${body?.slice(0, 300) ?? ''}\n  → ${said}\n  ${faults.join('\n  ')}`);
}

/** @returns what was found since the last call. */
export const takeUndescribed = (): string[] => undescribed.splice(0);

/** @returns undefined when it is no text, or none in UTF-8. */
export function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (!(body instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** Holds every answer that comes through a `fetch`. */
export const heldFetch =
  (fetch: Fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const given = input instanceof Request ? input : undefined;
    const url = new URL(given?.url ?? String(input), 'http://localhost');
    const body = given ? await given.clone().text() : textOf(init?.body);
    const answer = await fetch(input as string, init);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const sent = {
      method: (init?.method ?? given?.method ?? 'GET').toUpperCase(),
      path: url.pathname,
      url,
      headers: new Headers(init?.headers ?? given?.headers),
      body,
    };
    hold(sent, { status: answer.status, headers: answer.headers, body: bytes.toString() });
    const isEmpty = answer.status === 204 || answer.status === 304;
    return new Response(isEmpty ? null : bytes, { status: answer.status, headers: answer.headers });
  };
