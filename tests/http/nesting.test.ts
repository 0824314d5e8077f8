import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';

describe('a deeply nested request', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const list = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const object = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  async function post(path: string, body: string, method = 'POST') {
    const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' };
    const response = await app.fetch(path, { method, headers, body });
    const { errors, error_code } = JSON.parse(await response.text()) as {
      errors?: { extensions: { code: string } }[];
      error_code?: string;
    };
    return [response.status, error_code ?? errors?.[0]?.extensions.code];
  }

  const create = 'mutation ($t: String!) { createTask(input: { title: $t }) { id } }';
  const createInput = 'mutation ($in: CreateTaskInput!) { createTask(input: $in) { id } }';

  it.each([
    ['extensions of 5,000 lists', `{"query":"{ me { id } }","extensions":{"a":${list(5_000)}}}`, undefined],
    ['extensions of 15,000 objects', `{"query":"{ me { id } }","extensions":${object(15_000)}}`, undefined],
    ['a field that GraphQL does not define', `{"query":"{ me { id } }","more":${list(40_000)}}`, undefined],
    ['a variable that is not declared', `{"query":"{ me { id } }","variables":{"x":${list(40_000)}}}`, undefined],
    ['a String variable of 20,000 lists', `{"query":"${create}","variables":{"t":${list(20_000)}}}`, 'BAD_REQUEST'],
    ['a String variable of 15,000 objects', `{"query":"${create}","variables":{"t":${object(15_000)}}}`, 'BAD_REQUEST'],
    ['an input variable of 15,000 objects', `{"query":"${createInput}","variables":{"in":${object(15_000)}}}`, 'BAD_REQUEST'],
    ['an input field of 40,000 lists', `{"query":"${createInput}","variables":{"in":{"title":${list(40_000)}}}}`, 'BAD_REQUEST'],
    ['an argument of 400 lists', `{"query":"{ task(id: ${list(400)}) { id } }"}`, 'BAD_REQUEST'],
  ])('in GraphQL never overflows the stack when it is repeated six times: %s', async (_, body, code) => {
    for (let time = 1; time <= 6; time++) expect(await post('/graphql', body)).toEqual([200, code]);
  });

  it.each([
    ['a query that is not a string', `{"query":${list(40_000)}}`, 'BAD_REQUEST'],
    ['an operationName that is not a string', `{"query":"{ me { id } }","operationName":${list(40_000)}}`, 'BAD_REQUEST'],
    ['a selection of 300 levels', `{"query":"${'{ a '.repeat(300)}${'}'.repeat(300)}"}`, 'QUERY_TOO_COMPLEX'],
  ])('in GraphQL is rejected with 400 when it is repeated six times: %s', async (_, body, code) => {
    for (let time = 1; time <= 6; time++) expect(await post('/graphql', body)).toEqual([400, code]);
  });

  it.each([
    ['a field that REST ignores', `{"title":"x","more":${list(40_000)}}`, 201, undefined],
    ['a title of 40,000 lists', `{"title":${list(40_000)}}`, 400, 'BAD_REQUEST'],
    ['a title of 15,000 objects', `{"title":${object(15_000)}}`, 400, 'BAD_REQUEST'],
    ['a body that is a list', list(40_000), 400, 'BAD_REQUEST'],
  ])('in REST never overflows the stack when it is repeated six times: %s', async (_, body, status, code) => {
    for (let time = 1; time <= 6; time++) expect(await post('/api/tasks', body)).toEqual([status, code]);
  });
});
