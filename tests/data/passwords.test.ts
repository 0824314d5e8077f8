import { availableParallelism } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as argon2 from '@node-rs/argon2';
import type { Person, TestApp } from '../support/app.js';
import { styles } from '../support/styles.js';

describe('a failed sign-in', () => {
  /** The hashes that passwords were compared with. */
  let compared: string[];
  let app: TestApp;
  let person: Person;
  beforeAll(async () => {
    compared = [];
    await jest.isolateModulesAsync(async () => {
      const verify: typeof argon2.verify = (hash, ...more) => {
        compared.push(String(hash));
        return argon2.verify(hash, ...more);
      };
      jest.unstable_mockModule('@node-rs/argon2', () => ({ ...argon2, verify }));
      const { newPerson, openTestApp } = await import('../support/app.js');
      app = await openTestApp();
      person = await newPerson(app);
    });
  });
  afterAll(async () => {
    jest.unstable_unmockModule('@node-rs/argon2');
    await app.close();
  });

  it.each(styles)('over $name compares one hash of the same cost, whether or not the email has an account', async (style) => {
    const costs = [];
    for (const email of [person.email, 'nobody@example.com', 'nobody-else@example.com']) {
      compared = [];
      const { code } = await style.call(app.fetch, 'login', { input: { email, password: 'wrong' } });
      expect([code, compared.length]).toEqual(['INVALID_CREDENTIALS', 1]);
      costs.push(argon2.parseOptions(compared[0] as string));
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[2]).toEqual(costs[0]);
  });
});

describe('password hashing', () => {
  type Passwords = typeof import('../../src/accounts/passwords/passwords.js');
  let passwords: Passwords;
  /** Hashes that are under way: each lasts until it is ended. */
  let underWay: (() => void)[];
  beforeEach(async () => {
    underWay = [];
    await jest.isolateModulesAsync(async () => {
      const hash = () => new Promise<string>((resolve) => underWay.push(() => resolve('hash')));
      jest.unstable_mockModule('@node-rs/argon2', () => ({ ...argon2, hash }));
      passwords = await import('../../src/accounts/passwords/passwords.js');
    });
  });
  afterEach(() => {
    jest.unstable_unmockModule('@node-rs/argon2');
  });

  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const most = Math.max(1, availableParallelism() - 1);

  describe('under load', () => {
    it('leaves one core free', async () => {
      const hashes = Array.from({ length: most + 3 }, () => passwords.hashPassword('x'));
      for (let ended = 0; ended < hashes.length; ended++) {
        await tick();
        expect(underWay.length).toBeLessThanOrEqual(most);
        underWay.shift()?.();
      }
      expect(await Promise.all(hashes)).toEqual(hashes.map(() => 'hash'));
    });

    it('returns SERVICE_UNAVAILABLE with a retry after two seconds when 64 hashes are queued', async () => {
      const hashes = Array.from({ length: most + 64 }, () => passwords.hashPassword('x'));
      await tick();
      await expect(passwords.hashPassword('x')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
      while (underWay.length > 0) {
        underWay.shift()?.();
        await tick();
      }
      expect(await Promise.all(hashes)).toHaveLength(most + 64);
    });
  });
});
