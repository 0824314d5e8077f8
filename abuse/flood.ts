import { Agent, request } from 'node:http';
import type { Target } from './target.js';

/** A request of an abuser. */
export interface AbusiveRequest {
  /** Method and path, such as `POST /graphql`. */
  readonly target: string;
  /** Beside the abuser's token, who is signed in, and `Content-Type`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The responses that are right: a status, with the error's code where there is one, such as `400 BAD_REQUEST`. */
  readonly expected: readonly string[];
}

interface FloodOptions {
  /** How long requests are sent; each of them at least once. */
  readonly milliseconds?: number;
  readonly connections?: number;
}

const defaultMs = 400;
const defaultConnections = 8;
const timeoutMs = 10_000;
/** Of a response, in characters. */
const maxShown = 200;

/** Sends requests in turns, over several connections. @returns a line for each kind of response that is not right. */
export async function flood(
  { url, token }: Target,
  requests: readonly AbusiveRequest[],
  { milliseconds = defaultMs, connections = defaultConnections }: FloodOptions = {},
): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const wrong = new Map<string, number>();
  const end = performance.now() + milliseconds;
  let next = 0;
  const sendInTurns = async () => {
    while (next < requests.length || performance.now() < end) {
      const one = requests[next++ % requests.length] as AbusiveRequest;
      const answer = await send(agent, url, token, one);
      if (one.expected.some((expected) => answer === expected)) continue;
      const line = `${one.target}: ${answer} instead of ${one.expected.join(' or ')}`;
      wrong.set(line, (wrong.get(line) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: connections }, sendInTurns));
  agent.destroy();
  return [...wrong].map(([line, count]) => `${count} times ${line}`);
}

/** @returns status and code; what happened when there is no response. */
function send(agent: Agent, url: string, token: string, { target, headers, body }: AbusiveRequest): Promise<string> {
  const [method, path] = target.split(' ');
  const options = {
    method,
    agent,
    timeout: timeoutMs,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  };
  return new Promise((resolve) => {
    const sent = request(url + path, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (text.length < 10 * maxShown) text += chunk;
      });
      response.once('error', (error) => resolve(error.message));
      response.once('end', () => resolve(answerOf(response.statusCode ?? 0, text)));
    });
    sent.once('timeout', () => sent.destroy(new Error(`no response in ${timeoutMs / 1000} s`)));
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

function answerOf(status: number, text: string): string {
  const code = /"(?:error_code|code)":"(\w+)"/.exec(text)?.[1];
  if (status >= 500) return `${status} ${text.slice(0, maxShown)}`;
  return code ? `${status} ${code}` : String(status);
}

/** A GraphQL request under its own media type, which tells 400 for what is refused before it runs. */
export const graphql = (query: string, expected: readonly string[], more: object = {}): AbusiveRequest => ({
  target: 'POST /graphql',
  headers: { accept: 'application/graphql-response+json' },
  body: JSON.stringify({ query, ...more }),
  expected,
});
