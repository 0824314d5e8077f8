import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { password, sharedApp } from '../support/app.js';
import { styles } from '../support/styles.js';

const app = await sharedApp();

/** `#` stands for what makes the email new. */
const accepted: readonly [sent: string, stored: string][] = [
  ['#@example.com', '#@example.com'],
  ['#.b@example.com', '#.b@example.com'],
  ['#+tag@example.com', '#+tag@example.com'],
  ['#_b@example.com', '#_b@example.com'],
  ['#-@example.com', '#-@example.com'],
  ['-#@example.com', '-#@example.com'],
  ['#&b@example.com', '#&b@example.com'],
  ["o'#@example.com", "o'#@example.com"],
  ["#!$%*/=?^`{|}~'@example.com", "#!$%*/=?^`{|}~'@example.com"],
  ['1#@example.com', '1#@example.com'],
  ['#@1.example', '#@1.example'],
  ['#@192.0.2.1', '#@192.0.2.1'],
  ['#@1.2', '#@1.2'],
  ['#@a.b', '#@a.b'],
  ['#@a-b.example', '#@a-b.example'],
  ['#@a--b.example', '#@a--b.example'],
  ['#@a.b.c.d.e.example', '#@a.b.c.d.e.example'],
  ['#@mail.EXAMPLE.com', '#@mail.example.com'],
  ['Upper.#@Example.COM', 'upper.#@example.com'],
  [`#@${'l'.repeat(63)}.example`, `#@${'l'.repeat(63)}.example`],
  [`#@${'long-label.'.repeat(19)}example`, `#@${'long-label.'.repeat(19)}example`],
  ['#@xn--e1afmkfd.xn--p1ai', '#@xn--e1afmkfd.xn--p1ai'],
  ['#@XN--E1AFMKFD.XN--P1AI', '#@xn--e1afmkfd.xn--p1ai'],
  ['#@пример.рф', '#@xn--e1afmkfd.xn--p1ai'],
  ['#@ПРИМЕР.РФ', '#@xn--e1afmkfd.xn--p1ai'],
  ['#@Bücher.example', '#@xn--bcher-kva.example'],
  ['#@bu\u0308cher.example', '#@xn--bcher-kva.example'],
  ['#@例え.テスト', '#@xn--r8jz45g.xn--zckzah'],
  ['#@straße.example', '#@xn--strae-oqa.example'],
  ['#@ｅｘａｍｐｌｅ.com', '#@example.com'],
  [' #@example.com', '#@example.com'],
  ['#@example.com \t', '#@example.com'],
  ['\u00a0#@example.com\n', '#@example.com'],
];

const refused: readonly string[] = [
  '',
  ' ',
  '#',
  '@',
  '#@',
  '@example.com',
  '#@example',
  '#@localhost',
  '#@com.',
  '#@.com',
  '#@example..com',
  '#@example.com.',
  '#@-b.com',
  '#@b-.com',
  '#@b.-com',
  '#@b.com-',
  '#@b_c.com',
  '#@b!c.com',
  '#@[192.0.2.1]',
  '#@example.com:25',
  '#@exa mple.com',
  '# b@example.com',
  '#@b@example.com',
  '.#@example.com',
  '#.@example.com',
  '#..b@example.com',
  '"# b"@example.com',
  '#,b@example.com',
  '#;b@example.com',
  '#<b@example.com',
  'Ada <#@example.com>',
  'mailto:#@example.com',
  '#(comment)@example.com',
  '#\\@example.com',
  '#é@example.com',
  '#\u212a@example.com',
  '#@bü%63her.example',
  '#@bücher',
  '#@bücher-.example',
  '#@-bücher.example',
  '#@bü\u3000cher.example',
  '#\0@example.com',
  '#@example\0.com',
  '#@\ud800.example',
  `#@${'l'.repeat(64)}.example`,
  `${'l'.repeat(250)}@example.com`,
  // Short enough as it is written, too long in its ASCII form.
  `#@${'ü.'.repeat(60)}example`,
];

describe('an email address', () => {
  const unique = () => {
    const name = `u${randomBytes(6).toString('hex')}`;
    return (text: string) => text.replace('#', name);
  };
  const cases = styles.flatMap((style) => accepted.map(([sent, stored]) => ({ style, sent, stored, name: style.name })));

  it.each(cases)(
    '$sent is accepted by signup over $name and stored as $stored; login accepts both forms',
    async ({ style, sent, stored }) => {
      const fill = unique();
      const signup = await style.call(app.fetch, 'signup', { input: { email: fill(sent), password, name: 'Ada' } });
      expect((signup.value as { user: object } | undefined)?.user).toMatchObject({ email: fill(stored) });
      // One is enough: logging in costs a hash.
      const form = fill(sent === stored ? stored.toUpperCase() : style.name === 'REST' ? sent : stored);
      expect(await style.call(app.fetch, 'login', { input: { email: form, password } })).not.toHaveProperty('code');
    },
  );

  describe.each(styles)('over $name', (style) => {
    it.each(refused)('%j is rejected by signup and has no account at login', async (template) => {
      const email = unique()(template);
      const input = { email, password, name: 'Ada' };
      expect(await style.call(app.fetch, 'signup', { input })).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { field: 'email' },
      });
      expect(await style.call(app.fetch, 'login', { input: { email, password } })).toMatchObject({
        code: expect.stringMatching(/^(INVALID_CREDENTIALS|VALIDATION_ERROR)$/),
      });
    });
  });

  const longEmails = [
    'a'.repeat(90_000),
    `${'a.'.repeat(45_000)}@`,
    `a@${'b'.repeat(90_000)}`,
    `a@${'b.'.repeat(45_000)}`,
    ' '.repeat(90_000),
  ];

  it.each(styles.flatMap((style) => longEmails.map((long) => ({ style, long, name: style.name }))))(
    'of 90,000 characters is rejected without delay over $name (%#)',
    async ({ style, long }) => {
      const started = performance.now();
      const outcome = await style.call(app.fetch, 'login', { input: { email: long, password: 'x' } });
      expect(outcome.code).toMatch(/^(VALIDATION_ERROR|INVALID_CREDENTIALS)$/);
      expect(performance.now() - started).toBeLessThan(5000);
    },
  );

  it('is normalized by updateMe, so that both forms of one domain belong to one account', async () => {
    const name = `u${randomBytes(6).toString('hex')}`;
    const [rest] = styles.slice(1);
    if (!rest) throw new Error('there is no REST style');
    const signup = (email: string) => rest.call(app.fetch, 'signup', { input: { email, password, name: 'Ada' } });
    const { value } = await signup(`${name}@bücher.example`);
    expect(await signup(`${name}@xn--bcher-kva.example`)).toMatchObject({ code: 'CONFLICT' });
    const token = (value as { access_token: string }).access_token;
    const input = { email: ` ${name}.New@Пример.рф `, currentPassword: password };
    expect((await rest.call(app.fetch, 'updateMe', { input }, token)).value).toMatchObject({
      email: `${name}.new@xn--e1afmkfd.xn--p1ai`,
    });
  });

  it('is accepted or rejected by the pattern in openapi.json as it is by signup', async () => {
    const document = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));
    const { pattern } = document.components.schemas.SignupInput.properties.email;
    const rule = new RegExp(pattern, 'u');
    expect(accepted.map(([sent]) => sent).filter((sent) => !rule.test(sent.replace('#', 'a')))).toEqual([]);
    // A pattern cannot count the ASCII form, nor tell letters beyond ASCII from other characters there.
    const beyond = /^#@(bü\u3000cher|\ud800)|^l{250}|^#@(ü\.)/;
    expect(refused.filter((sent) => !beyond.test(sent) && rule.test(sent.replace('#', 'a')))).toEqual([]);
  });
});
