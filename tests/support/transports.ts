import { expect } from '@jest/globals';
import type { Fetch } from './styles.js';

/** An answer that is no success, in one spelling for both styles. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Record<string, unknown>;
  readonly headers: Headers;
}

interface RestError {
  readonly error_code: string;
  readonly message: string;
  readonly details: Record<string, unknown>;
}

interface GraphqlError {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly details: Record<string, unknown> };
}

/** Holds an answer against REST's error shape: these three members and no other. */
export async function readRestError(response: Response): Promise<Refusal> {
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const body = (await response.json()) as RestError;
  expect(body).toEqual({ error_code: expect.any(String), message: expect.any(String), details: expect.any(Object) });
  const { error_code: code, message, details } = body;
  return { status: response.status, code, message, details, headers: response.headers };
}

/** Holds an answer against the shape of what `/graphql` refuses: errors alone, each with code and details. */
export async function readGraphqlError(response: Response): Promise<Refusal> {
  expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/);
  const body = (await response.json()) as { errors: GraphqlError[] };
  expect(Object.keys(body)).toEqual(['errors']);
  for (const error of body.errors) {
    expect(error).toMatchObject({ message: expect.any(String), extensions: { details: expect.any(Object) } });
    expect(Object.keys(error.extensions).sort()).toEqual(['code', 'details']);
  }
  const [first] = body.errors;
  if (!first) throw new Error('there is no error');
  return { status: response.status, headers: response.headers, message: first.message, ...first.extensions };
}

/** One way in, for what both refuse in their own shape. */
export interface Transport {
  readonly name: 'GraphQL' | 'REST';
  readonly path: string;
  /** Asks for the signed-in person. */
  me(fetch: Fetch, headers?: HeadersInit): Promise<Response>;
  /** Sends a text as the body of a sign-up. */
  signup(fetch: Fetch, body: string | undefined, contentType?: string): Promise<Response>;
  /** Words a sign-up's input as a body. */
  signupBody(input: object): string;
  refusal(response: Response): Promise<Refusal>;
}

const json = 'application/json';
const post = (fetch: Fetch, path: string, body: string | undefined, headers: HeadersInit) =>
  fetch(path, { method: 'POST', headers, body });

const graphqlTransport: Transport = {
  name: 'GraphQL',
  path: '/graphql',
  me: (fetch, headers) =>
    post(fetch, '/graphql', '{"query":"{ me { id } }"}', { 'content-type': json, ...Object.fromEntries(new Headers(headers)) }),
  signup: (fetch, body, contentType = json) => post(fetch, '/graphql', body, contentType ? { 'content-type': contentType } : {}),
  signupBody: (input) =>
    JSON.stringify({
      query: 'mutation ($input: SignupInput!) { signup(input: $input) { user { id } } }',
      variables: { input },
    }),
  refusal: readGraphqlError,
};

const restTransport: Transport = {
  name: 'REST',
  path: '/api/auth/signup',
  me: (fetch, headers) => fetch('/api/auth/me', { headers }),
  signup: (fetch, body, contentType = json) =>
    post(fetch, '/api/auth/signup', body, contentType ? { 'content-type': contentType } : {}),
  signupBody: (input) => JSON.stringify(input),
  refusal: readRestError,
};

/** Both ways in. */
export const transports: readonly Transport[] = [graphqlTransport, restTransport];
