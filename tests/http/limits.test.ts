import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('a GraphQL document', () => {
  const ask = (document: string, variables: object = {}, accept = 'application/json', operationName?: string) =>
    query(app.fetch, document, ada.token, variables, { accept }, operationName);
  const times = (count: number, write: (n: number) => string) => Array.from({ length: count }, (_, n) => write(n)).join(' ');
  const fullPage = (n: number) =>
    `p${n}: tasksConnection(first: 100) { edges { cursor node { id userId title description status createdAt updatedAt owner { id name email } } } }`;
  /** 5 tokens each; the first is asked for. */
  const operations = (count: number, more = '') =>
    `query Q { __typename ${more} } ${times(count - 1, (n) => `query Q${n} { __typename }`)}`;
  const deep = (innermost: string) =>
    `{ me { tasks { edges { node { owner { tasks(first: 1) { edges { node { owner { ${innermost} } } } } } } } } } }`;
  /** A page of one's own tasks in each row of another. */
  const square = (outer: string, inner = outer) => {
    const [field, rows] = outer.startsWith('limit') ? ['tasks', 'data'] : ['tasksConnection', 'edges { node'];
    const close = rows.includes('{') ? '}' : '';
    return `${field}(${outer}) { ${rows} { owner { tasks(${inner}) { edges { cursor node { id } } } } } ${close} }`;
  };

  /** In each of 100 rows as many others, with one field. */
  const texts = (field: 'cursor' | 'description', rows: number) =>
    `tasks(limit: 100) { data { owner { tasks(first: ${rows}) { edges { ${field === 'cursor' ? field : `node { ${field} }`} } } } } }`;

  /** Limit, request that is refused, request that is accepted. */
  const limits: [string, [string, object?], [string, object?]][] = [
    ['depth', [deep('tasks(first: 1) { totalCount }')], [deep('id')]],
    [
      'depth, in fragments',
      [`{ ...A } fragment A on Query ${deep('...B')} fragment B on User { tasks { totalCount } }`],
      [`{ ...A } fragment A on Query ${deep('...B')} fragment B on User { id }`],
    ],
    ['cost', [`{ ${times(3, fullPage)} }`], [`{ ${times(2, fullPage)} }`]],
    [
      'cost, in fragments',
      [`{ ${times(3, (n) => `...P${n}`)} } ${times(3, (n) => `fragment P${n} on Query { ${fullPage(n)} }`)}`],
      [`{ ...P } fragment P on Query { ${fullPage(1)} }`],
    ],
    ['aliases', [`{ ${times(16, (n) => `a${n}: __typename`)} }`], [`{ ${times(15, (n) => `a${n}: __typename`)} }`]],
    ['300 aliases', [`{ ${times(300, (n) => `a${n}: __typename`)} }`], [`{ ${times(300, () => '__typename')} }`]],
    [
      'aliases, in fragments',
      [
        `{ ...A me { id } ...B } fragment A on Query { ${times(8, (n) => `a${n}: __typename`)} } fragment B on Query { ${times(8, (n) => `b${n}: __typename`)} }`,
      ],
      [`{ ...A } fragment A on Query { ${times(15, (n) => `a${n}: __typename`)} }`],
    ],
    [
      'aliases of mutations',
      [`mutation { ${times(16, (n) => `a${n}: logout`)} }`],
      [`mutation { ${times(15, (n) => `a${n}: toggleTask(id: 2147483647) { id }`)} }`],
    ],
    [
      'directives',
      [`{ ${times(11, () => '... @include(if: true) { __typename }')} }`],
      [`{ ${times(10, () => '... @include(if: true) { __typename }')} }`],
    ],
    ['tokens', [operations(200, '__typename')], [operations(200)]],
    ['complexity, by first as a literal', [`{ ${square('first: 100')} }`], [`{ ${square('first: 10')} }`]],
    [
      'complexity, by first as a variable',
      [`query Q($n: Int) { ${square('first: $n')} }`, { n: 100 }],
      [`query Q($n: Int) { ${square('first: $n')} }`, { n: 40 }],
    ],
    [
      'complexity, by a variable’s default',
      [`query Q($n: Int = 100) { ${square('first: $n')} }`],
      [`query Q($n: Int = 100) { ${square('first: $n')} }`, { n: 40 }],
    ],
    [
      'complexity, by last',
      [`query Q($n: Int) { ${square('last: $n')} }`, { n: 100 }],
      [`query Q($n: Int) { ${square('last: $n')} }`, { n: 40 }],
    ],
    [
      'complexity, by limit as a literal',
      [`{ ${square('limit: 100', 'first: 100')} }`],
      [`{ ${square('limit: 10', 'first: 10')} }`],
    ],
    [
      'complexity, by limit as a variable',
      [`query Q($n: Int) { ${square('limit: $n', 'first: $n')} }`, { n: 100 }],
      [`query Q($n: Int) { ${square('limit: $n', 'first: $n')} }`, { n: 40 }],
    ],
    [
      'complexity, by limit as a default',
      [`query Q($n: Int = 100) { ${square('limit: $n', 'first: $n')} }`],
      [`query Q($n: Int = 10) { ${square('limit: $n', 'first: $n')} }`],
    ],
    ['complexity, by the greatest length of texts', [`{ ${texts('description', 9)} }`], [`{ ${texts('description', 8)} }`]],
    ['complexity, by the greatest length of cursors', [`{ ${texts('cursor', 25)} }`], [`{ ${texts('cursor', 24)} }`]],
    ['the length of aliases', [`{ ${'a'.repeat(101)}: __typename }`], [`{ ${'a'.repeat(100)}: __typename }`]],
    [
      'the length of aliases, in fragments',
      [`{ ...A } fragment A on Query { me { ${'a'.repeat(90_000)}: id } }`],
      [`{ ...A } fragment A on Query { me { ${'a'.repeat(100)}: id } }`],
    ],
    [
      'complexity, where nothing is said',
      [`{ ${square('limit: null', 'first: 100')} }`],
      [`{ ${square('limit: null', 'search: ""')} }`],
    ],
  ];

  describe.each(limits)('with the limit on %s', (_, [refused, tooMuch], [accepted, enough]) => {
    it.each(['application/json', '*/*', 'application/graphql-response+json'])(
      'is QUERY_TOO_COMPLEX with 400 and a short response above the limit, under %s',
      async (accept) => {
        const answer = await ask(refused, tooMuch, accept);
        expect([answer.status, answer.data]).toEqual([400, undefined]);
        expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['QUERY_TOO_COMPLEX']));
        expect(JSON.stringify(answer.errors).length).toBeLessThan(1000);
      },
    );

    it('is accepted at the limit', async () => {
      const { status, data, errors } = await ask(
        accepted,
        enough,
        'application/json',
        accepted.startsWith('query Q') ? 'Q' : undefined,
      );
      expect([status, errors?.filter(({ extensions }) => extensions.code !== 'NOT_FOUND') ?? []]).toEqual([200, []]);
      expect(data).toBeDefined();
    });
  });

  it('returns at most 7 MB, also when each character of a text takes six bytes', async () => {
    const grace = await newPerson(app);
    await app.db.query(
      `INSERT INTO tasks (user_id, title, description)
       SELECT $1, repeat(chr(1), 200), repeat(chr(1), 1000) FROM generate_series(1, 100)`,
      [grace.id],
    );
    const { status, data } = await query(app.fetch, `{ ${texts('description', 8)} }`, grace.token);
    expect(status).toBe(200);
    const bytes = JSON.stringify(data).length;
    expect(bytes).toBeGreaterThan(100 * 8 * 6000);
    expect(bytes).toBeLessThan(7_000_000);
  });

  it('with 249 equal fields, all the tokens that one request may have, is accepted without delay', async () => {
    const started = performance.now();
    const { status, data } = await ask(`{ ${'me { id } '.repeat(249)} }`);
    expect([status, data]).toEqual([200, { me: { id: ada.id } }]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  describe('with several operations', () => {
    const document = `query Small { health { status } } query Large($n: Int) { ${square('first: $n')} }`;

    it.each([
      ['Small', 200],
      ['Large', 400],
    ])('is checked by the operation that runs: %s', async (name, status) => {
      expect((await ask(document, { n: 100 }, 'application/json', name)).status).toBe(status);
    });
  });

  describe('with fragments', () => {
    const fanOut = (levels: number, width: number) =>
      `{ me { ...F0 } } ${times(levels, (n) => `fragment F${n} on User { ${times(width, () => `...F${n + 1}`)} }`)} fragment F${levels} on User { id }`;

    it.each([
      ['itself', '{ me { ...A } } fragment A on User { tasks { edges { node { owner { ...A } } } } }'],
      ['a fragment that spreads the first', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ])('is BAD_REQUEST when a fragment spreads %s', async (_, document) => {
      expect((await ask(document)).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
    });

    it.each([
      [6, 10],
      [25, 15],
    ])('of %i levels, each spread %i times in the one before, is accepted or rejected without delay', async (levels, width) => {
      const started = performance.now();
      const { status } = await ask(fanOut(levels, width));
      expect([200, 400]).toContain(status);
      expect(performance.now() - started).toBeLessThan(1000);
    });

    it.each(['fields', 'inputFields', 'possibleTypes'])(
      'is rejected when introspection nests %s in each other',
      async (field) => {
        const [open, close] = field === 'possibleTypes' ? [`${field} {`, '}'] : [`${field} { type {`, '} }'];
        const nested = (levels: number) => `{ __schema { types { ${open.repeat(levels)} name ${close.repeat(levels)} } } }`;
        const send = (levels: number) => ask(nested(levels), {}, 'application/graphql-response+json');
        expect((await send(1)).status).toBe(200);
        const { status, data } = await send(6);
        expect([status, data]).toEqual([400, undefined]);
      },
    );

    it('cannot hide depth behind the name __schema', async () => {
      const { status, errors } = await ask(
        `{ ...__schema } fragment __schema on Query ${deep('tasks(first: 1) { totalCount }')}`,
      );
      expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'QUERY_TOO_COMPLEX']);
    });
  });
});
