import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { hashPassword } from '../../src/accounts/passwords/passwords.js';
import { createApp } from '../../src/app.js';
import { fetchOf, linesOf, newPerson, openTestApp, password, testConfig } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { forge } from '../support/forge.js';
import { newClaims } from '../support/issuer.js';
import { type Arguments, type Operation, styles } from '../support/styles.js';

// Tokens of issuers that share the secret: how a signature is verified makes no difference here.
const [issuer, second] = ['https://app.example', 'https://second.example'];
const settings = { AUTH_HS256_ISSUERS: `${issuer},${second}` };
const app = await openTestApp(settings);
afterAll(app.close);

interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
}

describe.each(styles)('a person whom another issuer signs in, over $name,', (style) => {
  const call = (operation: Operation, token: string, args: Arguments = {}) => style.call(app.fetch, operation, args, token);
  const claims = (changes: object = {}) =>
    ({ ...newClaims(issuer), ...changes }) as ReturnType<typeof newClaims> & { sub: string };
  const insertUser = async (id: string) => {
    await app.db.query('INSERT INTO users (id, email) VALUES ($1, $2)', [id, `${id.toLowerCase()}@example.com`]);
    return id;
  };

  it('gets one account at first sight, also when many requests bring it at once', async () => {
    const person = claims({ email: `${randomBytes(6).toString('hex')}@Example.COM`, name: '  Grace  ' });
    const tokens = Array.from({ length: 12 }, (_, n) => forge({ ...person, jti: `${n}` }));
    const other = fetchOf({ ...(await createApp(testConfig(settings), { log: app.app.log, db: app.db })) });
    const outcomes = await Promise.all(tokens.map((token, n) => style.call(n % 2 ? app.fetch : other, 'me', {}, token)));
    const me = { id: person.sub, email: String(person.email).toLowerCase(), name: 'Grace' };
    for (const { value } of outcomes) expect(value).toMatchObject(me);
  });

  it('can create personal API tokens', async () => {
    const args = { input: { name: 'x', scopes: ['account'] } };
    expect((await call('createApiToken', forge(claims()), args)).code).toBeUndefined();
  });

  it.each([
    ['no email', { email: undefined }],
    ['an email that is not valid', { email: 'grace' }],
    ['an email that is no text', { email: ['grace@example.com'] }],
  ])('gets no account with %s', async (_, change) => {
    const person = claims(change);
    const lines = await linesOf(app, async () => {
      expect(await call('me', forge(person))).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'invalid' } });
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'identity.refused', issuer, subject: person.sub, reason: 'email_missing' }),
    );
    expect(await app.db.query('SELECT id FROM users WHERE id = $1', [person.sub])).toEqual([]);
  });

  it('is never linked to an account that has the email', async () => {
    const ada = await newPerson(app);
    const person = claims({ email: ada.email });
    const lines = await linesOf(app, async () => {
      expect(await call('me', forge(person))).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'invalid' } });
    });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'identity.refused', reason: 'email_taken' }));
    expect(JSON.stringify(lines)).not.toContain(ada.email);
  });

  it('is refused when the subject is the id of an account that signup made', async () => {
    const ada = await newPerson(app);
    for (const iss of [issuer, second]) {
      const token = forge({ ...newClaims(iss), sub: ada.id });
      expect(await call('me', token)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'invalid' } });
    }
  });

  it('is another person than one of another issuer with the same subject', async () => {
    const first = claims();
    const twin = { ...newClaims(second), sub: first.sub };
    const [one, other] = [(await call('me', forge(first))).value as User, (await call('me', forge(twin))).value as User];
    expect([one.id, one.email]).toEqual([first.sub, first.email]);
    expect(other.email).toBe(twin.email);
    expect(other.id).not.toBe(one.id);
  });

  it('owns an adopted account, also after a password was set, and no other issuer does', async () => {
    const id = await insertUser(`Adopted-${randomBytes(6).toString('hex')}`);
    await app.db.query('INSERT INTO credentials (user_id, password_hash) VALUES ($1, $2)', [id, await hashPassword(password)]);
    const stranger = forge({ ...newClaims(second), sub: id, email: undefined });
    expect((await call('me', stranger)).code).toBe('UNAUTHENTICATED');
    // The email of the account counts, not that of the token.
    expect((await call('me', forge(claims({ sub: id })))).value).toMatchObject({ id, email: `${id.toLowerCase()}@example.com` });
    expect((await call('me', stranger)).code).toBe('UNAUTHENTICATED');
  });

  it('needs no password to delete the account, which refuses older tokens from then on', async () => {
    const [now, person] = [Math.floor(Date.now() / 1000), claims()];
    const [token, another] = [forge(person), forge({ ...person, jti: 'another' })];
    await call('createTask', token, { input: { title: 'Gone' } });
    expect((await call('me', another)).code).toBeUndefined();
    expect(await call('deleteMe', token)).toMatchObject({ value: true });
    const unseen = forge({ ...person, jti: 'unseen' });
    for (const old of [token, another, unseen])
      expect(await call('me', old)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
    expect(await app.db.query('SELECT id FROM users WHERE id = $1', [person.sub])).toEqual([]);
    // A token that is issued after the deletion creates a new account; the older tokens stay refused.
    const newer = forge({ ...person, iat: now + 30 });
    expect((await call('me', newer)).value).toMatchObject({ id: person.sub });
    expect((await call('tasks', newer)).value).toMatchObject({ data: [] });
    for (const old of [token, unseen]) expect((await call('me', old)).code).toBe('UNAUTHENTICATED');
  });

  it('is refused after an adopted account was deleted that no token had spoken for', async () => {
    const id = await insertUser(`adopted-${randomBytes(6).toString('hex')}`);
    await app.db.query('INSERT INTO credentials (user_id, password_hash) VALUES ($1, $2)', [id, await hashPassword(password)]);
    const login = await style.call(app.fetch, 'login', { input: { email: `${id}@example.com`, password } });
    const accessToken = (login.value as { access_token: string }).access_token;
    expect(await call('deleteMe', accessToken)).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'password' } });
    expect(await call('deleteMe', accessToken, { input: { password } })).toMatchObject({ value: true });
    expect((await call('me', forge(claims({ sub: id })))).code).toBe('UNAUTHENTICATED');
  });

  it('is logged out with 204: the token is refused at once here, and within a second elsewhere, in every encoding', async () => {
    const token = forge(claims());
    const other = fetchOf(await createApp(testConfig(settings), { log: app.app.log, db: app.db }));
    expect((await style.call(other, 'me', {}, token)).code).toBeUndefined();
    expect(await call('logout', token)).toMatchObject({ value: true });
    expect(await call('me', token)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
    await eventually(async () => (await style.call(other, 'me', {}, token)).code === 'UNAUTHENTICATED', 1000);
    const twisted = token.replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? last);
    expect((await call('me', twisted)).code).toBe('UNAUTHENTICATED');
  });

  it('can sign in again by another token after a logout', async () => {
    const person = claims();
    await call('logout', forge(person));
    expect((await call('me', forge({ ...person, jti: 'next' }))).value).toMatchObject({ id: person.sub });
  });

  it('cannot set a password, nor change the email without one', async () => {
    const token = forge(claims());
    const change = (input: object) => call('updateMe', token, { input });
    const fresh = { newPassword: 'another horse battery' };
    expect(await change(fresh)).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'new_password' } });
    expect(await change({ ...fresh, currentPassword: password })).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await change({ email: 'other@example.com' })).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await change({ name: 'Amazing' })).toMatchObject({ value: { name: 'Amazing' } });
    const { email } = (await call('me', token)).value as User;
    expect(await change({ email, name: 'Grace' })).toMatchObject({ value: { email, name: 'Grace' } });
  });
});
