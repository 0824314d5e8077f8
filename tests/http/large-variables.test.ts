import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';

const app = await sharedApp();
const { token } = await newPerson(app);

describe('variables that are invalid', () => {
  const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }';
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`field${n}`, n]));
  const createToken = 'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { token } }';

  it.each<[string, string, object, number]>([
    ['5,000 unknown fields', create, { input: fields(5_000) }, 5],
    ['a list of 15,000 numbers', create, { input: Array.from({ length: 15_000 }, (_, n) => n) }, 1],
    ['a text of 90,000 characters', create, { input: 'x'.repeat(90_000) }, 1],
    ['a list of 5,000 wrong values', createToken, { input: { name: 'x', scopes: Array(5_000).fill('wrong') } }, 5],
  ])('get five short errors at most, without delay, however often they come: %s', async (_, document, variables, count) => {
    // Documents that come again are compiled.
    for (let time = 1; time <= 4; time++) {
      const startedAt = performance.now();
      const { errors, data } = await query(app.fetch, document, token, variables);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(data).toBeUndefined();
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(count).fill('BAD_REQUEST'));
      for (const { message } of errors ?? []) expect(message.length).toBeLessThan(502);
    }
  });

  it('are described briefly when they are written into the document', async () => {
    const { errors } = await query(app.fetch, `{ tasks(page: "${'9'.repeat(90_000)}") { count } }`, token);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message).toMatch(/^Int cannot represent non-integer value: "9+…$/);
    expect(errors?.[0]?.message.length).toBeLessThan(502);
  });
});
