import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.js';
import { parseRateLimit } from '../src/rate-limits/rate-limit.js';

const goodSecret = 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa';

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the configuration', () => {
  it('has the documented defaults', () => {
    expect(readConfig({})).toEqual({
      database: {
        url: undefined,
        directUrl: undefined,
        libpq: {},
        poolSize: 20,
        schema: undefined,
        prepared: 'auto',
        waitMs: 60_000,
        healthMaxAgeMs: 0,
      },
      dataDir: '.data',
      secrets: [],
      issuers: { jwks: undefined, sharedSecret: [] },
      accessTtlSeconds: 7 * 86_400,
      refreshTtlSeconds: 30 * 86_400,
      host: '0.0.0.0',
      port: 8000,
      production: false,
      explorer: true,
      debug: false,
      corsOrigins: ['http://localhost:3000'],
      trustedProxies: [],
      overloadDelayMs: 1_000,
      requestTimeoutMs: 10_000,
      rateLimits: {
        user: { points: 100, seconds: 1 },
        anonymous: { points: 120, seconds: 60 },
        login: { points: 10, seconds: 900 },
        refresh: { points: 120, seconds: 60 },
        signup: { points: 60, seconds: 3600 },
        passwordReset: { points: 5, seconds: 3600 },
      },
      mail: { server: undefined, links: { passwordReset: undefined, emailChange: undefined } },
    });
  });

  it('treats an empty variable as not set', () => {
    expect(readConfig({ API_PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('turns the explorer off in production by default', () => {
    expect(readConfig({ NODE_ENV: 'production', BETTER_AUTH_SECRET: goodSecret })).toMatchObject({
      production: true,
      explorer: false,
    });
    expect(readConfig({ NODE_ENV: 'production', BETTER_AUTH_SECRET: goodSecret, EXPLORER: 'on' })).toMatchObject({
      explorer: true,
    });
    expect(readConfig({ EXPLORER: 'off' })).toMatchObject({ explorer: false });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('reports all invalid settings at once, without their values', () => {
    const faults = faultsOf({
      NODE_ENV: 'staging',
      API_PORT: '99999',
      DATABASE_URL: 'mysql://root:hunter2@db',
      BETTER_AUTH_SECRET: 'hunter2',
      JWT_EXPIRY_DAYS: '-1',
      REFRESH_TOKEN_DAYS: '31',
      RATE_USER: 'plenty',
      CORS_ORIGINS: 'https://app.example/path',
      EXPLORER: 'maybe',
    });
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'API_PORT',
      'BETTER_AUTH_SECRET',
      'CORS_ORIGINS',
      'DATABASE_URL',
      'EXPLORER',
      'JWT_EXPIRY_DAYS',
      'NODE_ENV',
      'RATE_USER',
      'REFRESH_TOKEN_DAYS',
    ]);
    expect(faults.join()).not.toMatch(/hunter2|99999|plenty/);
  });

  it('requires a secret in production', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^BETTER_AUTH_SECRET must be set/)]);
  });

  it.each([
    'changeme-changeme-changeme-changeme',
    'secret-secret-secret-secret-secret',
    'CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME',
  ])('rejects the secret %j in production', (secret) => {
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRET: secret })).toEqual([
      expect.stringMatching(/^BETTER_AUTH_SECRET is a placeholder/),
    ]);
  });

  it('rejects the secret of .env.example', async () => {
    const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const [, secret = ''] = /^#? ?BETTER_AUTH_SECRET=(.*)$/m.exec(example) ?? [];
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRET: secret })).toHaveLength(1);
  });

  it('reads several secrets in the form of Better Auth, the signing one first and BETTER_AUTH_SECRET last', () => {
    const [first, second] = [goodSecret, goodSecret.toUpperCase()];
    expect(readConfig({ BETTER_AUTH_SECRETS: ` 2:${first}, 1:${second} ` }).secrets).toEqual([first, second]);
    expect(readConfig({ BETTER_AUTH_SECRETS: `2:${first}`, BETTER_AUTH_SECRET: second }).secrets).toEqual([first, second]);
    expect(readConfig({ BETTER_AUTH_SECRETS: `2:${first}`, BETTER_AUTH_SECRET: first }).secrets).toEqual([first]);
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRETS: `2:${first}` })).toEqual([]);
  });

  it.each([
    [goodSecret, 'must be versions and secrets such as 2:new,1:old (value 1)'],
    ['2:hunter2', 'must be at least 32 bytes (value 1)'],
    [`2:${goodSecret},`, 'must be versions and secrets such as 2:new,1:old (value 2)'],
    [`2:${goodSecret},2:${goodSecret}`, 'must have a version of its own for each secret (value 2)'],
    [`-1:${goodSecret}`, 'must be versions and secrets such as 2:new,1:old (value 1)'],
  ])('rejects BETTER_AUTH_SECRETS without repeating it: %#', (secrets, fault) => {
    expect(faultsOf({ BETTER_AUTH_SECRETS: secrets })).toEqual([`BETTER_AUTH_SECRETS ${fault}`]);
  });

  it('rejects a placeholder among several secrets in production', () => {
    const secrets = `2:${goodSecret},1:changeme-changeme-changeme-changeme`;
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRETS: secrets })).toEqual([
      expect.stringMatching(/^BETTER_AUTH_SECRETS holds a placeholder/),
    ]);
  });

  it('expects issuer and audience of other issuers as Better Auth has them, unless they are set', () => {
    const url = 'https://app.example/api/auth/jwks';
    const [issuer, audience] = ['https://app.example', 'tasks'];
    expect(readConfig({ AUTH_JWKS_URL: url }).issuers.jwks).toEqual({ url, issuer, audience: issuer });
    expect(
      readConfig({ AUTH_JWKS_URL: url, AUTH_ISSUER: 'other', AUTH_AUDIENCE: audience, AUTH_HS256_ISSUERS: 'a, b' }).issuers,
    ).toEqual({
      jwks: { url, issuer: 'other', audience },
      sharedSecret: [
        { issuer: 'a', audience },
        { issuer: 'b', audience },
      ],
    });
    expect(readConfig({ AUTH_HS256_ISSUERS: 'a' }).issuers.sharedSecret).toEqual([{ issuer: 'a', audience: 'a' }]);
  });

  it.each([
    ['http://keys.example/jwks', 1],
    ['http://8.8.8.8/jwks', 1],
    ['https://keys.example/jwks', 0],
    ['http://auth:3000/jwks', 0],
    ['http://10.0.0.7/jwks', 0],
    ['http://[::1]:3000/jwks', 0],
  ])('in production reads keys over https, or on a private network: %s', (url, faults) => {
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRET: goodSecret, AUTH_JWKS_URL: url })).toHaveLength(faults);
  });

  it('measures the length of a secret in bytes', () => {
    expect(faultsOf({ BETTER_AUTH_SECRET: 'é'.repeat(16) })).toEqual([]);
    expect(faultsOf({ BETTER_AUTH_SECRET: 'é'.repeat(15) })).toEqual(['BETTER_AUTH_SECRET must be at least 32 bytes']);
  });

  it.each([
    ['http://localhost', 'must start with smtp://'],
    ['smtp://user:p#ss@localhost', 'is not a valid URL'],
  ])('rejects the mail server %j', (url, fault) => {
    const faults = faultsOf({ SMTP_URL: url, MAIL_FROM: 'no-reply@example.com' });
    expect(faults).toEqual([expect.stringContaining(`SMTP_URL ${fault}`)]);
  });

  it.each([
    ['redis://localhost', 0],
    ['rediss://user:p%40ss@redis.example.com:6380/1', 0],
    ['http://:hidden@localhost', 1],
    ['redis://:hid#den@localhost', 1],
    ['redis://', 1],
    ['redis://:hidden@localhost/tasks', 1],
  ])('reads REDIS_URL %s, and never repeats it', (url, count) => {
    const faults = faultsOf({ REDIS_URL: url });
    expect(faults).toHaveLength(count);
    for (const fault of faults) expect(fault).toMatch(/^REDIS_URL must be a URL such as redis:(?!.*hid)/);
  });

  it('requires a sender with a mail server', () => {
    expect(faultsOf({ SMTP_URL: 'smtp://localhost' })).toEqual([expect.stringMatching(/^MAIL_FROM must be set with SMTP_URL/)]);
    expect(faultsOf({ SMTP_URL: 'smtp://localhost', MAIL_FROM: 'no-reply@example.com' })).toEqual([]);
  });

  it.each<[string, string, string | undefined]>([
    ['MAIL_FROM', 'Tandem <no-reply@example.com>', undefined],
    ['MAIL_FROM', 'nobody', 'must be an address'],
    ['MAIL_FROM', 'a@b\r\nBcc: c@d', 'must be an address'],
    ['PASSWORD_RESET_URL', 'https://app.example/reset#{token}', undefined],
    ['PASSWORD_RESET_URL', 'https://app.example/reset', 'must contain {token} once'],
    ['EMAIL_CONFIRMATION_URL', 'app.example/{token}', 'must be a URL of http or https'],
    ['API_HOST', '::1', undefined],
    ['API_HOST', 'fe80::1%eth0', undefined],
    ['API_HOST', 'tasks.internal', undefined],
    ['API_HOST', 'localhost', undefined],
    ['API_HOST', '[::1]', 'must be an IP address'],
    ['API_HOST', 'localhost:8000', 'must be an IP address'],
    ['API_HOST', 'http://localhost', 'must be an IP address'],
    ['API_HOST', 'bad host', 'must be an IP address'],
    ['API_HOST', '256.1.1.1', 'must be an IP address'],
    ['API_PORT', ' 8080\n', undefined],
    ['API_PORT', '8e3', 'must be a whole number from 0 to 65535'],
    ['API_PORT', '99999999999999999999', 'must be a whole number from 0 to 65535'],
    ['DATABASE_POOL', '0', 'must be a whole number from 1 to 1000'],
    ['REQUEST_TIMEOUT_SECONDS', '0', 'must be a whole number from 1 to 600'],
    ['JWT_EXPIRY_DAYS', '0.5', undefined],
    ['JWT_EXPIRY_DAYS', '0', 'must be more than 0 days'],
    ['JWT_EXPIRY_DAYS', '1e999', 'must be a number of days'],
    ['JWT_EXPIRY_DAYS', '0x10', 'must be a number of days'],
    ['JWT_EXPIRY_DAYS', '4000', 'must be at most 3650 days'],
    ['EXPLORER', 'OFF', undefined],
    ['DEBUG', 'yes', 'must be on or off'],
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::1, loopback, 192.168.0.0/255.255.0.0', undefined],
    ['TRUSTED_PROXIES', 'nginx', 'must be addresses, ranges such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '10', 'must be addresses, ranges such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'must be addresses, ranges such as 10.0.0.0/8'],
    ['TRUSTED_PROXIES', '127.0.0.1,10.0.0.0/', '(value 2)'],
    ['CORS_ORIGINS', 'https://app.example, http://localhost:5173', undefined],
    ['CORS_ORIGINS', 'https://app.example/', 'without a slash at the end'],
    ['CORS_ORIGINS', 'https://app.example,https://app.example/path', 'without a path: nothing after the host and port (value 2)'],
    ['CORS_ORIGINS', '*', 'must name each origin'],
    ['CORS_ORIGINS', 'app.example', 'with their scheme, such as https://app.example'],
    ['CORS_ORIGINS', 'https://App.example', 'host in lower case'],
    ['CORS_ORIGINS', 'https://app.example:443', 'without the default port'],
    ['CORS_ORIGINS', 'ftp://app.example', 'of http or https'],
    ['CORS_ORIGINS', 'https://ada:hunter2@app.example', 'without a user name'],
    ['DATABASE_URL', 'postgresql:///tasks?host=/run/postgresql', undefined],
    ['DATABASE_URL', 'postgres://ada:p%40ss@db/tasks', undefined],
    ['DATABASE_URL', 'postgresql://ada:hunter2#x@db/tasks', undefined],
    ['DATABASE_URL', 'postgresql://ada:hunter2/x@db/tasks', 'has an @ after the first /; encode what is special in the password'],
    ['DATABASE_URL', 'postgresql://ada:hunter2@db/tasks?sslmode=hunter2', 'has an unknown sslmode'],
    ['DATABASE_URL', 'postgresql://ada:hunter2@db:hunter2/tasks', 'has a port that is not a whole number from 1 to 65535'],
    [
      'DATABASE_URL',
      'postgresql://ada:hunter2@db/tasks?connect_timeout=soon',
      'has a connect_timeout that is not a whole number',
    ],
    ['DATABASE_URL', 'postgresql://ada:hunter2%zz@db/tasks', 'has a % that encodes nothing'],
    ['AUTH_JWKS_URL', 'app.example/jwks', 'must be a URL of http or https'],
    ['AUTH_JWKS_URL', 'ftp://app.example/jwks', 'must be a URL of http or https'],
    ['AUTH_JWKS_URL', 'https://ada:hunter2@app.example/jwks', 'without a user name'],
    ['AUTH_ISSUER', 'https://app.example', 'needs AUTH_JWKS_URL'],
    ['AUTH_HS256_ISSUERS', 'https://app.example,tandem', 'must name another issuer than tandem'],
    ['RATE_SIGNUP', '1/2d', undefined],
    ['RATE_SIGNUP', '1/30d', 'must have a window of at most 2 days'],
    ['RATE_SIGNUP', '0/h', 'must be a rate limit such as'],
  ])('reads %s=%j, or explains what is wrong', (name, value, fault) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)]);
    expect(faults.join()).not.toMatch(/hunter2|nginx/);
  });

  it('trims white space around values, and treats white space alone as not set', () => {
    expect(readConfig({ API_PORT: ' ', NODE_ENV: 'test ', DATA_DIR: ' data\n' })).toEqual(readConfig({ DATA_DIR: 'data' }));
    expect(faultsOf({ NODE_ENV: ' production' })).toEqual([expect.stringMatching(/^BETTER_AUTH_SECRET must be set/)]);
  });

  it('keeps white space around the secret, but does not count it', () => {
    expect(readConfig({ BETTER_AUTH_SECRET: `${goodSecret}\n` }).secrets).toEqual([`${goodSecret}\n`]);
    expect(faultsOf({ BETTER_AUTH_SECRET: `hunter2${' '.repeat(32)}` })).toEqual([
      'BETTER_AUTH_SECRET must be at least 32 bytes',
    ]);
  });

  it.each([
    ['100/s', { points: 100, seconds: 1 }],
    ['120/m', { points: 120, seconds: 60 }],
    ['10/15m', { points: 10, seconds: 900 }],
    ['60/h', { points: 60, seconds: 3600 }],
    ['1/2d', { points: 1, seconds: 172_800 }],
    ['0/s', undefined],
    ['5', undefined],
    ['5/0m', undefined],
    ['-5/s', undefined],
    ['5/w', undefined],
  ])('reads the rate limit %s', (text, rateLimit) => {
    expect(parseRateLimit(text)).toEqual(rateLimit);
  });
});

describe('.env.example', () => {
  it('and the README list every setting', async () => {
    const [source, example, readme] = await Promise.all(
      ['../src/config.ts', '../.env.example', '../README.md'].map((file) => readFile(new URL(file, import.meta.url), 'utf8')),
    );
    const names = [...(source?.matchAll(/^ {2}([A-Z][A-Z_]+):/gm) ?? [])].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      expect(example).toMatch(new RegExp(`^# ?${name}=|^${name}=`, 'm'));
      expect(readme).toContain(`| \`${name}\``);
    }
  });
});
