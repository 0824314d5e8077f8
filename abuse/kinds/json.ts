import type { Abuse } from '../abuse.js';
import { type AbusiveRequest, flood } from '../flood.js';

const list = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const object = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const badRequest = ['400 BAD_REQUEST'];
const post = (path: string, body: string, expected: readonly string[]): AbusiveRequest => ({
  target: `POST ${path}`,
  headers: { accept: 'application/graphql-response+json, application/json' },
  body,
  expected,
});
const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }';
const withInput = (input: string) => `{"query":${JSON.stringify(create)},"variables":{"input":${input}}}`;

/** JSON as deep as a body allows. */
export const deepJson: Abuse = {
  name: 'deep-json',
  description: 'Lists 50,000 deep and objects 16,000 deep, whole and in each member: 400, ignored where unknown.',
  maxGrowthMiB: 150,
  commit: (target) =>
    flood(target, [
      ...[list(50_000), '['.repeat(100_000), object(16_000), '{"a":'.repeat(20_000)].flatMap((body) => [
        post('/graphql', body, badRequest),
        post('/api/auth/login', body, body.endsWith('}') ? ['422 VALIDATION_ERROR'] : badRequest),
      ]),
      ...[list(45_000), object(15_000)].flatMap((value) => [
        post('/graphql', `{"query":"{ __typename }","variables":{"x":${value}},"extensions":{"x":${value.slice(0, 0)}1}}`, [
          '200',
        ]),
        post('/graphql', `{"query":"{ __typename }","extensions":{"x":${value}}}`, ['200']),
        post('/graphql', withInput(value), badRequest),
        post('/graphql', withInput(`{"title":${value}}`), badRequest),
        post('/api/tasks', `{"title":${value}}`, badRequest),
      ]),
    ]),
};

const times = (count: number, write: (n: number) => string) => Array.from({ length: count }, (_, n) => write(n)).join(',');

/** Names that mean something to JavaScript, and names that come again. */
export const jsonNames: Abuse = {
  name: 'json-names',
  description: 'Duplicate keys (the last one counts), `__proto__`, `constructor` and thousands of keys: ignored, or 400.',
  maxGrowthMiB: 150,
  commit: async (target) => {
    const path = `/api/tasks/${target.taskId}`;
    const put = (body: string, expected: readonly string[]): AbusiveRequest => ({ target: `PUT ${path}`, body, expected });
    const polluted =
      '"__proto__":{"description":"polluted","status":"Completed"},"constructor":{"prototype":{"description":"polluted"}}';
    const before = await read(target.url + path, target.token);
    const wrong = await flood(target, [
      put(`{"title":"first",${times(5_000, (n) => `"title":"${n}"`)},"title":"Buy groceries"}`, ['200']),
      put(`{${polluted},"title":"Buy groceries"}`, ['200']),
      put(`{${times(8_000, (n) => `"k${n}":${n}`)}}`, ['200']),
      post('/graphql', `{"query":"{ nothing }","query":"{ __typename }"}`, ['200']),
      post('/graphql', `{"__proto__":{"query":"{ __typename }"}}`, badRequest),
      post('/graphql', `{"query":"{ __typename }","variables":{${polluted}},"extensions":{${polluted}}}`, ['200']),
      post('/graphql', withInput(`{"title":"x",${polluted}}`), badRequest),
      post('/graphql', withInput(`{"title":"x",${times(8_000, (n) => `"k${n}":${n}`)}}`), badRequest),
    ]);
    const after = await read(target.url + path, target.token);
    return after === before ? wrong : [...wrong, `the task changed from ${before} to ${after}`];
  },
};

async function read(url: string, token: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const { updated_at: _, version: __, ...task } = (await response.json()) as Record<string, unknown>;
  return JSON.stringify(task);
}
