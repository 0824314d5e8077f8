import fc from 'fast-check';
import type { Parameter } from './openapi.js';

const fieldText = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff }))
    .map((code) => String.fromCharCode(code)),
  maxLength: 40,
});

const fieldValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'If-Match': fc.oneof(
    fc.constantFrom('*', '"1"', '"2"', 'W/"1"', '"1", "2"', '"', '', ',', '"0"', '"99999999999999"'),
    fieldText,
  ),
  'If-None-Match': fc.oneof(fc.constantFrom('*', '"1"', 'W/"1"', '"1",', '""'), fieldText),
  'Idempotency-Key': fc.oneof(
    fc.constantFrom('k', '"k"', '"', '""', 'a b', 'x'.repeat(255), 'x'.repeat(256)),
    fieldText,
    fc.uuid(),
  ),
  'X-Session': fc.oneof(fc.constantFrom('cookie', 'Cookie', 'cookie, cookie'), fieldText),
  accept: fc.oneof(
    fc.constantFrom('*/*', 'text/html', 'application/problem+json', 'application/problem+json;q=2, a/b;q=x'),
    fieldText,
  ),
  'x-request-id': fieldText,
};

const seldom = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined, freq: 4 });

/** Header fields: those of an operation, and those that every request may have. */
export function fieldsOf(parameters: readonly Parameter[], bodied: boolean): fc.Arbitrary<Record<string, string>> {
  const names = [
    ...parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
    'accept',
    'x-request-id',
  ];
  const fields = fc.record(Object.fromEntries(names.map((name) => [name, seldom(fieldValues[name] ?? fieldText)])));
  const type = fc.oneof(
    { weight: 15, arbitrary: fc.constant('application/json') },
    fc.constantFrom('text/plain', '', 'application/json;', 'é'),
  );
  return fc
    .tuple(fields, bodied ? (type as fc.Arbitrary<string>) : fc.constant(undefined))
    .map(([given, contentType]) =>
      Object.fromEntries(
        Object.entries({ ...given, 'content-type': contentType }).filter(
          (field): field is [string, string] => field[1] !== undefined,
        ),
      ),
    );
}
