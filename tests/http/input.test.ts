import { describe, expect, it } from '@jest/globals';
import { newPerson, password, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { readGraphqlError, readRestError } from '../support/transports.js';

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

    it('of signup sets nothing but email, password and name', async () => {
      const email = `extra-${ada.email}`;
      const extra = { ...foreign(), id: bob.id, emailVerified: true, email_verified: true, password_hash: 'x' };
      const response = await send('POST', '/api/auth/signup', JSON.stringify({ ...extra, email, password, name: 'Ada' }));
      expect(response.status).toBe(201);
      const { id, created_at } = ((await response.json()) as { user: Record<string, string> }).user;
      expect(Date.parse(String(created_at))).toBeGreaterThan(Date.now() - 600_000);
      const rows = await app.db.query('SELECT id, email, name, created_at FROM users WHERE email = $1', [email]);
      expect(rows).toEqual([{ id, email, name: 'Ada', created_at }]);
      expect(id).not.toBe(bob.id);
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
      ...['role', 'emailVerified', 'id', 'created_at'].map((field): [string, string, object] => [
        `in signup: ${field}`,
        'mutation ($i: SignupInput!) { signup(input: $i) { user { id } } }',
        { i: { email: `x-${ada.email}`, password, name: 'x', [field]: 'x' } },
      ]),
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
      'search=caf%E9',
      'search=%ED%A0%80',
      'limit=5&%73earch=100%+%EF%BF%BD%FF',
    ])('is rejected with BAD_REQUEST for %s', async (search) => {
      expect(await readRestError(await send('GET', `/api/tasks?${search}`))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    });
  });

  describe('in a URL, as UTF-8,', () => {
    const get = async (document: string) =>
      app.fetch(`/graphql?query=${document}`, { headers: { authorization: `Bearer ${ada.token}` } });

    it.each(['search=caf%C3%A9', 'search=%EF%BF%BD', 'search=100%', 'search=%zz+%EF%BF%BD', 'other=caf%E9'])(
      'is accepted: %s',
      async (search) => {
        expect((await send('GET', `/api/tasks?${search}`)).status).toBe(200);
      },
    );

    it('is accepted in the document of a GraphQL query by GET, and nothing else is', async () => {
      expect(await (await get('%7Btasks(search:"caf%C3%A9+%EF%BF%BD")%7Bcount%7D%7D')).json()).toEqual({
        data: { tasks: { count: 0 } },
      });
      for (const document of ['%7Btasks(search:"caf%E9")%7Bcount%7D%7D', '%7Bme%7Bid%7D%7D&variables=%7B"a":"%FF"%7D']) {
        const response = await get(document);
        expect(await readGraphqlError(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      }
    });
  });

  it('that is null for a variable with a default, where GraphQL allows no null, is rejected with BAD_REQUEST', async () => {
    const document = 'query ($id: ID = "1") { task(id: $id) { id } }';
    const { data, errors } = await query(app.fetch, document, ada.token, { id: null });
    expect([data, errors]).toMatchObject([{ task: null }, [{ path: ['task'], extensions: { code: 'BAD_REQUEST' } }]]);
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
