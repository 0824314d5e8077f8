import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newPerson, type Person, password, sharedApp } from '../support/app.js';
import { type Arguments, type Operation, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();

describe('users', () => {
  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args: Arguments, token: string) => style.call(app.fetch, operation, args, token);
    const update = (person: Person, input: object) => call('updateMe', { input }, person.token);
    const login = (email: string, given: string) => style.call(app.fetch, 'login', { input: { email, password: given } });

    describe('me', () => {
      it('returns the signed-in user without any secret', async () => {
        const person = await newPerson(app);
        const { value } = await call('me', {}, person.token);
        expect(value).toEqual({
          id: person.id,
          email: person.email,
          name: 'Ada',
          created_at: expect.any(String),
          updated_at: expect.any(String),
        });
      });
    });

    describe('updateMe', () => {
      it('changes the name without a password', async () => {
        const person = await newPerson(app);
        expect((await update(person, { name: ' Grace ' })).value).toMatchObject({
          id: person.id,
          name: 'Grace',
          email: person.email,
        });
      });

      it('returns the unchanged user when there is nothing to change', async () => {
        const person = await newPerson(app);
        expect((await update(person, {})).value).toMatchObject({ id: person.id, name: 'Ada' });
      });

      it('requires the current password for a new email or password: missing is VALIDATION_ERROR, wrong is INVALID_CREDENTIALS', async () => {
        const person = await newPerson(app);
        for (const change of [{ email: 'new@example.com' }, { newPassword: 'another good one' }]) {
          expect(await update(person, change)).toMatchObject({
            code: 'VALIDATION_ERROR',
            message: 'Invalid current password',
            details: { field: 'current_password' },
          });
          expect(await update(person, { ...change, currentPassword: 'wrong' })).toMatchObject({ code: 'INVALID_CREDENTIALS' });
        }
      });

      it('changes the name without a password when the unchanged email, in any letter case, or the whole user is sent back', async () => {
        const person = await newPerson(app);
        const { value } = await call('me', {}, person.token);
        const sentBack = style.name === 'REST' ? [value as object] : [];
        for (const [index, user] of [
          { email: person.email },
          { email: ` ${person.email.toUpperCase()} ` },
          ...sentBack,
        ].entries()) {
          const name = `Grace ${index}`;
          expect((await update(person, { ...user, name })).value).toMatchObject({ id: person.id, email: person.email, name });
        }
        expect((await update(person, { email: person.email })).value).toMatchObject({ email: person.email });
      });

      it('returns the result of a repeated change of the email, which is then the old one', async () => {
        const person = await newPerson(app);
        const input = { email: `new-${person.email}`, currentPassword: password };
        const args = { input, idempotencyKey: randomBytes(8).toString('hex') };
        const changed = await call('updateMe', args, person.token);
        expect(changed.value).toMatchObject({ email: input.email });
        await update(person, { name: 'Later' });
        expect((await call('updateMe', args, person.token)).value).toEqual(changed.value);
      });

      it('stores a new email in lower case, and returns CONFLICT for another account’s email', async () => {
        const [person, other] = [await newPerson(app), await newPerson(app)];
        const email = `New.${randomBytes(6).toString('hex')}@Example.com`;
        expect((await update(person, { email, currentPassword: password })).value).toMatchObject({ email: email.toLowerCase() });
        expect((await login(email, password)).code).toBeUndefined();
        expect(await update(person, { email: other.email, currentPassword: password })).toMatchObject({ code: 'CONFLICT' });
      });

      it('ends all other sessions with a new password, and keeps the current session', async () => {
        const person = await newPerson(app);
        const other = (await login(person.email, password)).value as { access_token: string };
        expect((await update(person, { newPassword: 'another good one', currentPassword: password })).code).toBeUndefined();
        expect((await call('me', {}, person.token)).code).toBeUndefined();
        expect((await call('me', {}, other.access_token)).code).toBe('UNAUTHENTICATED');
        expect((await login(person.email, password)).code).toBe('INVALID_CREDENTIALS');
        expect((await login(person.email, 'another good one')).code).toBeUndefined();
      });

      it('rejects the old and the new email, the parts before their @, and the old and the new name as a new password', async () => {
        const person = await newPerson(app);
        await update(person, { name: 'Ada Lovelace' });
        const [email, name] = [`New-${person.email}`, 'Grace Hopper'];
        const emails = [person.email.toUpperCase(), email];
        for (const newPassword of [...emails, ...emails.map((each) => each.split('@')[0]), 'ADA LOVELACE', 'grace hopper'])
          expect(await update(person, { email, name, newPassword, currentPassword: password })).toMatchObject({
            code: 'VALIDATION_ERROR',
            details: { field: 'new_password' },
          });
      });

      it.each([
        ['name', { name: null }],
        ['name', { name: '' }],
        ['email', { email: null, currentPassword: password }],
        ['email', { email: 'nonsense', currentPassword: password }],
        ['new_password', { newPassword: null, currentPassword: password }],
        ['new_password', { newPassword: 'short', currentPassword: password }],
        ['current_password', { name: 'Ada', currentPassword: null }],
      ])('rejects an invalid %s with VALIDATION_ERROR: %j', async (field, input) => {
        expect(await update(await newPerson(app), input)).toMatchObject({ code: 'VALIDATION_ERROR', details: { field } });
      });
    });

    describe('deleteMe', () => {
      it('deletes the account with its tasks and sessions', async () => {
        const person = await newPerson(app);
        await call('createTask', { input: { title: 'x' } }, person.token);
        const other = (await login(person.email, password)).value as { access_token: string };
        const { value, status } = await call('deleteMe', { input: { password } }, person.token);
        expect(value).toBe(true);
        expect(status).toBe(style.name === 'REST' ? 204 : 200);
        for (const token of [person.token, other.access_token])
          expect((await call('me', {}, token)).code).toBe('UNAUTHENTICATED');
        expect((await login(person.email, password)).code).toBe('INVALID_CREDENTIALS');
        const [left] = await app.db.query<{ tasks: number }>('SELECT count(*)::int AS tasks FROM tasks WHERE user_id = $1', [
          person.id,
        ]);
        expect(left?.tasks).toBe(0);
      });

      it('rejects a wrong password with INVALID_CREDENTIALS and deletes nothing', async () => {
        const person = await newPerson(app);
        expect(await call('deleteMe', { input: { password: 'wrong' } }, person.token)).toMatchObject({
          code: 'INVALID_CREDENTIALS',
        });
        expect((await call('me', {}, person.token)).code).toBeUndefined();
      });
    });

    describe('health', () => {
      it('returns the status, uptime and version of the process', async () => {
        const { value } = await style.call(app.fetch, 'health');
        expect(value).toEqual({
          status: 'ok',
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          uptime_seconds: expect.any(Number),
        });
      });

      it('checks the database connection', async () => {
        const { value } = await style.call(app.fetch, 'databaseHealth');
        expect(value).toEqual({ status: 'ok', latency_ms: expect.any(Number) });
      });
    });
  });

  describe('whose account was deleted', () => {
    it('cannot write while the session is still cached', async () => {
      const person = await newPerson(app);
      await restStyle.call(app.fetch, 'me', {}, person.token);
      // As if another process had deleted it this moment.
      await app.db.query('DELETE FROM users WHERE id = $1', [person.id]);
      const outcome = await restStyle.call(app.fetch, 'createTask', { input: { title: 'x' } }, person.token);
      expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });
});
