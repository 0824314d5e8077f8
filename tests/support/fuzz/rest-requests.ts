import fc from 'fast-check';
import { fieldsOf } from './fields.js';
import { type Operation, type Parameter, parametersOf, paths } from './openapi.js';
import { type Asker, type FuzzRequest, printed } from './request.js';
import { anyTyped, illTyped, oddText, someOf, wellTyped } from './values.js';

/** Percent-encodes a value for a URL, sometimes wrongly. */
const encoded = (value: unknown): fc.Arbitrary<string> => {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const right = encodeURIComponent(text.toWellFormed()).slice(0, 4000);
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(right) },
    fc.constantFrom('%', '%zz', '%ED%A0%80', '%FF', '%00', '%C0%80', '+'),
  );
};

const queryNames = (name: string) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(name) }, fc.constantFrom(`${name}[]`, `${name}[a]`, name.toUpperCase(), 'other'));

/** A query string with some parameters, once or twice. */
const queryOf = (parameters: readonly Parameter[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => fc.array(fc.tuple(queryNames(name), anyTyped(schema).chain(encoded)), { maxLength: 1 })),
      fc.array(fc.tuple(fc.constantFrom('page', 'title', 'id', '__proto__'), oddText.chain(encoded)), { maxLength: 1 }),
    )
    .map((pairs) =>
      pairs
        .flat()
        .map((pair) => pair.join('='))
        .join('&'),
    );

const taskId = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }) }, illTyped);

const pathOf = (template: string): fc.Arbitrary<string> =>
  template.includes('{') ? taskId.chain(encoded).map((id) => template.replace(/\{\w+\}/, () => id)) : fc.constant(template);

/** JSON that is none, or not for us. */
const garbage: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '',
    '{',
    '{"title":',
    '[{}]',
    'null',
    '{"title":"\\ud800"}',
    '{"a":1}{"b":2}',
    '['.repeat(20_000),
    '{"__proto__":{"title":"x"}}',
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from('\ufeff{"title":"x"}'),
    Buffer.from('{}', 'utf16le'),
  ),
  oddText,
);

function bodyOf({ requestBody }: Operation): fc.Arbitrary<string | Buffer | undefined> {
  const schema = requestBody?.content['application/json'].schema;
  if (!schema) return fc.option(garbage, { nil: undefined, freq: 3 });
  const extra = fc.option(fc.dictionary(fc.constantFrom('user_id', 'id', '__proto__', 'created_at'), illTyped), { nil: {} });
  const object = fc.tuple(someOf(schema, anyTyped), extra).map(([known, more]) => JSON.stringify({ ...more, ...known }));
  return fc.oneof(
    { weight: 3, arbitrary: wellTyped(schema).map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: object },
    garbage,
  );
}

const asker = fc.constantFrom<Asker>('ada', 'ada', 'ada', 'ada', 'nobody', 'stale');

/** Requests to one operation of the OpenAPI document: each parameter, header field and body field, right and wrong. */
function requestsTo(template: string, method: string, operation: Operation): fc.Arbitrary<FuzzRequest> {
  const { requestBody } = operation;
  const parameters = parametersOf(operation);
  const body = ['get', 'head'].includes(method) ? fc.constant(undefined) : bodyOf(operation);
  return fc
    .tuple(pathOf(template), queryOf(parameters), asker, fieldsOf(parameters, requestBody !== undefined), body)
    .map(([path, query, asker, headers, body]) =>
      printed({ method: method.toUpperCase(), target: query ? `${path}?${query}` : path, asker, headers, body }),
    );
}

/** Each operation of the OpenAPI document by its method and path, and the requests to it. */
export const restRequests: readonly (readonly [string, fc.Arbitrary<FuzzRequest>])[] = Object.entries(paths).flatMap(
  ([template, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${template}`, requestsTo(template, method, operation)] as const,
    ),
);
