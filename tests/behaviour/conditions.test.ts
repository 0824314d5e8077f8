import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseEntityTags } from '../../src/http/entity-tags.js';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { type Arguments, type Operation, styles } from '../support/styles.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('a conditional request', () => {
  const versionOf = async (id: number) => {
    const [row] = await app.db.query<{ version: number }>('SELECT version FROM tasks WHERE id = $1', [id]);
    return row?.version;
  };
  const changes = [
    ['updateTask', { input: { title: 'Changed' } }],
    ['updateTask', { input: {} }],
    ['toggleTask', {}],
    ['deleteTask', {}],
  ] as const satisfies [Operation, Arguments][];

  describe.each(styles)('in $name that changes a task', (style) => {
    const call = (operation: Operation, args: Arguments, token = ada.token) => style.call(app.fetch, operation, args, token);
    const make = async () => ((await call('createTask', { input: { title: 'Shared' } })).value as { id: number }).id;

    it.each(changes)('%s %j succeeds while the version matches', async (operation, args) => {
      const id = await make();
      await call('toggleTask', { id });
      expect(await call(operation, { ...args, id, ifVersion: 2 })).not.toHaveProperty('code');
    });

    it.each(changes)(
      '%s %j is PRECONDITION_FAILED when the version does not match, and changes nothing',
      async (operation, args) => {
        const id = await make();
        await call('toggleTask', { id });
        for (const ifVersion of [1, 3, 0, -1, 2_147_483_647]) {
          expect(await call(operation, { ...args, id, ifVersion })).toMatchObject({
            code: 'PRECONDITION_FAILED',
            message: 'The resource has changed since you read it.',
            details: {},
            status: style.name === 'REST' ? 412 : 200,
          });
        }
        expect(await versionOf(id)).toBe(2);
      },
    );

    it.each(changes)(
      '%s %j with a version is still FORBIDDEN for another user’s task and NOT_FOUND for a missing one',
      async (operation, args) => {
        const id = await make();
        expect(await call(operation, { ...args, id, ifVersion: 1 }, bob.token)).toMatchObject({ code: 'FORBIDDEN' });
        expect(await call(operation, { ...args, id: 2_147_483_647, ifVersion: 1 })).toMatchObject({ code: 'NOT_FOUND' });
      },
    );

    it('succeeds exactly once among many concurrent writes with the same version', async () => {
      const id = await make();
      const writes = Array.from({ length: 20 }, (_, n) =>
        call('updateTask', { id, input: { title: `Writer ${n}` }, ifVersion: 1 }),
      );
      const codes = (await Promise.all(writes)).map(({ code }) => code);
      expect(codes.filter((code) => code === undefined)).toHaveLength(1);
      expect(codes.filter((code) => code === 'PRECONDITION_FAILED')).toHaveLength(19);
      expect(await versionOf(id)).toBe(2);
    });
  });

  describe('on Task.version', () => {
    it('sees it increase by one with every change, through either API', async () => {
      const made = await query(app.fetch, 'mutation { createTask(input: {title: "Counted"}) { id version } }', ada.token);
      const task = made.data?.createTask as { id: string; version: number };
      expect(task.version).toBe(1);
      await app.db.query(`UPDATE tasks SET description = 'by another program' WHERE id = $1`, [Number(task.id)]);
      const seen = await query(app.fetch, '{ tasks(limit: 1) { data { version } } }', ada.token);
      expect(seen.data?.tasks).toEqual({ data: [{ version: 2 }] });
    });
  });

  const rest = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    app.fetch(path, {
      ...init,
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json', ...headers },
    });
  const etagOf = async (answer: Promise<Response>) => (await answer).headers.get('etag') ?? '';

  describe('in REST', () => {
    let path: string;
    beforeAll(async () => {
      const body = JSON.stringify({ title: 'Tagged' });
      const made = await rest('/api/tasks', {}, { method: 'POST', body });
      expect(made.headers.get('etag')).toBe('"1"');
      path = made.headers.get('location') ?? '';
    });

    it('receives a strong ETag for a task and for a list, the same until they change', async () => {
      for (const address of [path, '/api/tasks', '/api/tasks?limit=1&page=7']) {
        const etag = await etagOf(rest(address));
        expect(etag).toMatch(/^"[\w-]+"$/);
        expect(await etagOf(rest(address))).toBe(etag);
      }
    });

    it.each(['GET', 'HEAD'])('with %s and a matching If-None-Match returns 304 with the ETag and no body', async (method) => {
      for (const address of [path, '/api/tasks?limit=3']) {
        const etag = await etagOf(rest(address));
        for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
          const answer = await rest(address, { 'if-none-match': known }, { method });
          expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([304, etag, '']);
        }
        for (const other of ['"other"', 'nonsense', ''])
          expect((await rest(address, { 'if-none-match': other }, { method })).status).toBe(200);
      }
    });

    it.each([
      ['"a"', true],
      [', "a" ,, W/"b" ,', true],
      ['"a","b"', true],
      ['"a" "b"', false],
      ['"a', false],
      [', ,', false],
      ['', false],
    ])('accepts %j as a list of entity tags: %j', async (field, isList) => {
      const answer = await rest(path, { 'if-match': field });
      expect(answer.status).toBe(isList ? 412 : 400);
    });

    it('rejects a list of entity tags with 15,000 commas without blocking other requests', async () => {
      const field = `"a"${','.repeat(15_000)}x`;
      const started = performance.now();
      expect(parseEntityTags(field)).toBeUndefined();
      expect(performance.now() - started).toBeLessThan(200);
      expect((await rest(path, { 'if-none-match': field })).status).toBe(200);
      expect((await rest(path, { 'if-match': field })).status).toBe(400);
    });

    it('receives a new ETag after each change of the task, and for a list after each change of its tasks or its total', async () => {
      const tags = new Set<string>();
      const list = new Set<string>();
      for (let n = 0; n < 3; n++) {
        tags.add(await etagOf(rest(path)));
        list.add(await etagOf(rest('/api/tasks')));
        expect(await etagOf(rest(`${path}/complete`, {}, { method: 'PATCH' }))).toBe(await etagOf(rest(path)));
      }
      const firstOnly = await etagOf(rest('/api/tasks?limit=1&sort=id'));
      await rest('/api/tasks', {}, { method: 'POST', body: JSON.stringify({ title: 'One more' }) });
      expect(await etagOf(rest('/api/tasks?limit=1&sort=id'))).not.toBe(firstOnly);
      expect([tags.size, list.size]).toEqual([3, 3]);
    });

    it('with GET and If-Match returns the task if the tag matches and 412 otherwise', async () => {
      const etag = await etagOf(rest(path));
      for (const wanted of [etag, '*', `"0", ${etag}`]) expect((await rest(path, { 'if-match': wanted })).status).toBe(200);
      for (const wanted of ['"0"', `W/${etag}`]) {
        const answer = await rest(path, { 'if-match': wanted });
        expect([answer.status, ((await answer.json()) as { error_code: string }).error_code]).toEqual([
          412,
          'PRECONDITION_FAILED',
        ]);
      }
    });

    it('with a malformed If-Match returns 400 for every method', async () => {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? '{"title":"Matched"}' : undefined;
        const answer = await rest(path, { 'if-match': 'nonsense' }, { method, body });
        expect([method, answer.status]).toEqual([method, 400]);
      }
      expect((await rest('/api/tasks', { 'if-match': '3' })).status).toBe(400);
      // Also where no response has an entity tag.
      for (const [method, other] of [
        ['GET', '/health'],
        ['GET', '/api/auth/me'],
        ['DELETE', '/api/auth/sessions'],
        ['PATCH', '/api/users/me'],
      ] as const) {
        const body = method === 'PATCH' ? '{"name":"Not changed"}' : undefined;
        expect([other, (await rest(other, { 'if-match': 'nonsense' }, { method, body })).status]).toEqual([other, 400]);
      }
      const created = await rest('/api/tasks', { 'if-match': '3' }, { method: 'POST', body: '{"title":"Not made"}' });
      expect(await created.json()).toMatchObject({ error_code: 'BAD_REQUEST', details: { field: 'If-Match' } });
    });

    it.each([
      ['PUT', '', '{"title":"Not matched"}'],
      ['PUT', '', '{}'],
      ['PATCH', '/complete', undefined],
      ['DELETE', '', undefined],
    ])('with %s%s %j and If-None-Match returns 412 if a tag matches, and changes nothing', async (method, suffix, body) => {
      const made = await rest('/api/tasks', {}, { method: 'POST', body: '{"title":"Tagged"}' });
      const task = made.headers.get('location') ?? '';
      const write = async (headers: Record<string, string>) => (await rest(`${task}${suffix}`, headers, { method, body })).status;
      for (const tags of ['"1"', 'W/"1"', '"other", "1"', '*']) expect(await write({ 'if-none-match': tags })).toBe(412);
      expect(await write({ 'if-match': '"1", "2"', 'if-none-match': '"1"' })).toBe(412);
      expect(await write({ 'if-none-match': '1' })).toBe(400);
      expect(await write({ authorization: `Bearer ${bob.token}`, 'if-none-match': '*' })).toBe(403);
      expect(await versionOf(Number(task.split('/').at(-1)))).toBe(1);
      expect(await write({ 'if-match': '"1"', 'if-none-match': '"other", "2"' })).toBe(method === 'DELETE' ? 204 : 200);
    });

    it('with If-None-Match and a write of a missing task returns 404', async () => {
      for (const tags of ['*', '"1"'])
        expect((await rest('/api/tasks/2147483647', { 'if-none-match': tags }, { method: 'DELETE' })).status).toBe(404);
    });

    it('with If-Match matches any of several tags, no weak tag, and * if the task exists', async () => {
      const put = (match: string) => rest(path, { 'if-match': match }, { method: 'PUT', body: '{"title":"Matched"}' });
      const etag = await etagOf(rest(path));
      expect((await put(`W/${etag}`)).status).toBe(412);
      expect((await put('"made-up", "99999999999999999999"')).status).toBe(412);
      expect((await put(`"0", ${etag}`)).status).toBe(200);
      expect((await put('*')).status).toBe(200);
      const many = Array.from({ length: 300 }, (_, n) => `"${n + 1000}"`).join(', ');
      expect((await put(`${many}, ${await etagOf(rest(path))}`)).status).toBe(200);
    });

    it('with an If-Match that cannot be parsed is rejected, not ignored', async () => {
      const answer = await rest(path, { 'if-match': '3' }, { method: 'PUT', body: '{"title":"Lost"}' });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error_code: 'BAD_REQUEST', details: { field: 'If-Match' } });
    });
  });
});
