import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { readRestError } from '../support/transports.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('request input', () => {
  const send = (method: string, path: string, body?: string) =>
    app.fetch(path, { method, headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` }, body });
  const make = async (body: object): Promise<Record<string, unknown>> =>
    (await send('POST', '/api/tasks', JSON.stringify(body))).json();
  /** Everything that a client must not be able to set. */
  const foreign = () => ({
    id: 1,
    user_id: bob.id,
    userId: bob.id,
    created_at: '2001-01-01T00:00:00.000Z',
    createdAt: '2001-01-01T00:00:00.000Z',
    updated_at: 5,
    version: 9,
    role: 'admin',
    owner: { connect: { id: bob.id } },
  });

  describe('in a REST body', () => {
    it('is not replaced by a query parameter when a field is missing', async () => {
      const { email, password } = ada;
      const search = new URLSearchParams({ email, password, input: JSON.stringify({ email, password }), 'input[email]': email });
      const refusal = await readRestError(await send('POST', `/api/auth/login?${search}`, '{}'));
      expect(refusal).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'email' } });
    });

    it('is not overridden by a query parameter', async () => {
      const task = await make({ title: 'kept', description: 'kept' });
      const search = 'title=taken&description=taken&id=1&input[title]=taken';
      const response = await send('PUT', `/api/tasks/${task.id}?${search}`, '{"title":"sent"}');
      expect(await response.json()).toMatchObject({ id: task.id, title: 'sent', description: 'kept' });
    });

    it('does not override the path', async () => {
      const [one, two] = [await make({ title: 'one' }), await make({ title: 'two' })];
      const response = await send('PUT', `/api/tasks/${one.id}`, JSON.stringify({ id: two.id, title: 'changed' }));
      expect(await response.json()).toMatchObject({ id: one.id, title: 'changed' });
    });
  });

  describe('with unknown body fields or query parameters in REST', () => {
    it('never changes user_id, id or created_at', async () => {
      const task = await make({ title: 'x', ...foreign() });
      expect(task).toMatchObject({ user_id: ada.id, title: 'x' });
      expect(task.id).not.toBe(1);
      expect(Date.parse(String(task.created_at))).toBeGreaterThan(Date.now() - 60_000);
      const response = await send('PUT', `/api/tasks/${task.id}`, JSON.stringify({ ...foreign(), title: 'y' }));
      expect(await response.json()).toEqual({ ...task, title: 'y', updated_at: expect.any(String) });
    });

    it('is accepted when a client sends the whole object back with PUT', async () => {
      const task = await make({ title: 'x', description: null });
      const { updated_at: _, ...same } = task;
      const response = await send('PUT', `/api/tasks/${task.id}`, JSON.stringify(task));
      expect([response.status, await response.json()]).toEqual([200, expect.objectContaining(same)]);
    });

    it('is accepted, also when a parameter is repeated or nested', async () => {
      const response = await send('GET', '/api/tasks?x=1&x=2&y[z]=1&Limit=1000&__proto__[limit]=1&constructor=1&user_id=1');
      expect([response.status, (await response.json()).limit]).toEqual([200, 50]);
    });
  });

  describe('with unknown fields in GraphQL is rejected with BAD_REQUEST:', () => {
    it.each([
      ['in a variable', 'mutation ($i: CreateTaskInput!) { createTask(input: $i) { id } }', { i: { title: 'x', userId: 'y' } }],
      ['in a literal', 'mutation { createTask(input: { title: "x", userId: "y" }) { id } }', {}],
      ['as an argument', '{ tasks(userId: "y") { count } }', {}],
      [
        'as __proto__',
        'mutation ($i: CreateTaskInput!) { createTask(input: $i) { id } }',
        JSON.parse('{"i":{"title":"x","__proto__":{}}}'),
      ],
    ])('%s', async (_, document, variables) => {
      const { errors, data } = await query(app.fetch, document, ada.token, variables);
      expect([errors?.[0]?.extensions.code, data]).toEqual(['BAD_REQUEST', undefined]);
    });
  });

  it('of the wrong type in REST is named in words, as a rule names it', async () => {
    expect(await readRestError(await send('POST', '/api/auth/refresh', '{"refresh_token":5}'))).toMatchObject({
      message: 'Invalid refresh token',
      details: { field: 'refresh_token', error: 'Refresh token must be a string' },
    });
  });

  describe('with a REST query parameter', () => {
    it.each([
      'limit=1&limit=2',
      'limit[]=1',
      'limit[a]=1',
      'limit%5B%5D=1',
      'limit=1&limit[0]=2',
      'search=a&search=b',
      'status[ne]=Pending',
      'total=false&total=false',
      'total=false&total=true',
      'total[]=false',
    ])('is accepted once, as a plain value: %s', async (search) => {
      const field = search.slice(0, search.search(/[=[%]/));
      const refusal = await readRestError(await send('GET', `/api/tasks?${search}`));
      expect(refusal).toMatchObject({ status: 400, code: 'BAD_REQUEST', details: { field } });
    });

    it.each([
      'limit=',
      'limit=1.5',
      'limit=1e1',
      'limit=0x10',
      'limit=NaN',
      'limit=2147483648',
      'page=-1',
      'page=0',
      'limit=101',
      'status=',
      'status=PENDING',
      'sort=constructor',
      'sort=-',
      'total=',
      'total=maybe',
      'total=FALSE',
      'total=0',
      'total=null',
    ])('is rejected with BAD_REQUEST for %s', async (search) => {
      expect(await readRestError(await send('GET', `/api/tasks?${search}`))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    });
  });

  describe('with names of JavaScript’s object prototype', () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

    it.each(names)('treats %s as an unknown field, and changes nothing', async (name) => {
      const task = await make({ title: 'x' });
      const response = await send('PUT', `/api/tasks/${task.id}`, `{"${name}":{"title":"taken","isAdmin":true},"title":"sent"}`);
      expect(await response.json()).toMatchObject({ title: 'sent' });
      expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    });

    it('still lacks the required fields when there are no others', async () => {
      const refusal = await readRestError(await send('POST', '/api/tasks', '{"__proto__":{"title":"x"}}'));
      expect(refusal).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'title' } });
    });

    it('uses the last of two fields of the same name', async () => {
      expect(await (await send('POST', '/api/tasks', '{"title":"first","title":"last"}')).json()).toMatchObject({
        title: 'last',
      });
    });

    it('never becomes a response header field', async () => {
      const response = await send('POST', '/api/tasks', JSON.stringify({ title: 'x\r\nX-Evil: 1' }));
      expect([response.status, response.headers.get('x-evil')]).toEqual([201, null]);
      expect(response.headers.get('location')).toMatch(/^\/api\/tasks\/\d+$/);
    });
  });
});
