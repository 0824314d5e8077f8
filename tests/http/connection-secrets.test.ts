import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { createLogger } from '../../src/log/log.js';
import { fetchOf, newPerson, openTestApp, testConfig, testSecret } from '../support/app.js';
import { startDatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { restStyle, styles } from '../support/styles.js';

const [databasePassword, mailPassword] = ['Canary-of-the-database', 'Canary-of-the-mail-server'];

it('the log has no password of the database or the mail server and no secret when both fail, with DEBUG=true', async () => {
  const test = await openTestApp();
  const role = `canary_${randomBytes(6).toString('hex')}`;
  await test.db.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${databasePassword}'`, []);
  const proxy = await startDatabaseProxy(test.url);
  const url = Object.assign(new URL(proxy.url), { username: role, password: databasePassword });
  const lines: string[] = [];
  const log = pino({ level: 'trace', base: undefined }, { write: (line: string) => lines.push(line) });
  // Nothing listens on port 1: the mail fails when the app closes.
  const mail = { SMTP_URL: `smtp://mailer:${mailPassword}@127.0.0.1:1`, MAIL_FROM: 'no-reply@example.com' };
  const app = await createApp(testConfig({ DEBUG: 'true', DATABASE_URL: url.href, ...mail }), { log });
  await app.ready;
  const fetch = fetchOf(app);
  const ada = await newPerson({ fetch });
  await restStyle.call(fetch, 'forgotPassword', { input: { email: ada.email } });
  const isIssued = async () => (await test.db.query('SELECT FROM one_time_tokens WHERE user_id = $1', [ada.id])).length > 0;
  await eventually(isIssued, 5_000);
  proxy.set('down');
  // Before the next request takes the connection that broke while it was idle.
  await eventually(() => lines.some((line) => line.includes('database.connection-lost')), 5_000);
  for (const style of styles)
    expect(await style.call(fetch, 'tasks', {}, ada.token)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await app.close();
  await proxy.close();
  await test.db.query(`DROP ROLE ${role}`, []);
  await test.close();
  const events = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(events).toEqual(expect.arrayContaining(['request.failed', 'mail.failed', 'database.connection-lost']));
  // By its secret key anybody may cancel the statements of a connection.
  for (const secret of [databasePassword, mailPassword, testSecret, 'secretKey']) expect(lines.join('')).not.toContain(secret);
});

it('the logger itself redacts fields with the names of secrets, also of errors and inputs', () => {
  const lines: string[] = [];
  const log = createLogger({ debug: true }, { write: (line: string) => lines.push(line) });
  const names = [
    ...['password', 'newPassword', 'currentPassword', 'token', 'accessToken', 'refreshToken', 'csrfToken', 'secret'],
    ...['new_password', 'current_password', 'access_token', 'refresh_token'],
    ...['authorization', 'cookie', 'set-cookie', 'x-csrf-token'],
  ];
  const fields = Object.fromEntries(names.map((name) => [name, `canary of ${name}`]));
  const err = Object.assign(new Error('failed'), fields);
  const parents = { err, input: fields, details: fields, body: fields, headers: fields };
  log.info({ ...fields, ...parents, userId: 'user_1' }, 'request.crashed');
  log.info({ password: true }, 'account.changed');
  expect(lines.join('')).not.toContain('canary');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'request.crashed', userId: 'user_1', err: { message: 'failed', token: '[redacted]' } },
    { msg: 'account.changed', password: true },
  ]);
});
