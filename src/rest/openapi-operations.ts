import { type GraphQLArgument, getNamedType, isNonNullType } from 'graphql';
import { idempotencyKeyField, longestIdempotencyKey } from '../idempotency/key.js';
import { isPublic } from '../schema/public-fields.js';
import { examples, parameterExamples } from './openapi-examples.js';
import { deprecationRefs, headerRefs } from './openapi-headers.js';
import { documentErrors, isConditionalRead, isWrite } from './openapi-responses.js';
import { deprecated, parameterSchema, restText, schemaOf } from './openapi-schemas.js';
import type { RestOperation } from './operation.js';

/** Describes one operation: an OpenAPI Operation Object. */
export function documentOperation(operation: RestOperation): object {
  const { route, field, pathArgs, queryArgs, input } = operation;
  const description = fieldText(operation);
  const parameters = [
    ...pathArgs.map((arg) => parameter(arg, 'path')),
    ...queryArgs.map((arg) => parameter(arg, 'query')),
    ...conditions(operation),
    ...(isWrite(route) ? [idempotencyKey] : []),
  ];
  return {
    operationId: route.operationId ?? field.name,
    summary: restText({ description: field.description }).replace(/\.(\s.*)?$/s, ''),
    description,
    tags: [route.tag],
    ...deprecated(field),
    ...(isPublic(field) ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(input
      ? { requestBody: { description: restText(input), required: true, content: json(input.name, schemaOf(input)) } }
      : {}),
    responses: { [route.status]: success(operation), ...notModified(operation), ...documentErrors(operation) },
  };
}

// What GraphQL answers where REST says 204 is of no use here.
const fieldText = ({ route, field }: RestOperation): string =>
  restText(route.status === 204 ? { ...field, description: field.description?.replace(/ Answers [^.]+\.$/, '') } : field);

const parameter = (arg: GraphQLArgument, place: 'path' | 'query') => ({
  name: arg.name,
  in: place,
  description: restText(arg),
  required: isNonNullType(arg.type),
  ...deprecated(arg),
  schema: parameterSchema(arg),
  example: parameterExamples[arg.name],
});

const idempotencyKey = {
  name: idempotencyKeyField,
  in: 'header',
  description:
    'Names this request, so that it can be sent again: the same key with the same request is answered for a day as it was first, ' +
    'with another one by 422, and while the first is in flight by 409 (draft-ietf-httpapi-idempotency-key-header).',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: longestIdempotencyKey },
  example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
};

const condition = (name: string, description: string) => ({
  name,
  in: 'header',
  description,
  required: false,
  schema: { type: 'string' },
  example: '"3"',
});

/** The header fields that make an operation depend on the state that the client knows (RFC 9110 §13.1). */
function conditions({ route, ifMatch }: RestOperation): object[] {
  if (ifMatch) return [condition('If-Match', 'Entity tags: only if one of them names today’s state, or 412.')];
  if (!isConditionalRead(route)) return [];
  return [
    condition('If-Match', 'Entity tags: 412 unless one of them names today’s state.'),
    condition('If-None-Match', 'Entity tags: 304 without a body if one of them names today’s state.'),
  ];
}

function notModified(operation: RestOperation): object {
  if (!isConditionalRead(operation.route)) return {};
  const headers = { ...headerRefs('ETag'), ...deprecationRefs(operation) };
  return { 304: { description: 'You have it already. There is no body.', headers } };
}

const json = (example: string, schema: object) => ({ 'application/json': { schema, example: examples[example] } });

function success(operation: RestOperation): object {
  const { route, field } = operation;
  const own = headerRefs(
    ...(route.hasEtag ? ['ETag' as const] : []),
    ...(route.location ? ['Location' as const] : []),
    ...(route.hasPages ? ['Link' as const] : []),
  );
  const headers = { ...own, ...deprecationRefs(operation) };
  if (route.status === 204) return { description: 'Done. There is no body.', headers };
  const type = getNamedType(field.type);
  // A root field may be null for GraphQL's sake; in REST a success never is.
  return { description: restText(type), headers, content: json(type.name, schemaOf(type)) };
}
