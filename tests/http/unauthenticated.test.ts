import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { claimsOf, forge } from '../support/forge.js';
import { query } from '../support/graphql.js';
import { styles } from '../support/styles.js';
import { transports } from '../support/transports.js';

const app = await sharedApp();
const ada = await newPerson(app);
const bob = await newPerson(app);
const gone = await newPerson(app);
await styles[0]?.call(app.fetch, 'logout', {}, gone.token);

describe('an UNAUTHENTICATED error', () => {
  const claims = claimsOf(ada.token);
  const past = Math.floor(Date.now() / 1000) - 60;
  const tokens: [reason: string, what: string, authorization: string][] = [
    ['invalid', 'no token of ours', 'Bearer a.b.c'],
    ['invalid', 'an empty Authorization', ''],
    ['invalid', 'another scheme', 'Basic YTpi'],
    ['invalid', 'another key', `Bearer ${forge(claims, { secret: 'another' })}`],
    ['invalid', 'another issuer', `Bearer ${forge({ ...claims, iss: 'other' })}`],
    ['invalid', 'an expired token of another key', `Bearer ${forge({ ...claims, exp: past }, { secret: 'another' })}`],
    ['invalid', 'an expired token for another audience', `Bearer ${forge({ ...claims, exp: past, aud: 'other' })}`],
    ['invalid', 'no exp', `Bearer ${forge({ ...claims, exp: undefined })}`],
    ['invalid', 'a refresh token', `Bearer ${ada.refreshToken}`],
    ['expired', 'an exp that has passed', `Bearer ${forge({ ...claims, exp: past })}`],
    ['expired', 'an exp that has passed, of a session that has ended', `Bearer ${forge({ ...claimsOf(gone.token), exp: past })}`],
    ['revoked', 'a session that has ended', `Bearer ${gone.token}`],
    ['revoked', 'a session that never was', `Bearer ${forge({ ...claims, sid: 'nothing' })}`],
    ['revoked', 'the session of another user', `Bearer ${forge({ ...claims, sub: bob.id })}`],
  ];

  describe.each(transports)('over $name', ({ me, refusal }) => {
    it.each(tokens)('has details.reason %s for %s', async (reason, _, authorization) => {
      const { status, code, details, headers } = await refusal(await me(app.fetch, { authorization }));
      expect([status, code, details]).toEqual([401, 'UNAUTHENTICATED', { reason }]);
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    });
  });

  it('has details.reason missing without a token: REST returns 401 and a plain challenge, GraphQL an error for each field', async () => {
    const outcome = await styles[1]?.call(app.fetch, 'me');
    expect(outcome).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(outcome?.details).toEqual({ reason: 'missing' });
    expect(outcome?.headers.get('www-authenticate')).toBe('Bearer');
    const { status, errors } = await query(app.fetch, '{ me { id } tasks { count } }');
    expect(status).toBe(200);
    expect(errors?.map(({ extensions }) => extensions.details)).toEqual([{ reason: 'missing' }, { reason: 'missing' }]);
  });

  describe.each(styles)('of refresh over $name', (style) => {
    const refresh = async (refreshToken: string) => {
      const { code, details } = await style.call(app.fetch, 'refresh', { input: { refreshToken } });
      return [code, details];
    };
    const unauthenticated = (reason: string) => ['UNAUTHENTICATED', { reason }];

    it('has details.reason invalid for an unknown token, and for one whose session was deleted', async () => {
      expect(await refresh('junk')).toEqual(unauthenticated('invalid'));
      expect(await refresh(gone.refreshToken)).toEqual(unauthenticated('invalid'));
    });

    it('has details.reason expired when the session has expired', async () => {
      const person = await newPerson(app);
      await app.db.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [person.id]);
      expect(await refresh(person.refreshToken)).toEqual(unauthenticated('expired'));
    });

    it('has details.reason revoked for the replay that ends the session', async () => {
      const person = await newPerson(app);
      await refresh(person.refreshToken);
      await app.db.query(
        `UPDATE refresh_tokens SET used_at = now() - interval '11 seconds'
         FROM sessions WHERE sessions.id = session_id AND user_id = $1 AND used_at IS NOT NULL`,
        [person.id],
      );
      expect(await refresh(person.refreshToken)).toEqual(unauthenticated('revoked'));
    });
  });
});
