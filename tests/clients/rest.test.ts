import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../src/rest/routes.js';
import { newPerson, type Person, password } from '../support/app.js';
import { oazapfts } from '../support/clients/oazapfts.js';
import { openapiFetch } from '../support/clients/openapi-fetch.js';
import type { RestAnswer, RestClient } from '../support/clients/rest.js';

import { openSocketApp, type SocketApp } from '../support/socket.js';

describe('clients/rest', () => {
  let app: SocketApp;
  let bob: Person;
  beforeAll(async () => {
    app = await openSocketApp();
    bob = await newPerson(app);
  });
  afterAll(() => app.close());

  /** What a success answered. */
  function dataOf<Data>({ status, data, error }: RestAnswer<Data>, expected = 200): Data {
    expect([status, error]).toEqual([expected, undefined]);
    return data as Data;
  }
  const etagOf = ({ headers }: RestAnswer<unknown>) => headers.get('etag') ?? '';

  describe.each([openapiFetch, oazapfts])('a client by $name', ({ connect }) => {
    let client: RestClient;
    let email: string;
    beforeAll(async () => {
      client = connect(app.url);
      email = `${randomBytes(8).toString('hex')}@example.com`;
      const session = dataOf(await client.signup({ email, password, name: 'Ada' }), 201);
      client.signWith(session.access_token);
    });
    const make = async (title: string) => dataOf(await client.createTask({ title }), 201).id;

    it('signs in, and knows who that is', async () => {
      const { access_token, token_type, user } = dataOf(await client.login({ email, password }));
      expect([token_type, user.email]).toEqual(['Bearer', email]);
      client.signWith(access_token);
      expect(dataOf(await client.me())).toEqual(user);
    });

    it('makes, reads, changes, completes and deletes a task', async () => {
      const made = await client.createTask({ title: 'Buy groceries', description: 'Milk' });
      const task = dataOf(made, 201);
      expect(made.headers.get('location')).toBe(`/api/tasks/${task.id}`);
      expect(dataOf(await client.task(task.id))).toEqual(task);
      const changed = dataOf(await client.updateTask(task.id, { title: 'Buy more', description: null }));
      expect(changed).toMatchObject({ id: task.id, title: 'Buy more', description: null, status: 'Pending' });
      expect(dataOf(await client.toggleTask(task.id)).status).toBe('Completed');
      dataOf(await client.deleteTask(task.id), 204);
      expect((await client.task(task.id)).status).toBe(404);
    });

    it('lists with filters, and goes from page to page by Link', async () => {
      const ids: number[] = [];
      for (const title of ['Errand 1', 'Errand 2', 'Errand 3']) ids.push(await make(title));
      dataOf(await client.toggleTask(ids[1] as number));
      const filters = { search: 'errand', sort: 'title', limit: 2 } as const;
      const first = await client.tasks(filters);
      expect(dataOf(first)).toMatchObject({ count: 2, total: 3, page: 1, limit: 2 });
      expect(dataOf(first).data.map(({ title }) => title)).toEqual(['Errand 1', 'Errand 2']);
      const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
      const page = Number(new URL(next, app.url).searchParams.get('page'));
      expect(dataOf(await client.tasks({ ...filters, page })).data.map(({ title }) => title)).toEqual(['Errand 3']);
      expect(dataOf(await client.tasks({ ...filters, total: false })).total).toBeUndefined();
      const done = dataOf(await client.tasks({ search: 'errand', status: 'Completed' }));
      expect(done.data.map(({ id }) => id)).toEqual([ids[1]]);
    });

    it('reads again only what has changed, and changes only what it has read', async () => {
      const id = await make('Shared');
      const etag = etagOf(await client.task(id));
      expect(await client.task(id, etag)).toMatchObject({ status: 304 });
      const changed = await client.updateTask(id, { title: 'By one' }, etag);
      expect(dataOf(changed).title).toBe('By one');
      const late = await client.updateTask(id, { title: 'By another' }, etag);
      expect([late.status, late.error?.error_code]).toEqual([412, 'PRECONDITION_FAILED']);
      dataOf(await client.deleteTask(id, etagOf(changed)), 204);
    });

    it('sends a write again with its key, and makes one task', async () => {
      const key = randomUUID();
      const [once, again] = [await client.createTask({ title: 'Once' }, key), await client.createTask({ title: 'Once' }, key)];
      expect(dataOf(again, 201)).toEqual(dataOf(once, 201));
      expect(dataOf(await client.tasks({ search: 'Once' })).total).toBe(1);
    });

    it('changes its profile, and gets new tokens', async () => {
      expect(dataOf(await client.updateMe({ name: 'Ada L.' }))).toMatchObject({ name: 'Ada L.', email });
      const { refresh_token, access_token } = dataOf(await client.login({ email, password }));
      const fresh = dataOf(await client.refresh({ refresh_token }));
      expect(fresh.refresh_token).not.toBe(refresh_token);
      client.signWith(access_token);
      expect(dataOf(await client.me()).name).toBe('Ada L.');
      client.signWith(fresh.access_token);
      expect(dataOf(await client.me()).name).toBe('Ada L.');
    });

    it.each<[number, string, object, () => Promise<RestAnswer<unknown>>]>([
      [401, 'INVALID_CREDENTIALS', {}, () => client.login({ email, password: 'not this one' })],
      [401, 'UNAUTHENTICATED', {}, () => connect(app.url).me()],
      [403, 'FORBIDDEN', {}, async () => client.task(await taskOf(bob))],
      [404, 'NOT_FOUND', {}, () => client.deleteTask(2_147_483_647)],
      [409, 'CONFLICT', {}, () => client.signup({ email, password, name: 'Ada' })],
      [422, 'VALIDATION_ERROR', { field: 'title' }, () => client.createTask({ title: ' ' })],
    ])('gets %s %s as the documented error', async (status, code, details, run) => {
      const { data, error, ...answer } = await run();
      expect([answer.status, data ?? undefined, error?.error_code]).toEqual([status, undefined, code]);
      expect(error).toMatchObject({ message: expect.any(String), details });
    });

    it('asks how the service is', async () => {
      expect(dataOf(await client.health()).status).toBe('ok');
      expect(dataOf(await client.databaseHealth()).status).toBe('ok');
    });

    it('signs out, which ends the token, and deletes the account', async () => {
      dataOf(await client.logout(), 204);
      expect((await client.me()).error?.error_code).toBe('UNAUTHENTICATED');
      client.signWith(dataOf(await client.login({ email, password })).access_token);
      dataOf(await client.deleteMe({ password }), 204);
      expect((await client.login({ email, password })).error?.error_code).toBe('INVALID_CREDENTIALS');
    });
  });

  async function taskOf({ token }: Person): Promise<number> {
    const client = openapiFetch.connect(app.url);
    client.signWith(token);
    return dataOf(await client.createTask({ title: 'Bob’s' }), 201).id;
  }

  describe('over the wire', () => {
    const paths = [...new Set(Object.values(routes).map(({ path }) => path))];
    const methodsOf = (path: string) =>
      Object.values(routes)
        .filter((route) => route.path === path)
        .map(({ method }) => method as string);
    const addressOf = async (path: string) => path.replace('{id}', String(await taskOf(bob)));
    const send = async (address: string, method: string) => {
      const headers = { authorization: `Bearer ${bob.token}`, 'x-request-id': 'the-same' };
      const response = await app.wireFetch(address, { method, headers });
      return { status: response.status, headers: response.headers, body: await response.text() };
    };
    // RFC 9110 §7.6.1: of the connection, not of the answer; Node's fetch keeps none open after HEAD.
    const others = ['date', 'connection', 'keep-alive'];
    const comparable = (headers: Headers, path: string) => {
      // These say how long something took, in as many digits as it needs.
      const ignored = path.startsWith('/health') ? [...others, 'content-length'] : others;
      return Object.fromEntries([...headers].filter(([name]) => !ignored.includes(name)));
    };

    it.each(paths.filter((path) => methodsOf(path).includes('GET')))(
      'HEAD %s has the headers of GET and no body',
      async (path) => {
        const address = await addressOf(path);
        const [get, head] = [await send(address, 'GET'), await send(address, 'HEAD')];
        expect([get.status, head.status, head.body]).toEqual([200, 200, '']);
        expect(comparable(head.headers, path)).toEqual(comparable(get.headers, path));
      },
    );

    it.each(paths)('OPTIONS %s is answered with Allow', async (path) => {
      const { status, headers, body } = await send(await addressOf(path), 'OPTIONS');
      const methods = methodsOf(path);
      const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
      expect([status, headers.get('allow'), body]).toEqual([204, allow.join(', '), '']);
    });
  });
});
