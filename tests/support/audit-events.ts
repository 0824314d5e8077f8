import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { issueToken } from '../../src/accounts/recovery/store.js';
import { newApiToken } from './api-tokens.js';
import { newPerson, type Person, password, type TestApp } from './app.js';
import { CookieJar } from './cookies.js';
import { forge } from './forge.js';
import { newClaims } from './issuer.js';
import type { Arguments, Fetch, Operation, Outcome } from './styles.js';

/** The issuer that the app trusts, and the origin whose pages may use cookies. */
export const [issuer, origin] = ['https://issuer.example', 'https://front.example'];

const unknownToken = randomBytes(32).toString('base64url');
const tokensOf = ({ value }: Outcome) => value as { access_token: string; refresh_token: string };

/** What a cause works with: the app, one API, and a person of its own. */
interface Tools {
  readonly app: TestApp;
  readonly ada: Person;
  call(operation: Operation, args?: Arguments, token?: string, fetch?: Fetch): Promise<Outcome>;
}

/** Causes an event. @returns the fields that its line has beside `userId`; `userId: undefined` when nobody is known. */
type Cause = (tools: Tools) => Promise<object>;

/** By the name of the event. */
export const causes: Readonly<Record<string, Cause>> = {
  'account.created': async ({ call }) => {
    const email = `${randomBytes(8).toString('hex')}@example.com`;
    const { value } = await call('signup', { input: { email, password, name: 'New' } });
    return { userId: (value as { user: Person }).user.id, sessionId: expect.any(String) };
  },
  'account.changed': async ({ ada, call }) => {
    await call('updateMe', { input: { newPassword: 'another good one', currentPassword: password } }, ada.token);
    return { password: true };
  },
  'account.deleted': async ({ ada, call }) => {
    await call('deleteMe', { input: { password } }, ada.token);
    return {};
  },
  'session.opened': async ({ ada, call }) => {
    await call('login', { input: { email: ada.email, password } });
    return { sessionId: expect.any(String) };
  },
  'session.ended': async ({ ada, call }) => {
    await call('logout', {}, ada.token);
    return { sessionId: expect.any(String) };
  },
  'session.revoked': async ({ ada, call }) => {
    const other = await call('login', { input: { email: ada.email, password } });
    const { value } = await call('sessions', {}, tokensOf(other).access_token);
    const { id } = (value as { data: { id: string }[] }).data[0] as { id: string };
    await call('revokeSession', { id }, ada.token);
    return { sessionId: id };
  },
  'sessions.revoked': async ({ ada, call }) => {
    await call('login', { input: { email: ada.email, password } });
    await call('revokeOtherSessions', {}, ada.token);
    return { count: 1 };
  },
  'session.replayed': async ({ ada, call }) => {
    const second = await call('refresh', { input: { refreshToken: ada.refreshToken } });
    await call('refresh', { input: { refreshToken: tokensOf(second).refresh_token } });
    await call('refresh', { input: { refreshToken: ada.refreshToken } });
    return { sessionId: expect.any(String) };
  },
  'refresh-token.rejected': async ({ call }) => {
    await call('refresh', { input: { refreshToken: unknownToken } });
    return { userId: undefined, reason: 'invalid' };
  },
  'credentials.rejected': async ({ ada, call }) => {
    await call('login', { input: { email: ada.email, password: 'wrong password' } });
    return {};
  },
  'credentials.limited': async ({ ada, call }) => {
    for (let attempt = 1; attempt <= 4; attempt++) await call('login', { input: { email: ada.email, password: 'wrong' } });
    return { userId: undefined };
  },
  'api-token.created': async ({ app, ada }) => {
    const { id } = await newApiToken(app, ada);
    return { apiTokenId: id, scopes: ['tasks:read'] };
  },
  'api-token.revoked': async ({ app, ada, call }) => {
    const { id } = await newApiToken(app, ada);
    await call('revokeApiToken', { id }, ada.token);
    return { apiTokenId: id };
  },
  'api-token.forbidden': async ({ app, ada, call }) => {
    const { id, token } = await newApiToken(app, ada);
    await call('createTask', { input: { title: 'x' } }, token);
    return { apiTokenId: id, scope: 'tasks:write', operation: 'Mutation.createTask' };
  },
  'task.forbidden': async ({ app, ada, call }) => {
    const { value } = await call('createTask', { input: { title: 'Of Bob' } }, (await newPerson(app)).token);
    const { id } = value as { id: number };
    await call('task', { id }, ada.token);
    return { taskId: id, operation: 'task' };
  },
  'csrf.rejected': async ({ app, ada, call }) => {
    const jar = new CookieJar(app.fetch, { origin, 'x-session': 'cookie' });
    await call('login', { input: { email: ada.email, password } }, undefined, jar.fetch);
    await call('createTask', { input: { title: 'x' } }, undefined, jar.fetch);
    return { reason: 'token', operation: 'Mutation.createTask' };
  },
  'password-reset.requested': async ({ ada, call }) => {
    await call('forgotPassword', { input: { email: ada.email } });
    return { isLimited: false };
  },
  'password-reset.completed': async ({ app, ada, call }) => {
    const token = await issueToken(app.db, { userId: ada.id }, 'password-reset');
    await call('resetPassword', { input: { token, newPassword: 'another good one' } });
    return {};
  },
  'password-reset.rejected': async ({ call }) => {
    await call('resetPassword', { input: { token: unknownToken, newPassword: 'another good one' } });
    return { userId: undefined };
  },
  'email-change.completed': async ({ app, ada, call }) => {
    await call('confirmEmail', {
      input: { token: await issueToken(app.db, { userId: ada.id }, 'email-change', `new-${ada.email}`) },
    });
    return {};
  },
  'email-change.rejected': async ({ call }) => {
    await call('confirmEmail', { input: { token: unknownToken } });
    return { userId: undefined };
  },
  'identity.bound': async ({ call }) => {
    const claims = newClaims(issuer);
    await call('me', {}, forge(claims));
    return { userId: claims.sub, issuer, subject: claims.sub, isNew: true };
  },
  'identity.refused': async ({ ada, call }) => {
    const claims = newClaims(issuer);
    await call('me', {}, forge({ ...claims, email: ada.email }));
    return { userId: undefined, issuer, subject: claims.sub, reason: 'email_taken' };
  },
};
