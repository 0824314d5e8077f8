/** Where and how a task is created. */
export interface Sender {
  readonly api: 'GraphQL' | 'REST';
  /** Such as `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly token: string;
}

/** What came back from a write. */
export type Outcome =
  | { readonly kind: 'created'; readonly id: number }
  /** 503 with `Retry-After`, or 504. */
  | { readonly kind: 'unavailable'; readonly status: number }
  /** 409: a request with the same key is in progress. */
  | { readonly kind: 'in-progress' }
  /** The connection broke, or only a proxy answered. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Any other response: a fault of the server. */
  | { readonly kind: 'wrong'; readonly status: number; readonly body: string; readonly requestId: string };

/** Longer than the server's own limit for a request, in milliseconds. */
const timeoutMs = 20_000;

const mutation = 'mutation ($title: String!) { createTask(input: { title: $title }) { id } }';

/** Creates a task. Never throws. */
export async function createTask({ api, url, token }: Sender, title: string, key?: string): Promise<Outcome> {
  const [path, body] = api === 'REST' ? ['/api/tasks', { title }] : ['/graphql', { query: mutation, variables: { title } }];
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(key && { 'idempotency-key': key }),
  };
  try {
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs) };
    const response = await fetch(url + path, request);
    return outcomeOf(response, await response.text());
  } catch (error) {
    return { kind: 'no-answer', reason: reasonOf(error) };
  }
}

interface Body {
  readonly id?: number;
  readonly error_code?: string;
  readonly data?: { readonly createTask?: { readonly id: string } | null } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

function outcomeOf({ status, headers }: Response, text: string): Outcome {
  const requestId = headers.get('x-request-id');
  // Every response of the server has one; a proxy's own responses have none.
  if (requestId === null) return { kind: 'no-answer', reason: `${status} of a proxy` };
  const body = parse(text);
  const id = Number(body.id ?? body.data?.createTask?.id);
  if (status < 300 && id > 0) return { kind: 'created', id };
  const code = body.error_code ?? body.errors?.[0]?.extensions?.code;
  if (code === 'CONFLICT') return { kind: 'in-progress' };
  if (code === 'SERVICE_UNAVAILABLE' && headers.has('retry-after')) return { kind: 'unavailable', status: 503 };
  if (code === 'TIMEOUT') return { kind: 'unavailable', status: 504 };
  return { kind: 'wrong', status, body: text.slice(0, 300), requestId };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string; message?: string }; name?: string };
  return cause?.code ?? cause?.message ?? name ?? 'unknown';
}

/** Creates an account. @returns its access token. @throws Error when the server refuses. */
export async function signUp(url: string, name: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.com`, password: 'correct horse battery', name }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`signup: ${response.status} ${body}`);
  return (JSON.parse(body) as { access_token: string }).access_token;
}
