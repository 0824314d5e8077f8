import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestApp, type TestApp } from '../support/app.js';
import { freePort } from '../support/shell.js';
import { restStyle } from '../support/styles.js';

describe('REDIS_URL where nothing listens', () => {
  let app: TestApp;
  beforeAll(async () => {
    const REDIS_URL = `redis://:secret@127.0.0.1:${await freePort()}`;
    app = await openTestApp({ RATE_LIMIT: 'on', RATE_ANONYMOUS: '3/m', REDIS_URL });
  });
  afterAll(() => app.close());

  it('does not stop the start, and requests are limited in memory', async () => {
    const codes = [];
    for (let n = 0; n < 5; n++) codes.push((await restStyle.call(app.fetch, 'me')).code);
    expect(codes).toEqual([...Array(3).fill('UNAUTHENTICATED'), ...Array(2).fill('RATE_LIMITED')]);
  });
});
