import type { Abuse } from '../abuse.js';
import { type AbusiveRequest, flood, graphql } from '../flood.js';

const times = (count: number, write: (n: number) => string) => Array.from({ length: count }, (_, n) => write(n)).join(' ');
/** Each valid, none like another; within every limit of a query, and as costly to hold as those allow. */
const documents = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, n) => `query ${prefix}${n} { ${times(470, () => '__typename')} me { id } }`);

/** Documents that never come again, and documents that come just often enough to be compiled. */
export const cacheBustingDocuments: Abuse = {
  name: 'cache-busting-documents',
  description: '2,000 documents that differ, some of 20 KB, and 250 that come three times each, so that they are compiled.',
  isSlow: true,
  maxGrowthMiB: 500,
  commit: async (target) => {
    const once = [
      ...documents(1_500, 'Once').map((document) => graphql(document, ['200'])),
      ...Array.from({ length: 500 }, (_, n) => graphql(`{ __typename } # ${n} ${'x'.repeat(19_900)}`, ['200'])),
    ];
    const compiled = documents(250, 'Often').flatMap((document) => Array<AbusiveRequest>(3).fill(graphql(document, ['200'])));
    return [...(await flood(target, once, { milliseconds: 0 })), ...(await flood(target, compiled, { milliseconds: 0 }))];
  },
};

/** Names of which the server might remember each. */
export const cacheBustingNames: Abuse = {
  name: 'cache-busting-names',
  description:
    'Thousands of tokens, origins, operation names, idempotency keys of failures and forwarded addresses that never come again.',
  maxGrowthMiB: 200,
  commit: (target) => {
    const long = (n: number) => `${n}-${'x'.repeat(6_000)}`;
    const requests = Array.from({ length: 3_000 }, (_, n): AbusiveRequest[] => [
      { target: 'GET /api/auth/me', headers: { authorization: `Bearer ${long(n)}` }, expected: ['401 UNAUTHENTICATED'] },
      {
        target: 'GET /health',
        headers: { origin: `https://${long(n)}.example`, 'x-forwarded-for': `10.0.${n % 256}.${n % 199}` },
        expected: ['200'],
      },
      { target: `GET /${long(n)}`, expected: ['404 NOT_FOUND'] },
    ]);
    return flood(target, requests.flat(), { milliseconds: 0 });
  },
};
