import type { Abuse } from '../abuse.js';
import { flood, graphql } from '../flood.js';

const times = (count: number, write: (n: number) => string) => Array.from({ length: count }, (_, n) => write(n)).join(' ');
const tooComplex = ['400 QUERY_TOO_COMPLEX'];
const refused = ['400 QUERY_TOO_COMPLEX', '400 BAD_REQUEST'];

/** Aliases by the thousand. */
export const aliasFlood: Abuse = {
  name: 'alias-flood',
  description:
    '16 to 5,000 aliases of a field, also of a mutation, in fragments and as duplicates of a field: QUERY_TOO_COMPLEX.',
  maxGrowthMiB: 150,
  commit: (target) =>
    flood(target, [
      graphql(`{ ${times(5_000, (n) => `a${n}: __typename`)} }`, tooComplex),
      graphql(`{ ${times(300, (n) => `a${n}: me { id }`)} }`, tooComplex),
      graphql(`{ ${times(16, (n) => `a${n}: tasks { count }`)} }`, tooComplex),
      graphql(`mutation { ${times(100, (n) => `a${n}: logout`)} }`, tooComplex),
      graphql(
        `{ ${times(100, (n) => `...F${n}`)} } ${times(100, (n) => `fragment F${n} on Query { a${n}: __typename }`)}`,
        tooComplex,
      ),
      graphql(`{ ${times(8_000, () => '__typename')} }`, tooComplex),
      graphql(`{ ${times(300, () => 'tasks { count }')} }`, tooComplex),
      graphql(
        times(2_000, (n) => `query Q${n} { __typename }`),
        tooComplex,
      ),
    ]),
};

/** Directives by the thousand. */
export const directiveFlood: Abuse = {
  name: 'directive-flood',
  description: '11 to 9,000 directives on one field and on many, known and unknown: QUERY_TOO_COMPLEX or 400.',
  maxGrowthMiB: 150,
  commit: (target) =>
    flood(target, [
      graphql(`{ __typename ${times(9_000, () => '@a')} }`, refused),
      graphql(`{ __typename ${times(400, () => '@a')} }`, refused),
      graphql(`{ __typename ${times(2_000, () => '@skip(if: false)')} }`, refused),
      graphql(`{ ${times(100, () => '__typename @include(if: true)')} }`, refused),
      graphql(`query ${times(400, (n) => `@d${n}`)} { __typename }`, refused),
    ]),
};

/** Spreads `width` times from each fragment to the next. */
const fanOut = (levels: number, width: number) =>
  `{ me { ...F0 } } ${times(levels, (n) => `fragment F${n} on User { ${times(width, () => `...F${n + 1}`)} }`)} fragment F${levels} on User { id }`;

/** Fragments that multiply. */
export const fragmentFlood: Abuse = {
  name: 'fragment-flood',
  description:
    'Fragments that spread others ten times over many levels, that form cycles, and that come by the thousand: 400, or answered.',
  maxGrowthMiB: 150,
  commit: (target) =>
    flood(target, [
      graphql(fanOut(6, 10), ['200', ...refused]),
      graphql(fanOut(25, 15), ['200', ...refused]),
      graphql(fanOut(150, 2), ['200', ...refused]),
      graphql('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }', refused),
      graphql(`{ ...F0 } ${times(150, (n) => `fragment F${n} on Query { ...F${(n + 1) % 150} }`)}`, refused),
      graphql(`{ ${times(3_000, () => '...F')} } fragment F on Query { __typename }`, refused),
      graphql(`{ ${times(300, () => '...F')} } fragment F on Query { __typename }`, ['200', ...refused]),
      graphql(`{ ${times(200, () => '... { ')} __typename ${times(200, () => '}')} }`, ['200', ...refused]),
    ]),
};

/** Fields in fields. */
export const deepDocuments: Abuse = {
  name: 'deep-documents',
  description: 'Selections, lists and introspection as deep as a body allows: QUERY_TOO_COMPLEX or 400.',
  maxGrowthMiB: 150,
  commit: (target) =>
    flood(target, [
      graphql(`${'{ me '.repeat(14_000)}${'}'.repeat(14_000)}`, refused),
      graphql(`{ me { ${'tasks { edges { node { owner { '.repeat(60)} id ${'} } } }'.repeat(60)} } }`, refused),
      graphql(`{ task(id: ${'['.repeat(45_000)}${']'.repeat(45_000)}) { id } }`, refused),
      graphql(`{ task(id: ${'['.repeat(400)}${']'.repeat(400)}) { id } }`, refused),
      graphql(`query ($a: ${'['.repeat(400)}Int${']'.repeat(400)}) { __typename }`, ['200', ...refused]),
      graphql(`{ __schema { types { ${'fields { type { '.repeat(20)} name ${'} }'.repeat(20)} } } }`, refused),
      graphql(`"""${'x'.repeat(90_000)}""" { __typename }`, refused),
      graphql(`{ task(id: """${'x\\n'.repeat(20_000)}""") { id } }`, ['200 BAD_REQUEST', ...refused]),
    ]),
};
