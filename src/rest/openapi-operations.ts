import { type GraphQLArgument, getNamedType, isNonNullType } from 'graphql';
import { isForAnyone } from '../graphql/deny-by-default.js';
import { examples, parameterExamples } from './openapi-examples.js';
import { documentErrors, headerRefs } from './openapi-responses.js';
import { parameterSchema, restText, schemaOf } from './openapi-schemas.js';
import type { Operation } from './operation.js';

/** Describes one operation: an OpenAPI Operation Object. */
export function documentOperation(operation: Operation): object {
  const { route, field, pathArgs, queryArgs, input } = operation;
  const description = fieldText(operation);
  const parameters = [...pathArgs.map((arg) => parameter(arg, 'path')), ...queryArgs.map((arg) => parameter(arg, 'query'))];
  return {
    operationId: field.name,
    summary: description.replace(/\.(\s.*)?$/s, ''),
    description,
    tags: [route.tag],
    ...(isForAnyone(field) ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(input
      ? { requestBody: { description: restText(input), required: true, content: json(input.name, schemaOf(input)) } }
      : {}),
    responses: { [route.status]: success(operation), ...documentErrors(operation) },
  };
}

// What GraphQL answers where REST says 204 is of no use here.
const fieldText = ({ route, field }: Operation): string =>
  route.status === 204 ? restText(field).replace(/ Answers [^.]+\.$/, '') : restText(field);

const parameter = (arg: GraphQLArgument, place: 'path' | 'query') => ({
  name: arg.name,
  in: place,
  description: restText(arg),
  required: isNonNullType(arg.type),
  schema: parameterSchema(arg),
  example: parameterExamples[arg.name],
});

const json = (example: string, schema: object) => ({ 'application/json': { schema, example: examples[example] } });

function success({ route, field }: Operation): object {
  const headers = headerRefs(...(route.location ? ['Location' as const] : []), ...(route.paged ? ['Link' as const] : []));
  if (route.status === 204) return { description: 'Done. There is no body.', headers };
  const type = getNamedType(field.type);
  // A root field may be null for GraphQL's sake; in REST a success never is.
  return { description: restText(type), headers, content: json(type.name, schemaOf(type)) };
}
