import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/accounts/api-tokens/scopes.js';
import { newApiToken } from '../support/api-tokens.js';
import { newPerson, password, sharedApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { type Arguments, type Operation, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();
const dayMs = 86_400_000;
const fromNow = (days: number) => new Date(Date.now() + days * dayMs).toISOString();

describe('personal API tokens', () => {
  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args: Arguments, token: string) => style.call(app.fetch, operation, args, token);
    const create = (token: string, input: object) => call('createApiToken', { input }, token);
    const list = async (token: string) => (await call('apiTokens', {}, token)).value as { data: { id: string }[]; count: number };

    describe('createApiToken', () => {
      it('returns the token once, with its name, scopes and end', async () => {
        const { token } = await newPerson(app);
        const expiresAt = fromNow(7);
        const { value, status, headers } = await create(token, {
          name: ' Export ',
          scopes: ['account', 'tasks:read'],
          expiresAt,
        });
        expect(status).toBe(style.name === 'REST' ? 201 : 200);
        expect(headers.get('cache-control')).toBe('no-store');
        const created = value as { id: string; token: string; prefix: string };
        expect(created).toEqual({
          id: expect.stringMatching(/^token_[0-9a-f]{32}$/),
          name: 'Export',
          prefix: created.token.slice(0, 12),
          scopes: ['tasks:read', 'account'],
          created_at: expect.any(String),
          last_used_at: null,
          expires_at: expiresAt,
          token: expect.stringMatching(/^tdm_[0-9A-Za-z]{49}$/),
        });
        const { token: _, ...listed } = created;
        expect(await list(token)).toEqual({ data: [listed], count: 1 });
      });

      it('ends the token with a checksum that secret scanners can verify', async () => {
        const { token } = await newApiToken(app, await newPerson(app));
        const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
        const checksum = [...token.slice(-6)].reduce((sum, digit) => sum * 62 + alphabet.indexOf(digit), 0);
        expect(checksum).toBe(crc32(token.slice(4, -6)));
      });

      it('stores a digest, and not the token', async () => {
        const person = await newPerson(app);
        const { id, token } = await newApiToken(app, person);
        const [row] = await app.db.query<{ row: string }>('SELECT to_jsonb(t)::text AS row FROM api_tokens AS t WHERE id = $1', [
          id,
        ]);
        expect(row?.row).toContain(id);
        expect(row?.row).not.toContain(token.slice(12));
      });

      it('lets a token live 90 days when no end is chosen', async () => {
        const { expires_at } = await newApiToken(app, await newPerson(app));
        expect(Math.abs(Date.parse(expires_at) - Date.now() - 90 * dayMs)).toBeLessThan(60_000);
      });

      it.each<[string, object]>([
        ['name', { scopes: ['account'] }],
        ['name', { name: '', scopes: ['account'] }],
        ['name', { name: 'x'.repeat(101), scopes: ['account'] }],
        ['scopes', { name: 'x', scopes: [] }],
        ['expires_at', { name: 'x', scopes: ['account'], expiresAt: 'tomorrow' }],
        ['expires_at', { name: 'x', scopes: ['account'], expiresAt: '2026-02-30T00:00:00Z' }],
        ['expires_at', { name: 'x', scopes: ['account'], expiresAt: '2020-01-01T00:00:00Z' }],
        ['expires_at', { name: 'x', scopes: ['account'], expiresAt: null }],
        ['expires_at', { name: 'x', scopes: ['account'], expiresAt: fromNow(367) }],
      ])('rejects an invalid %s: %j', async (field, input) => {
        const { code, details } = await create((await newPerson(app)).token, input);
        // The SDL itself refuses an absent name.
        if (style.name === 'GraphQL' && !('name' in input)) expect(code).toBe('BAD_REQUEST');
        else expect([code, details?.field]).toEqual(['VALIDATION_ERROR', field]);
      });

      it('rejects an end that is no text', async () => {
        const input = { name: 'x', scopes: ['account'], expiresAt: 5 };
        expect((await create((await newPerson(app)).token, input)).code).toBe('BAD_REQUEST');
      });

      it.each([[['admin']], ['account'], [[5]], [[null]], [5]])('rejects the scopes %j', async (scopes) => {
        const { code } = await create((await newPerson(app)).token, { name: 'x', scopes });
        expect(code).toBe(style.name === 'REST' && String(scopes) === 'admin' ? 'VALIDATION_ERROR' : 'BAD_REQUEST');
      });

      it('returns the same token for a repeated Idempotency-Key, and a new one when it has been revoked', async () => {
        const { token } = await newPerson(app);
        const args = { input: { name: 'x', scopes: ['account'] }, idempotencyKey: 'create-once' };
        const tokens = async () => (await call('createApiToken', args, token)).value as { id: string; token: string };
        const first = await tokens();
        expect(await tokens()).toEqual(first);
        await call('revokeApiToken', { id: first.id }, token);
        expect((await tokens()).token).not.toBe(first.token);
      });

      it('returns CONFLICT beyond 50 tokens, also when they are created at once', async () => {
        const person = await newPerson(app);
        const createOne = () => create(person.token, { name: 'x', scopes: ['account'] });
        // One after the other: each waits for the account's lock, and a busy machine may refuse what waits for long.
        for (let count = 0; count < 46; count++) await createOne();
        const outcomes = await Promise.all(Array.from({ length: 6 }, createOne));
        expect(outcomes.filter(({ code }) => code === 'CONFLICT')).toHaveLength(2);
        expect((await list(person.token)).count).toBe(50);
      });
    });

    describe('a request with a token', () => {
      const allowed: readonly [Scope, Operation, (taskId: number) => Arguments][] = [
        ['account', 'me', () => ({})],
        ['account', 'updateMe', () => ({ input: { name: 'Grace' } })],
        ['tasks:read', 'tasks', () => ({})],
        ['tasks:read', 'task', (id) => ({ id })],
        ['tasks:write', 'createTask', () => ({ input: { title: 'x' } })],
        ['tasks:write', 'updateTask', (id) => ({ id, input: { title: 'y' } })],
        ['tasks:write', 'toggleTask', (id) => ({ id })],
        ['tasks:write', 'deleteTask', (id) => ({ id })],
      ];
      const newTask = async (token: string) =>
        ((await restStyle.call(app.fetch, 'createTask', { input: { title: 'x' } }, token)).value as { id: number }).id;

      it.each(allowed)('with the scope %s can call %s', async (scope, operation, args) => {
        const person = await newPerson(app);
        const { token } = await newApiToken(app, person, [scope]);
        expect(await call(operation, args(await newTask(person.token)), token)).not.toHaveProperty('code');
      });

      it.each(allowed)(
        'without the scope %s cannot call %s: FORBIDDEN with the scope in details',
        async (scope, operation, args) => {
          const person = await newPerson(app);
          const others = (['tasks:read', 'tasks:write', 'account'] as const).filter((each) => each !== scope);
          const { token } = await newApiToken(app, person, others);
          const { code, status, details, headers } = await call(operation, args(await newTask(person.token)), token);
          expect([code, status, details]).toEqual(['FORBIDDEN', style.name === 'REST' ? 403 : 200, { scope }]);
          if (style.name === 'REST')
            expect(headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
        },
      );

      it.each<[Operation, Arguments]>([
        ['apiTokens', {}],
        ['createApiToken', { input: { name: 'x', scopes: ['account'] } }],
        ['revokeApiToken', { id: 'token_0123456789abcdef0123456789abcdef' }],
        ['sessions', {}],
        ['revokeOtherSessions', {}],
        ['revokeSession', { id: '0123456789abcdef0123456789abcdef' }],
        ['logout', {}],
        ['deleteMe', { input: { password } }],
        ['updateMe', { input: { email: 'other@example.com', currentPassword: password } }],
        ['updateMe', { input: { newPassword: 'another good one', currentPassword: password } }],
        ['updateMe', { input: { newPassword: 'another good one' } }],
      ])('with every scope cannot call %s with %j', async (operation, args) => {
        const person = await newPerson(app);
        const { token } = await newApiToken(app, person, ['tasks:read', 'tasks:write', 'account']);
        expect(await call(operation, args, token)).toMatchObject({ code: 'FORBIDDEN', details: {} });
        expect((await call('me', {}, person.token)).value).toMatchObject({ email: person.email });
      });

      it('with the scope account can send the unchanged email back', async () => {
        const person = await newPerson(app);
        const { token } = await newApiToken(app, person, ['account']);
        const { value } = await call('updateMe', { input: { email: person.email, name: 'Grace' } }, token);
        expect(value).toMatchObject({ email: person.email, name: 'Grace' });
      });

      it('reads and writes the tasks of its owner alone', async () => {
        const [ada, bob] = [await newPerson(app), await newPerson(app)];
        const { token } = await newApiToken(app, ada, ['tasks:read', 'tasks:write']);
        const id = await newTask(bob.token);
        for (const operation of ['task', 'toggleTask', 'deleteTask'] as const)
          expect(await call(operation, { id }, token)).toMatchObject({ code: 'FORBIDDEN', details: {} });
        expect((await call('tasks', {}, token)).value).toMatchObject({ count: 0 });
      });

      it.each([
        ['invalid', (token: string) => `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`],
        ['invalid', (token: string) => `${token}0`],
        ['invalid', (token: string) => token.slice(0, 20)],
        ['invalid', () => `tdm_${'é'.repeat(49)}`],
        ['invalid', (token: string) => `${token}${'0'.repeat(4000)}`],
      ])('is %s when the token is altered', async (reason, alter) => {
        const { token } = await newApiToken(app, await newPerson(app));
        expect(await call('tasks', {}, alter(token))).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason } });
      });

      it('is expired past its end', async () => {
        const { id, token } = await newApiToken(app, await newPerson(app));
        await app.db.query('UPDATE api_tokens SET expires_at = now() WHERE id = $1', [id]);
        expect(await call('tasks', {}, token)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'expired' } });
      });

      it('is recorded as its last use', async () => {
        const person = await newPerson(app);
        const { id, token } = await newApiToken(app, person);
        await call('tasks', {}, token);
        const lastUse = async () => {
          const [row] = await app.db.query<{ used: string | null }>('SELECT last_used_at AS used FROM api_tokens WHERE id = $1', [
            id,
          ]);
          return row?.used ?? null;
        };
        await eventually(async () => (await lastUse()) !== null, 5_000);
        const used = await lastUse();
        await call('tasks', {}, token);
        expect((await list(person.token)).data).toEqual([expect.objectContaining({ id, last_used_at: used })]);
      });
    });

    describe('revokeApiToken', () => {
      it('ends the token at once', async () => {
        const person = await newPerson(app);
        const { id, token } = await newApiToken(app, person);
        await call('tasks', {}, token);
        const { value, status } = await call('revokeApiToken', { id }, person.token);
        expect([value, status]).toEqual([true, style.name === 'REST' ? 204 : 200]);
        expect(await call('tasks', {}, token)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
        expect((await list(person.token)).count).toBe(0);
      });

      it.each(['token_0123456789abcdef0123456789abcdef', 'nothing', '1', 'a\0b'])('returns NOT_FOUND for %j', async (id) => {
        expect((await call('revokeApiToken', { id }, (await newPerson(app)).token)).code).toBe('NOT_FOUND');
      });

      it('returns NOT_FOUND for another user’s token, and leaves it', async () => {
        const { id, token } = await newApiToken(app, await newPerson(app));
        expect((await call('revokeApiToken', { id }, (await newPerson(app)).token)).code).toBe('NOT_FOUND');
        expect((await call('tasks', {}, token)).code).toBeUndefined();
      });
    });

    it('deleteMe ends the tokens of the account at once', async () => {
      const person = await newPerson(app);
      const { token } = await newApiToken(app, person);
      await call('tasks', {}, token);
      await call('deleteMe', { input: { password } }, person.token);
      expect(await call('tasks', {}, token)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
    });

    it('login ignores the token that is sent along', async () => {
      const person = await newPerson(app);
      const { token } = await newApiToken(app, person);
      const input = { email: person.email, password };
      expect((await call('login', { input }, token)).code).toBeUndefined();
    });
  });
});
