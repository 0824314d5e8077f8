import fc from 'fast-check';

/** A value that both styles can say, and a report can print. */
export type Value = fc.Arbitrary<unknown>;

/** What no text field takes, in JSON of either style. */
const wrongTypes = fc.constantFrom(5, true, 1.5, [], ['x'], {});

/** Texts that have broken programs: NUL, lone surrogates, space of all kinds, other scripts, SQL and HTML. */
const oddTexts = fc.constantFrom(
  ...['', ' ', ' x ', '\u00a0x\ufeff', '\n\t', 'a\0b', '\ud83c', 'x\udf00', '🙂', 'e\u0301', 'İß', '\u202ex', '٣'],
  ...['%', '_', '\\', "'; DROP TABLE tasks; --", '<b>', 'null', '__proto__', 'Bob', 'MILK', 'ünï'],
);

/** Texts of the lengths around a rule's bounds, in code points. */
const boundaryTexts = (lengths: readonly number[]) =>
  fc.tuple(fc.constantFrom('y', '🙂', 'é'), fc.constantFrom(...lengths)).map(([letter, length]) => letter.repeat(length));

// Written out: fast-check's own units of all Unicode take a second to make.
const codePoint = fc.integer({ min: 1, max: 0x10ffff }).filter((point) => point < 0xd800 || point > 0xdfff);
const anyText = fc.string({ unit: codePoint.map((point) => String.fromCodePoint(point)), maxLength: 8 });

/** A text field's value: mostly a plain one, to which all others shrink. */
export const textOf = (plain: readonly string[], lengths: readonly number[]): fc.Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 10, arbitrary: fc.constantFrom(...plain) },
    { weight: 2, arbitrary: oddTexts },
    { weight: 2, arbitrary: boundaryTexts(lengths) },
    { weight: 1, arbitrary: anyText },
  );

/** Now and then null, or of the wrong type. */
export const mostly = (value: Value, nulls = 1): Value =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 24, arbitrary: value },
    { weight: nulls, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: wrongTypes },
  );

/** An input object. @param required the fields that are there mostly; the others are absent half the time. */
export function inputOf(fields: Readonly<Record<string, Value>>, required: readonly string[] = []): Value {
  const record = (requiredKeys: string[]) => fc.record(fields, { requiredKeys, noNullPrototype: true });
  return fc.oneof(
    { weight: 30, arbitrary: record([...required]) },
    { weight: 2, arbitrary: record([]) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, null, 'x', 5, []) },
  );
}

/** Ids: what is there, what is not, what never can be. No lone surrogate, dot or empty text: no path can say them. */
export const ids = fc.oneof(
  { withCrossShrink: true },
  { weight: 12, arbitrary: fc.constantFrom<unknown>(1, 1, 1, 3, 2, '1', 4) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      ...[0, -1, 1.5, 9, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, '0', '01', '+1', '-1', '1.0', '1e0', ' 1', '1 ', '0x1', '１'],
      ...['abc', 'a/b', '%', '%31', '1?x', '#1', '1;2', '\0', '1\n', '🙂', '2147483647', '2147483648', null, true],
    ),
  },
);

/** Page numbers and limits. As text where that is no number in either style. */
export const pageNumbers = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.constantFrom<unknown>(1, 2, 3, 100) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(0, 101, -1, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1e21, 'abc', '', ' 1', '1.0', true),
  },
);

/** Search terms: text is all that a query string can say, and no lone surrogate. */
export const searchTerms = textOf(['Milk', 'bob', 'ü', 'x'], [1, 255, 1000, 1001]).filter((term) => term.isWellFormed());

/** Versions, as numbers; an entity tag cannot say another type. */
export const versions = fc.constantFrom(1, 2, 0, 3, -1, 2 ** 31 - 1);

/** Keys from a small pool, so that some come again. */
export const idempotencyKeys = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('k', '"k"', 'other') },
  { weight: 1, arbitrary: fc.constantFrom('k'.repeat(255), '', 'a b', '"', 'k'.repeat(256), 'é') },
);
