import fc from 'fast-check';
import { choicesOf } from './choices.js';
import { buildDocument, type GeneratedDocument } from './graphql-documents.js';
import { type Asker, type FuzzRequest, printed } from './request.js';
import { illTyped, oddText } from './values.js';

const asker = fc.constantFrom<Asker>('ada', 'ada', 'ada', 'ada', 'ada', 'nobody', 'stale');
const accept = fc.constantFrom(
  'application/graphql-response+json',
  'application/json',
  '*/*',
  'application/json;q=0.5, text/html;q=0',
);

/** Documents that the SDL allows. */
const documents: fc.Arbitrary<GeneratedDocument> = fc
  .array(fc.nat({ max: 99_999 }), { maxLength: 150, size: 'max' })
  .map((numbers) => buildDocument(choicesOf(numbers)));

const request = (asker: Asker, accept: string, body: string | Buffer): FuzzRequest =>
  printed({ method: 'POST', target: '/graphql', asker, headers: { accept, 'content-type': 'application/json' }, body });

/** Requests with documents that the SDL allows. */
export const validRequests: fc.Arbitrary<FuzzRequest> = fc
  .tuple(asker, accept, documents)
  .map(([asker, accept, document]) => request(asker, accept, JSON.stringify(document)));

const spoils = fc.oneof(
  oddText,
  fc.constantFrom(
    '{',
    '}',
    '(',
    ')',
    '$',
    '!',
    '"',
    '"""',
    '@include',
    '...',
    ':',
    '#',
    '\\',
    '&',
    '1e999',
    '__schema{types{name}}',
    'fragment F on Task{...F}',
  ),
);

/** Puts something odd in place of some characters. */
const spoil = (text: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(text.length), fc.nat(8), spoils).map(([at, count, odd]) => text.slice(0, at) + odd + text.slice(at + count));

const variables = fc.oneof(fc.dictionary(fc.constantFrom('v0', 'v1', 'input', '__proto__'), illTyped), illTyped);

/** Bodies whose document, variables or JSON are broken somewhere. */
const broken: fc.Arbitrary<string | Buffer> = documents.chain((document) =>
  fc.oneof(
    { weight: 4, arbitrary: spoil(document.query).map((query) => JSON.stringify({ ...document, query })) },
    { weight: 3, arbitrary: variables.map((given) => JSON.stringify({ ...document, variables: given })) },
    { weight: 2, arbitrary: spoil(JSON.stringify(document)) },
    fc
      .tuple(fc.constantFrom('query', 'operationName', 'extensions'), illTyped)
      .map(([name, value]) => JSON.stringify({ ...document, [name]: value })),
    fc.tuple(fc.nat(200), fc.uint8Array({ maxLength: 4 })).map(([at, bytes]) => {
      const text = Buffer.from(JSON.stringify(document));
      return Buffer.concat([text.subarray(0, at), bytes, text.subarray(at)]);
    }),
    illTyped.map((value) => JSON.stringify(value) ?? ''),
  ),
);

/** Requests with garbage of all kinds, also in a URL. */
export const brokenRequests: fc.Arbitrary<FuzzRequest> = fc
  .tuple(asker, accept, broken, fc.nat(9))
  .map(([asker, accept, body, by]) => {
    if (by > 0 || Buffer.isBuffer(body)) return request(asker, accept, body);
    const target = `/graphql?query=${encodeURIComponent(body.toWellFormed())}`;
    return printed({ method: 'GET', target, asker, headers: { accept } });
  });
