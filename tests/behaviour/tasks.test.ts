import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { type Arguments, type Operation, type Outcome, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('tasks', () => {
  const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  type Task = {
    id: number;
    title: string;
    status: string;
    description: string | null;
    created_at: string;
    updated_at: string;
    user_id: string;
  };

  it('of others are FORBIDDEN behind aliases beside your own, also once the document is compiled', async () => {
    const create = async (title: string, token: string) =>
      ((await restStyle.call(app.fetch, 'createTask', { input: { title } }, token)).value as Task).id;
    const [mine, theirs] = [await create('mine', ada.token), await create('secret', bob.token)];
    const aliases = Array.from({ length: 10 }, (_, n) => `a${n}: task(id: $${n % 2 ? 'theirs' : 'mine'}) { id title userId }`);
    const document = `query ($mine: ID!, $theirs: ID!) { ${aliases.join(' ')} }`;
    const task = { id: String(mine), title: 'mine', userId: ada.id };
    const data = Object.fromEntries(aliases.map((_, n) => [`a${n}`, n % 2 ? null : task]));
    for (let round = 0; round < 5; round++) {
      const { errors, ...answer } = await query(app.fetch, document, ada.token, { mine, theirs });
      expect(answer.data).toEqual(data);
      expect(errors?.map(({ extensions, path }) => [extensions.code, path?.[0]]).sort()).toEqual(
        [1, 3, 5, 7, 9].map((n) => ['FORBIDDEN', `a${n}`]),
      );
      expect(JSON.stringify(errors)).not.toMatch(/secret|user_/);
    }
  });

  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args: Arguments = {}, token: string | undefined = ada.token): Promise<Outcome> =>
      style.call(app.fetch, operation, args, token);
    const make = async (input: object = { title: 'Buy groceries' }, token = ada.token) =>
      (await call('createTask', { input }, token)).value as Task;

    describe('createTask', () => {
      it('returns the task with every field, the owner from the token and a trimmed title', async () => {
        const { value, status } = await call('createTask', { input: { title: '  Buy groceries ', description: ' Milk ' } });
        expect(value).toEqual({
          id: expect.any(Number),
          user_id: ada.id,
          title: 'Buy groceries',
          description: ' Milk ',
          status: 'Pending',
          created_at: moment,
          updated_at: moment,
        });
        expect(status).toBe(style.name === 'REST' ? 201 : 200);
      });

      it('returns null for an absent description', async () => {
        expect((await make({ title: 'x' })).description).toBeNull();
        expect((await make({ title: 'x', description: null })).description).toBeNull();
      });

      it('counts a title in Unicode code points: 200 are accepted, 201 are rejected', async () => {
        expect((await make({ title: '🙂'.repeat(200) })).title).toBe('🙂'.repeat(200));
        expect(await call('createTask', { input: { title: '🙂'.repeat(201) } })).toMatchObject({
          code: 'VALIDATION_ERROR',
          message: 'Invalid task title',
          details: { field: 'title', error: 'Title must be 1-200 characters' },
        });
      });

      it.each([
        ['empty', { title: '' }, 'title'],
        ['with only white space', { title: ' \n ' }, 'title'],
        ['with NUL', { title: 'a\0b' }, 'title'],
        ['with a lone surrogate', { title: 'a\ud83c' }, 'title'],
        ['with a description of 1001 characters', { title: 'x', description: 'y'.repeat(1001) }, 'description'],
        ['with NUL in the description', { title: 'x', description: '\0' }, 'description'],
      ])('rejects a task %s with VALIDATION_ERROR', async (_, input, field) => {
        expect(await call('createTask', { input })).toMatchObject({ code: 'VALIDATION_ERROR', details: { field } });
      });

      it('names the first invalid field and lists all', async () => {
        const { details } = await call('createTask', { input: { title: '', description: 'y'.repeat(1001) } });
        expect(details).toEqual({
          field: 'title',
          error: 'Title must be 1-200 characters',
          errors: [
            { field: 'title', error: 'Title must be 1-200 characters' },
            { field: 'description', error: 'Description must be at most 1000 characters' },
          ],
        });
      });

      it('rejects a title of the wrong type with BAD_REQUEST', async () => {
        expect(await call('createTask', { input: { title: 5 } })).toMatchObject({ code: 'BAD_REQUEST' });
      });

      it('authenticates before it validates', async () => {
        expect(await call('createTask', { input: { title: '' } }, '')).toMatchObject({ code: 'UNAUTHENTICATED' });
      });
    });

    describe('task', () => {
      it('returns the caller’s task', async () => {
        const task = await make();
        expect((await call('task', { id: task.id })).value).toEqual(task);
      });

      it('returns FORBIDDEN without any data for another user’s task, and writes an audit line', async () => {
        const task = await make({ title: 'secret' }, bob.token);
        const outcome = await call('task', { id: task.id });
        expect(outcome).toMatchObject({ code: 'FORBIDDEN', details: {} });
        expect(JSON.stringify({ ...outcome, headers: [...outcome.headers] })).not.toMatch(/secret|user_/);
        expect(app.lines).toContainEqual(
          expect.objectContaining({ audit: true, msg: 'task.forbidden', taskId: task.id, userId: ada.id }),
        );
      });

      it('returns NOT_FOUND for an unknown id', async () => {
        expect(await call('task', { id: 2147483647 })).toMatchObject({ code: 'NOT_FOUND' });
      });

      it.each(['0', '-1', '2147483648', '99999999999999999999', '1.5', '1e3', '0x10', 'abc', '01', ' 1', '1;--', '[1]'])(
        'returns BAD_REQUEST for the id %j',
        async (id) => {
          for (const operation of ['task', 'deleteTask', 'toggleTask'] as const) {
            expect(await call(operation, { id })).toMatchObject({ code: 'BAD_REQUEST', details: { field: 'id' } });
          }
          expect(await call('updateTask', { id, input: {} })).toMatchObject({ code: 'BAD_REQUEST' });
        },
      );
    });

    describe('updateTask', () => {
      it('keeps absent fields, and clears the description with null', async () => {
        const task = await make({ title: 'a', description: 'b' });
        const kept = (await call('updateTask', { id: task.id, input: { status: 'Completed' } })).value as Task;
        expect(kept).toEqual({ ...task, status: 'Completed', updated_at: moment });
        const cleared = (await call('updateTask', { id: task.id, input: { description: null } })).value as Task;
        expect(cleared).toEqual({ ...kept, description: null, updated_at: moment });
        expect(Date.parse(cleared.updated_at)).toBeGreaterThanOrEqual(Date.parse(kept.updated_at));
      });

      it('returns the unchanged task when there is nothing to change', async () => {
        const task = await make();
        expect((await call('updateTask', { id: task.id, input: {} })).value).toEqual(task);
      });

      it.each([
        ['title', { title: null }],
        ['status', { status: null }],
      ])('rejects null for the %s with VALIDATION_ERROR', async (field, input) => {
        const task = await make();
        expect(await call('updateTask', { id: task.id, input })).toMatchObject({ code: 'VALIDATION_ERROR', details: { field } });
      });

      it('rejects an unknown status, in GraphQL by the schema and in REST by validation', async () => {
        const task = await make();
        const { code } = await call('updateTask', { id: task.id, input: { status: 'Done' } });
        expect(code).toBe(style.name === 'REST' ? 'VALIDATION_ERROR' : 'BAD_REQUEST');
      });
    });

    describe('toggleTask', () => {
      it('changes Pending to Completed and back', async () => {
        const task = await make();
        expect((await call('toggleTask', { id: task.id })).value).toEqual({ ...task, status: 'Completed', updated_at: moment });
        expect((await call('toggleTask', { id: task.id })).value).toEqual({ ...task, updated_at: moment });
      });

      it('loses no update of many concurrent requests', async () => {
        const task = await make();
        const outcomes = await Promise.all(Array.from({ length: 21 }, () => call('toggleTask', { id: task.id })));
        expect(outcomes.filter(({ value }) => (value as Task).status === 'Completed')).toHaveLength(11);
        expect((await call('task', { id: task.id })).value).toMatchObject({ status: 'Completed' });
      });
    });

    describe('deleteTask', () => {
      it('deletes the task', async () => {
        const task = await make();
        const { value, status } = await call('deleteTask', { id: task.id });
        expect(value).toBe(true);
        expect(status).toBe(style.name === 'REST' ? 204 : 200);
        expect(await call('task', { id: task.id })).toMatchObject({ code: 'NOT_FOUND' });
      });
    });

    it.each(['updateTask', 'toggleTask', 'deleteTask'] as const)(
      '%s returns FORBIDDEN for another user’s task and changes nothing',
      async (operation) => {
        const task = await make({ title: 'hers' }, bob.token);
        const outcome = await call(operation, { id: task.id, input: operation === 'updateTask' ? { title: 'mine' } : undefined });
        expect(outcome).toMatchObject({ code: 'FORBIDDEN' });
        expect((await call('task', { id: task.id }, bob.token)).value).toEqual(task);
      },
    );

    it.each(['updateTask', 'toggleTask', 'deleteTask'] as const)(
      '%s returns NOT_FOUND for an unknown task',
      async (operation) => {
        const input = operation === 'updateTask' ? { title: 'x' } : undefined;
        expect(await call(operation, { id: 2147483647, input })).toMatchObject({ code: 'NOT_FOUND' });
      },
    );

    it.each([
      ['tasks', {}],
      ['task', { id: 1 }],
      ['createTask', { input: { title: 'x' } }],
      ['updateTask', { id: 1, input: {} }],
      ['toggleTask', { id: 1 }],
      ['deleteTask', { id: 1 }],
      ['me', {}],
      ['updateMe', { input: {} }],
      ['deleteMe', { input: { password: 'x' } }],
      ['logout', {}],
    ] as [Operation, Arguments][])('%s requires authentication', async (operation, args) => {
      const outcome = await style.call(app.fetch, operation, args);
      expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', details: {} });
      if (style.name === 'REST') expect(outcome.headers.get('www-authenticate')).toBe('Bearer');
    });
  });
});
