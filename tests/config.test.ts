import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.js';
import { parseBudget } from '../src/core/budget.js';

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
  it('has the defaults of the product page', () => {
    expect(readConfig({})).toEqual({
      database: { url: undefined, poolSize: 20 },
      dataDir: '.data',
      secret: undefined,
      accessTtlSeconds: 7 * 86_400,
      refreshTtlSeconds: 30 * 86_400,
      host: '0.0.0.0',
      port: 8000,
      production: false,
      explorer: true,
      debug: false,
      corsOrigins: ['http://localhost:3000'],
      trustedProxies: [],
      requestTimeoutMs: 10_000,
      budgets: {
        user: { points: 100, seconds: 1 },
        anonymous: { points: 120, seconds: 60 },
        login: { points: 10, seconds: 900 },
        signup: { points: 60, seconds: 3600 },
      },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ API_PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('turns the explorer off in production unless told otherwise', () => {
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

  it('reports all faults at once, and never a value', () => {
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

  it('needs a secret of its own in production', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^BETTER_AUTH_SECRET must be set/)]);
  });

  it.each([
    'changeme-changeme-changeme-changeme',
    'secret-secret-secret-secret-secret',
    'CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME',
  ])('does not take the secret %j in production', (secret) => {
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRET: secret })).toEqual([
      expect.stringMatching(/^BETTER_AUTH_SECRET is a placeholder/),
    ]);
  });

  it('does not take the secret of .env.example', async () => {
    const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const [, secret = ''] = /^#? ?BETTER_AUTH_SECRET=(.*)$/m.exec(example) ?? [];
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
    expect(faultsOf({ NODE_ENV: 'production', BETTER_AUTH_SECRET: secret })).toHaveLength(1);
  });

  it('counts a secret in bytes', () => {
    expect(faultsOf({ BETTER_AUTH_SECRET: 'é'.repeat(16) })).toEqual([]);
    expect(faultsOf({ BETTER_AUTH_SECRET: 'é'.repeat(15) })).toEqual(['BETTER_AUTH_SECRET must be at least 32 bytes']);
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
  ])('reads the budget %s', (text, budget) => {
    expect(parseBudget(text)).toEqual(budget);
  });
});

describe('.env.example', () => {
  it('and the README name every setting', async () => {
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
