import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRedis, type RedisServer } from '../support/debian/redis.js';
import { eventually } from '../support/eventually.js';
import { type ServerProcess, startServer } from '../support/server-process.js';

/** Two servers with databases of their own: what they share is Redis. */
describe('two processes with one REDIS_URL', () => {
  let redis: RedisServer;
  let servers: ServerProcess[] = [];
  beforeAll(async () => {
    redis = await createRedis();
    const settings = {
      RATE_LIMIT: 'on',
      RATE_ANONYMOUS: '100000/m',
      RATE_LOGIN: '4/15m',
      RATE_REFRESH: '4/15m',
      REDIS_URL: redis.url,
    };
    // Redis is away at the start.
    servers = await Promise.all([startServer(settings), startServer(settings)]);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await redis.kill();
  });

  const post = async (server: ServerProcess | undefined, path: string, body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${server?.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    await response.arrayBuffer();
    return response.status;
  };
  const login = (server: ServerProcess | undefined, email: string) =>
    post(server, '/api/auth/login', { email, password: 'wrong' });
  const newEmail = () => `${randomBytes(6).toString('hex')}@example.com`;
  /** Signs in with a wrong password, at each server in turn. @returns how many attempts were not refused. */
  async function attempts(count: number): Promise<number> {
    const email = newEmail();
    const statuses = [];
    for (let n = 0; n < count; n++) statuses.push(await login(servers[n % 2], email));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    return statuses.filter((status) => status === 401).length;
  }
  const events = (name: string) =>
    servers.map(
      ({ output }) =>
        output()
          .split('\n')
          .filter((line) => line.includes(`"${name}"`)).length,
    );
  const logged = (name: string, times: number) => eventually(() => events(name).every((count) => count === times), 15_000);

  it('serve while Redis is away at the start, each with a limit in memory, and log it once', async () => {
    await logged('rate-limits.degraded', 1);
    expect(await attempts(10)).toBe(8);
    await logged('rate-limits.degraded', 1);
  });

  it('share the limit of failed sign-ins when Redis is there, also between parallel attempts, with keys that expire', async () => {
    await redis.start();
    await logged('rate-limits.shared', 1);
    expect(await attempts(10)).toBe(4);
    const email = newEmail();
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, n) => login(servers[n % 2], email)));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(4);
    const keys = (await redis.command('KEYS', '*')).trim().split('\n');
    for (const key of keys) {
      expect(key).toMatch(/^tandem:rate-limit:/);
      expect(Number(await redis.command('TTL', key))).toBeGreaterThan(0);
    }
  });

  it('share the limit of refreshes', async () => {
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push(await post(servers[n % 2], '/api/auth/refresh', { refresh_token: 'junk' }));
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  });

  it('respond at once while Redis hangs, count in memory, and share again when it goes on', async () => {
    redis.signal('SIGSTOP');
    try {
      // The first request of each finds out.
      await Promise.all(servers.map(({ url }) => fetch(`${url}/api/auth/me`)));
      await logged('rate-limits.degraded', 2);
      const startedAt = performance.now();
      for (let n = 0; n < 20; n++) expect((await fetch(`${servers[n % 2]?.url}/api/auth/me`)).status).toBe(401);
      // With a wait for Redis each would take 200 ms.
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(await attempts(10)).toBe(8);
    } finally {
      redis.signal('SIGCONT');
    }
    await logged('rate-limits.shared', 2);
    expect(await attempts(10)).toBe(4);
    await logged('rate-limits.degraded', 2);
  });

  it('serve when Redis is killed, share again when it is back, and never print its password', async () => {
    await redis.kill();
    await logged('rate-limits.degraded', 3);
    expect(await attempts(10)).toBe(8);
    await redis.start();
    await logged('rate-limits.shared', 3);
    expect(await attempts(10)).toBe(4);
    for (const { output } of servers) expect(output()).not.toContain('redis-secret');
  });

  it('store no key for the email of a sign-in that is refused because of its address', async () => {
    const keys = async () => (await redis.command('KEYS', '*:login-account*')).trim().split('\n').length;
    let status = 401;
    for (let n = 0; status === 401 && n < 50; n++) status = await login(servers[n % 2], newEmail());
    expect(status).toBe(429);
    const before = await keys();
    for (let n = 0; n < 5; n++) expect(await login(servers[n % 2], newEmail())).toBe(429);
    expect(await keys()).toBe(before);
  });

  it('stop at once while Redis hangs', async () => {
    redis.signal('SIGSTOP');
    const startedAt = performance.now();
    const codes = await Promise.all(servers.map((server) => server.stop()));
    redis.signal('SIGCONT');
    expect(codes).toEqual([0, 0]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
