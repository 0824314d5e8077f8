import { describe, expect, it } from '@jest/globals';
import { introspectionFromSchema } from 'graphql';
import { schema } from '../../src/schema/root.js';

describe('introspection', () => {
  // The specification, September 2025, §3.13.
  const published =
    'QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT ' +
    'FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION';

  it('lists directives at locations of the published specification only, so that clients of every language can read it', () => {
    const { directives } = introspectionFromSchema(schema).__schema;
    expect(directives.map(({ name }) => name)).toEqual(['include', 'skip', 'deprecated', 'specifiedBy', 'oneOf']);
    for (const { name, locations } of directives)
      expect([name, locations.filter((location) => !published.split(' ').includes(location))]).toEqual([name, []]);
    expect(directives.find(({ name }) => name === 'deprecated')?.locations).toEqual([
      'FIELD_DEFINITION',
      'ARGUMENT_DEFINITION',
      'INPUT_FIELD_DEFINITION',
      'ENUM_VALUE',
    ]);
  });
});
