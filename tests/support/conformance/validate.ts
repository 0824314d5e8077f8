import type { Fetch } from '../styles.js';
import { bodyViolations, type ReceivedResponse, type SentRequest, type Violations } from './exchange.js';
import { graphqlViolations } from './graphql.js';
import { isForPage, pageViolations } from './pages.js';
import { restViolations } from './rest.js';

/** Compares a response with the documents: OpenAPI, the SDL, and for pages the rules of `pages.ts`. */
export function violationsOf(request: SentRequest, response: ReceivedResponse): Violations {
  return [...bodyViolations(request.method, response), ...describedViolations(request, response)];
}

function describedViolations(request: SentRequest, response: ReceivedResponse): Violations {
  if (isForPage(request, response)) return pageViolations(request, response);
  return request.path === '/graphql' ? graphqlViolations(request, response) : restViolations(request, response);
}

const reported: string[] = [];

/** Compares a response with the documents. A violation fails the test that is running (`setup.ts`). */
export function validate(request: SentRequest, response: ReceivedResponse): void {
  report(request, response, violationsOf(request, response));
}

/** Records the violations of a response until the running test ends. */
export function report({ method, url, body }: SentRequest, response: ReceivedResponse, violations: Violations): void {
  if (violations.length === 0) return;
  const received = `${response.status} ${response.body.slice(0, 500)}`;
  reported.push(
    `${method} ${url.pathname}${url.search} ${body?.slice(0, 300) ?? ''}\n  → ${received}\n  ${violations.join('\n  ')}`,
  );
}

/** Returns and forgets the violations that were recorded since the last call. */
export const takeViolations = (): string[] => reported.splice(0);

/** Decodes a request body. @returns undefined when it is not UTF-8 text. */
export function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (!(body instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** The origins of servers that are not the product, such as the issuer of tokens: what they respond is theirs. */
export const otherServers = new Set<string>();

/** Wraps a `fetch` so that each of its responses is validated. */
export const validatingFetch =
  (fetch: Fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const asRequest = input instanceof Request ? input : undefined;
    const url = new URL(asRequest?.url ?? String(input), 'http://localhost');
    if (otherServers.has(url.origin)) return fetch(input as string, init);
    const body = asRequest ? await asRequest.clone().text() : textOf(init?.body);
    const response = await fetch(input as string, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const request = {
      method: (init?.method ?? asRequest?.method ?? 'GET').toUpperCase(),
      path: url.pathname,
      url,
      headers: new Headers(init?.headers ?? asRequest?.headers),
      body,
    };
    validate(request, { status: response.status, headers: response.headers, body: bytes.toString() });
    const isNullBody = response.status === 204 || response.status === 304;
    return new Response(isNullBody ? null : bytes, { status: response.status, headers: response.headers });
  };
