import { afterEach, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, password, type TestApp } from '../support/app.js';
import { graphqlStyle, type Outcome, restStyle, type Style, styles } from '../support/styles.js';

describe('the sign-in rate limit', () => {
  let app: TestApp;
  const open = async (RATE_LOGIN: string) => {
    app = await openTestApp({ RATE_LIMIT: 'on', RATE_ANONYMOUS: '10000/m', RATE_SIGNUP: '10000/h', RATE_LOGIN });
  };
  afterEach(() => app.close());

  const login = (email: string, given: string, style: Style = restStyle) =>
    style.call(app.fetch, 'login', { input: { email, password: given } });
  const times = (count: number, send: (n: number) => Promise<Outcome>) => Array.from({ length: count }, (_, n) => send(n));
  const count = (outcomes: readonly Outcome[], code?: string) => outcomes.filter((outcome) => outcome.code === code).length;

  it.each(styles)('RATE_LOGIN=10/15m allows 14 simultaneous sign-ins with the right password over $name', async (style) => {
    await open('10/15m');
    const { email } = await newPerson(app);
    const outcomes = await Promise.all(times(14, () => login(email, password, style)));
    expect(count(outcomes)).toBe(14);
    expect((await login(email, password, style)).code).toBeUndefined();
  });

  it('evaluates exactly 10 of 100 concurrent guesses over GraphQL and REST, and the rest are RATE_LIMITED', async () => {
    await open('10/15m');
    const { email } = await newPerson(app);
    const outcomes = await Promise.all(times(100, (n) => login(email, `guess ${n}`, n % 2 ? restStyle : graphqlStyle)));
    expect([count(outcomes, 'INVALID_CREDENTIALS'), count(outcomes, 'RATE_LIMITED')]).toEqual([10, 90]);
    const limited = outcomes.find(({ code }) => code === 'RATE_LIMITED');
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await login(email, password)).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
  });

  it('allows sign-ins with the right password that come before concurrent guesses, and does not count them', async () => {
    await open('5/15m');
    const { email } = await newPerson(app);
    const right = times(8, () => login(email, password));
    const wrong = times(20, () => login(email, 'wrong'));
    expect(count(await Promise.all(right))).toBe(8);
    const outcomes = await Promise.all(wrong);
    expect([count(outcomes, 'INVALID_CREDENTIALS'), count(outcomes, 'RATE_LIMITED')]).toEqual([5, 15]);
  });

  it('allows one IP address ten times the limit for concurrent guesses on many accounts', async () => {
    await open('1/15m');
    const outcomes = await Promise.all(times(15, (n) => login(`nobody${n}@example.com`, 'wrong')));
    expect([count(outcomes, 'INVALID_CREDENTIALS'), count(outcomes, 'RATE_LIMITED')]).toEqual([10, 5]);
  });

  it('allows simultaneous sign-ins with the right password to many accounts from one IP address', async () => {
    await open('1/15m');
    const people = await Promise.all(Array.from({ length: 12 }, () => newPerson(app)));
    expect(count(await Promise.all(people.map(({ email }) => login(email, password))))).toBe(12);
  });
});
