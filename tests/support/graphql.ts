import type { Fetch } from './styles.js';

/** A GraphQL answer as it came. */
export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { message: string; path?: unknown[]; extensions: { code: string; details: Record<string, unknown> } }[];
  readonly status: number;
  readonly headers: Headers;
}

/** Sends a document, typed by nothing. */
export async function query(
  fetch: Fetch,
  document: string,
  token?: string,
  variables?: object,
  headers: Record<string, string> = {},
  operationName?: string,
): Promise<GraphqlAnswer> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify({ query: document, variables, operationName }),
  });
  return { ...((await response.json()) as object), status: response.status, headers: response.headers };
}
