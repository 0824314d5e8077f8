import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newApiToken } from '../support/api-tokens.js';
import { newPerson, type Person, password } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { forge } from '../support/forge.js';
import { newClaims } from '../support/issuer.js';
import { openConnection, openSocketApp, requestText, type SocketApp } from '../support/socket.js';
import { graphqlRequest, restStyle } from '../support/styles.js';

type Credential = Record<string, string>;

const issuer = 'https://app.example';
const limits = { RATE_LIMIT: 'on', RATE_SIGNUP: '1000/h', RATE_ANONYMOUS: '1000/m' };

describe('a credential that ends before the last byte of the body', () => {
  let app: SocketApp;
  beforeAll(async () => {
    app = await openSocketApp({ NODE_ENV: 'development', AUTH_HS256_ISSUERS: issuer, ...limits });
  });
  afterAll(() => app.close());

  const bearer = ({ token }: { token: string }): Credential => ({ authorization: `Bearer ${token}` });
  const cookie = async ({ token }: Person): Promise<Credential> => {
    const cookies = { cookie: `session=${token}` };
    const { headers } = await app.fetch('/api/auth/me', { headers: cookies });
    return { ...cookies, origin: 'http://localhost', 'x-csrf-token': headers.get('x-csrf-token') ?? '' };
  };

  const input = { title: 'x' };
  const { document, variables } = graphqlRequest('createTask', { input });
  const transports = [
    { name: 'GraphQL', target: 'POST /graphql', body: JSON.stringify({ query: document, variables }), success: 200 },
    { name: 'REST', target: 'POST /api/tasks', body: JSON.stringify(input), success: 201 },
  ];
  type Write = Pick<(typeof transports)[number], 'target' | 'body'>;

  /** Sends a write but for its last byte, runs `meanwhile` when the server waits for the body, and sends the last byte. */
  async function sendAround({ target, body }: Write, credential: Credential, meanwhile: () => Promise<unknown>) {
    const connection = await openConnection(app.port);
    const fields = { 'content-type': 'application/json', expect: '100-continue', 'content-length': String(body.length) };
    connection.send(requestText(target, { ...fields, ...credential }));
    // The server authenticates before it asks for the content.
    expect((await connection.answer(true)).status).toBe(100);
    connection.send(body.slice(0, -1));
    await meanwhile();
    connection.send(body.slice(-1));
    const response = await connection.answer();
    connection.destroy();
    return response;
  }

  const call = async (...args: Parameters<typeof restStyle.call> extends [unknown, ...infer Rest] ? Rest : never) => {
    const outcome = await restStyle.call(app.fetch, ...args);
    expect(outcome).not.toHaveProperty('code');
    return outcome.value;
  };
  const signInAgain = async ({ email }: Person) =>
    ((await call('login', { input: { email, password } })) as { access_token: string }).access_token;
  const newPassword = 'another horse battery';

  const ends: readonly [string, (person: Person) => Promise<unknown>][] = [
    ['logout', ({ token }) => call('logout', {}, token)],
    ['revokeOtherSessions', async (person) => call('revokeOtherSessions', {}, await signInAgain(person))],
    [
      'a new password',
      async (person) => call('updateMe', { input: { currentPassword: password, newPassword } }, await signInAgain(person)),
    ],
    ['resetPassword', resetPassword],
    ['deleteMe', ({ token }) => call('deleteMe', { input: { password } }, token)],
  ];
  async function resetPassword({ email }: Person): Promise<unknown> {
    const before = app.lines.length;
    await call('forgotPassword', { input: { email } });
    const link = () => app.lines.slice(before).find(({ msg }) => msg === 'password-reset.link')?.link;
    await eventually(() => link() !== undefined, 5_000);
    return call('resetPassword', { input: { token: link(), newPassword } });
  }

  const revoked = {
    status: 401,
    body: expect.stringContaining('"details":{"reason":"revoked"}'),
    // The request counted for the user.
    headers: expect.objectContaining({ 'ratelimit-policy': expect.stringContaining('"user"') }),
  };

  describe.each(transports)('over $name', ({ success, ...write }) => {
    it.each(ends)('is refused as a bearer token: %s', async (_, end) => {
      const person = await newPerson(app);
      expect(await sendAround(write, bearer(person), () => end(person))).toMatchObject(revoked);
      expect(await app.db.query('SELECT FROM tasks WHERE user_id = $1', [person.id])).toHaveLength(0);
    });

    it.each(ends.slice(0, 3))('is refused as a cookie: %s', async (_, end) => {
      const person = await newPerson(app);
      expect(await sendAround(write, await cookie(person), () => end(person))).toMatchObject(revoked);
    });

    it('is refused as a personal API token: revokeApiToken', async () => {
      const person = await newPerson(app);
      const { id, token } = await newApiToken(app, person, ['tasks:write']);
      const revoke = () => call('revokeApiToken', { id }, person.token);
      expect(await sendAround(write, bearer({ token }), revoke)).toMatchObject(revoked);
    });

    it('is refused as a token of another issuer: logout', async () => {
      const token = forge(newClaims(issuer));
      expect(await sendAround(write, bearer({ token }), () => call('logout', {}, token))).toMatchObject(revoked);
    });

    it('is accepted when its session goes on: as a bearer token that was refreshed, and as a cookie', async () => {
      const person = await newPerson(app);
      const refresh = () => call('refresh', { input: { refreshToken: person.refreshToken } });
      expect((await sendAround(write, bearer(person), refresh)).status).toBe(success);
      expect((await sendAround(write, await cookie(person), async () => {})).status).toBe(success);
    });
  });

  it('is refused by an operation without a body, whose chunks are empty', async () => {
    const { id, token } = await newPerson(app);
    const task = (await call('createTask', { input }, token)) as { id: number };
    const connection = await openConnection(app.port);
    const fields = { 'transfer-encoding': 'chunked', expect: '100-continue', ...bearer({ token }) };
    connection.send(requestText(`DELETE /api/tasks/${task.id}`, fields));
    expect((await connection.answer(true)).status).toBe(100);
    await call('logout', {}, token);
    connection.send('0\r\n\r\n');
    expect(await connection.answer()).toMatchObject(revoked);
    connection.destroy();
    expect(await app.db.query('SELECT FROM tasks WHERE user_id = $1', [id])).toHaveLength(1);
  });
});
