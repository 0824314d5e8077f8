import fc from 'fast-check';
import { followed, type ValueSchema } from './openapi.js';

/** Text that programs have stumbled over. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\u{1f9d1}\u200d\u{1f680}',
    '\u202egnirts',
    '\ufeff',
    'İ',
    'ﬀ',
    '\u0301',
  ),
  fc.constantFrom("' OR 1=1 --", '"; DROP TABLE tasks; --', '%', '_', '\\', '\\u0000', '{{7*7}}', '../../etc', '%00'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'null', 'true', '1e3', '0x10', 'NaN', '-0', '９', '1 ', '[]', '{}'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('\u{1f680}', 'a', '\0', '\ud800', '\n'), maxLength: 12 }),
  fc.constantFrom(199, 200, 201, 255, 256, 1000, 1001, 5000).chain((n) => fc.constantFrom('x'.repeat(n), '\u{1f680}'.repeat(n))),
);

/** Values of any type, and numbers at the edges of one. */
export const illTyped: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 0.5, Number.MAX_VALUE, 2_147_483_647, 2_147_483_648, -2_147_483_649, 2 ** 53, 1e21),
  fc.jsonValue({ maxDepth: 2 }),
  oddText,
  fc.constantFrom([], {}, [[]], [null], { length: 1 }, { __proto__: null }, { toString: 1 }),
);

/** Values that a schema of the OpenAPI document takes, the shortest and the longest among them. */
export function wellTyped(given: ValueSchema): fc.Arbitrary<unknown> {
  const schema = followed(given);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(wellTyped));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => ofType[type as keyof typeof ofType](schema)));
}

const ofType = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum: min = -(2 ** 31), maximum: max = 2 ** 31 - 1 }: ValueSchema) =>
    fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, 9) }), fc.integer({ min, max })),
  string: ({ format, minLength = 0, maxLength = 300 }: ValueSchema): fc.Arbitrary<string> => {
    if (format === 'email') return fc.oneof(fc.constantFrom('ada@example.com', 'bob@example.com'), fc.emailAddress());
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('a', ' ', '%', '\u{1f680}', 'é'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength,
      maxLength,
    });
    const edges = [minLength, maxLength].map((n) => 'é'.repeat(n));
    return fc.oneof({ weight: 4, arbitrary: text }, fc.constantFrom(...edges, 'correct horse battery'));
  },
  object: (schema: ValueSchema) => someOf(schema, wellTyped),
  array: ({ items = {} }: ValueSchema): fc.Arbitrary<unknown> => fc.array(wellTyped(items), { maxLength: 3 }),
};

/** Objects with some of a schema's properties. */
export const someOf = (
  schema: ValueSchema,
  valuesOf: (property: ValueSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(Object.entries(followed(schema).properties ?? {}).map(([name, property]) => [name, valuesOf(property)])),
    { requiredKeys: [] },
  );

/** Mostly what a schema takes, now and then anything. */
export const anyTyped = (schema: ValueSchema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: wellTyped(schema) }, illTyped);
