import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newPerson, type Person, password, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { type Arguments, type Operation, type Outcome, type Style, styles } from '../support/styles.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('an Idempotency-Key', () => {
  const call = (style: Style, operation: Operation, args: Arguments, token: string | undefined = ada.token) =>
    style.call(app.fetch, operation, args, token);
  const countTasks = async (person: Person) => {
    const [row] = await app.db.query<{ total: number }>('SELECT count(*)::int AS total FROM tasks WHERE user_id = $1', [
      person.id,
    ]);
    return row?.total;
  };
  const newTask = async () => {
    const { value } = await call(styles[1] as Style, 'createTask', { input: { title: 'Retried', description: 'as it was' } });
    return (value as { id: number }).id;
  };
  /** A sign-in as a repeated request returns it: less time is left. */
  const repeated = ({ value }: Outcome) => ({ ...(value as object), expires_in: expect.any(Number) });
  const newEmail = () => `${randomUUID()}@example.com`;

  /** Every first style with every second one: there is one ledger. */
  const pairs = styles.flatMap((first) =>
    styles.map((second) => ({ first, second, name: `${first.name}, then ${second.name}` })),
  );

  describe.each(pairs)('that is sent twice ($name)', ({ first, second }) => {
    it('creates one task and returns it twice, quoted or not, even when the task has changed since', async () => {
      const before = await countTasks(ada);
      const args = { input: { title: '  Once ', description: null }, idempotencyKey: randomUUID() };
      const made = await call(first, 'createTask', args);
      await call(second, 'toggleTask', { id: (made.value as { id: number }).id });
      const again = await call(second, 'createTask', { ...args, idempotencyKey: `"${args.idempotencyKey}"` });
      expect(again.value).toEqual(made.value);
      expect(await countTasks(ada)).toBe((before ?? 0) + 1);
    });

    it.each([
      ['toggleTask', {}],
      ['updateTask', { input: { title: 'Changed', description: null } }],
      ['updateTask', { input: {} }],
      ['toggleTask', { ifVersion: 1 }],
      ['deleteTask', { ifVersion: 1 }],
      ['deleteTask', {}],
    ] as [Operation, Arguments][])('runs %s %j once', async (operation, given) => {
      const args = { ...given, id: await newTask(), idempotencyKey: randomUUID() };
      const made = await call(first, operation, args);
      expect(made).not.toHaveProperty('code');
      expect((await call(second, operation, args)).value).toEqual(made.value);
    });

    it('creates one account and returns the same tokens, although no token is stored', async () => {
      const args = { input: { email: newEmail(), password, name: 'Eve' }, idempotencyKey: randomUUID() };
      const made = await call(first, 'signup', args);
      expect((await call(second, 'signup', args)).value).toEqual(repeated(made));
      const { access_token: accessToken, refresh_token: refreshToken } = made.value as Record<string, string>;
      const [line] = await app.db.query<{ line: string }>('SELECT k::text AS line FROM idempotency_keys AS k WHERE key = $1', [
        args.idempotencyKey,
      ]);
      for (const secret of [accessToken, refreshToken, password]) expect(line?.line).not.toContain(secret);
      expect(await call(second, 'me', {}, accessToken)).toMatchObject({ value: { name: 'Eve' } });
      expect(await call(first, 'refresh', { input: { refreshToken } })).not.toHaveProperty('code');
    });

    it('opens one session', async () => {
      const args = { input: { email: ada.email, password }, idempotencyKey: randomUUID() };
      const made = await call(first, 'login', args);
      expect((await call(second, 'login', args)).value).toEqual(repeated(made));
    });

    it('refreshes once, and leaves a replayed refresh token to the replay rule', async () => {
      const { refreshToken } = await newPerson(app);
      const args = { input: { refreshToken }, idempotencyKey: randomUUID() };
      const child = (await call(first, 'refresh', args)).value as Record<string, string>;
      const again = (await call(second, 'refresh', args)).value as Record<string, string>;
      expect(again.refresh_token).toBe(child.refresh_token);
      await call(first, 'refresh', { input: { refreshToken: child.refresh_token } });
      expect(await call(second, 'refresh', args)).toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    it('changes a password once, and returns success again although the old password is no longer valid', async () => {
      const person = await newPerson(app);
      const input = { name: 'New', currentPassword: password, newPassword: 'another horse battery' };
      const args = { input, idempotencyKey: randomUUID() };
      const made = await call(first, 'updateMe', args, person.token);
      expect(made.value).toMatchObject({ name: 'New' });
      expect((await call(second, 'updateMe', args, person.token)).value).toEqual(made.value);
    });
  });

  describe.each(styles)('in $name', (style) => {
    it('is VALIDATION_ERROR with another payload, operation or condition, and changes nothing', async () => {
      const id = await newTask();
      const idempotencyKey = randomUUID();
      await call(style, 'updateTask', { id, input: { title: 'First' }, idempotencyKey });
      const others: [Operation, Arguments][] = [
        ['updateTask', { id, input: { title: 'Second' } }],
        ['updateTask', { id, input: { title: 'First', description: null } }],
        ['updateTask', { id: await newTask(), input: { title: 'First' } }],
        ['updateTask', { id, input: { title: 'First' }, ifVersion: 1 }],
        ['createTask', { input: { title: 'First' } }],
        ['toggleTask', { id }],
        ['deleteTask', { id }],
        ['updateMe', { input: { name: 'First' } }],
        ['logout', {}],
        ['deleteMe', { input: { password } }],
      ];
      for (const [operation, args] of others) {
        expect(await call(style, operation, { ...args, idempotencyKey })).toMatchObject({
          code: 'VALIDATION_ERROR',
          status: style.name === 'REST' ? 422 : 200,
          details: { field: 'Idempotency-Key', error: expect.any(String) },
        });
      }
      expect((await call(style, 'task', { id })).value).toMatchObject({
        title: 'First',
        description: 'as it was',
        status: 'Pending',
      });
    });

    it('is VALIDATION_ERROR when signup, login or refresh have another payload', async () => {
      const signup = { email: newEmail(), password, name: 'Eve' };
      const keys = { signup: randomUUID(), login: randomUUID(), refresh: randomUUID() };
      const { value } = await call(style, 'signup', { input: signup, idempotencyKey: keys.signup });
      const refreshToken = (value as Record<string, string>).refresh_token;
      await call(style, 'login', { input: { email: signup.email, password }, idempotencyKey: keys.login });
      await call(style, 'refresh', { input: { refreshToken }, idempotencyKey: keys.refresh });
      for (const [operation, input, idempotencyKey] of [
        ['signup', { ...signup, name: 'Adam' }, keys.signup],
        ['signup', { ...signup, email: newEmail() }, keys.signup],
        ['login', { email: signup.email, password: 'wrong horse' }, keys.login],
        ['refresh', { refreshToken: `${refreshToken}x` }, keys.refresh],
      ] as const)
        expect(await call(style, operation, { input, idempotencyKey })).toMatchObject({
          code: 'VALIDATION_ERROR',
          details: { field: 'Idempotency-Key' },
        });
    });

    it('belongs to one user, so that another user can use the same key', async () => {
      const args = { input: { title: 'Mine' }, idempotencyKey: randomUUID() };
      const mine = await call(style, 'createTask', args);
      const theirs = await call(style, 'createTask', args, bob.token);
      expect(theirs.value).toMatchObject({ user_id: bob.id });
      expect(theirs.value).not.toEqual(mine.value);
    });

    it('creates one row for 50 concurrent retries, which return the same result, or CONFLICT while the first is in flight', async () => {
      const before = (await countTasks(ada)) ?? 0;
      const args = { input: { title: 'Stormy' }, idempotencyKey: randomUUID() };
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => call(style, 'createTask', args)));
      const made = outcomes.filter(({ code }) => code === undefined);
      const refused = outcomes.filter(({ code }) => code !== undefined);
      expect(await countTasks(ada)).toBe(before + 1);
      expect(new Set(made.map(({ value }) => (value as { id: number }).id)).size).toBe(1);
      for (const outcome of refused)
        expect(outcome).toMatchObject({ code: 'CONFLICT', details: { field: 'Idempotency-Key', error: expect.any(String) } });
      expect((await call(style, 'createTask', args)).value).toEqual(made[0]?.value);
    });

    it('can be used again after a failed write, which changes nothing', async () => {
      const id = await newTask();
      const args = { id, input: { title: 'Late' }, ifVersion: 2, idempotencyKey: randomUUID() };
      expect(await call(style, 'updateTask', args)).toMatchObject({ code: 'PRECONDITION_FAILED' });
      await call(style, 'toggleTask', { id });
      expect((await call(style, 'updateTask', args)).value).toMatchObject({ title: 'Late' });
      const login = { input: { email: ada.email, password: 'wrong horse' }, idempotencyKey: randomUUID() };
      expect(await call(style, 'login', login)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await call(style, 'login', login)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });

    it.each([['""'], ['a b'], ['"open'], ['a, a'], ['ä'], ['k'.repeat(256)]])(
      'is BAD_REQUEST when it is %j',
      async (idempotencyKey) => {
        expect(await call(style, 'createTask', { input: { title: 'x' }, idempotencyKey })).toMatchObject({
          code: 'BAD_REQUEST',
          details: { field: 'Idempotency-Key', error: 'Idempotency-Key must be 1-255 printable ASCII characters' },
        });
        expect(await call(style, 'logout', { idempotencyKey }, 'nobody')).toMatchObject({ code: 'UNAUTHENTICATED' });
      },
    );

    it('is stored for 24 hours and then deleted', async () => {
      const args = { input: { title: 'Daily' }, idempotencyKey: randomUUID() };
      const age = (hours: number) =>
        app.db.query('UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $2::int) WHERE key = $1', [
          args.idempotencyKey,
          hours,
        ]);
      const made = await call(style, 'createTask', args);
      await age(23);
      expect((await call(style, 'createTask', args)).value).toEqual(made.value);
      await age(24);
      const next = await call(style, 'createTask', args);
      expect(next.value).not.toEqual(made.value);
      expect((await call(style, 'createTask', args)).value).toEqual(next.value);
    });

    it('is deleted with its user', async () => {
      const person = await newPerson(app);
      const login = { input: { email: person.email, password }, idempotencyKey: randomUUID() };
      await call(style, 'login', login);
      await call(style, 'createTask', { input: { title: 'Private' }, idempotencyKey: randomUUID() }, person.token);
      const lines = () => app.db.query('SELECT FROM idempotency_keys WHERE user_id = $1', [person.id]);
      expect(await lines()).toHaveLength(2);
      await call(style, 'deleteMe', { input: { password }, idempotencyKey: randomUUID() }, person.token);
      expect(await lines()).toEqual([]);
      expect(await call(style, 'login', login)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    });
  });

  it('applies to each mutation of a document separately, in document order', async () => {
    const idempotencyKey = randomUUID();
    const send = (document: string) => query(app.fetch, document, bob.token, undefined, { 'idempotency-key': idempotencyKey });
    const before = (await countTasks(bob)) ?? 0;
    const create = (alias: string) => `${alias}: createTask(input: {title: "${alias}"}) { id title }`;
    const both = `mutation { ${create('a')} ${create('b')} }`;
    const made = await send(both);
    expect(await send(both)).toMatchObject({ data: made.data as object });
    expect(await send(`mutation { ${create('a')} }`)).toMatchObject({ data: { a: made.data?.a } });
    expect(await countTasks(bob)).toBe(before + 2);
    expect(await send('{ me { id } }')).toMatchObject({ data: { me: { id: bob.id } } });
  });
});
