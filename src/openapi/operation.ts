import { type GraphQLInputObjectType, type GraphQLNamedType, getNamedType } from 'graphql';
import type { RestOperation } from '../rest/operation.js';
import { hasNoContent, isRateLimited } from '../rest/routes.js';
import type { DocumentExtensions } from '../schema/builder.js';
import { isPublic } from '../schema/public-fields.js';
import { deprecatedFlag, describe } from './description.js';
import { errorResponses } from './error-responses.js';
import { exampleOf } from './examples.js';
import { deprecationHeaderRefs, headerRefs, optionalHeaderObjects, uncountedHeaderRefs } from './headers.js';
import { isConditionalRead, parameterObjects } from './parameters.js';
import { schemaObject } from './schema-object.js';

/**
 * Builds the Operation Object of one route (OpenAPI 3.1.0 §4.8.10).
 * @param operation the route with its root field in the REST view.
 */
export function operationObject(operation: RestOperation): object {
  const { route, field, input, isInputRequired } = operation;
  const parameters = parameterObjects(operation);
  return {
    operationId: route.operationId ?? field.name,
    summary: describe({ description: field.description }).replace(/\.(\s.*)?$/s, ''),
    description: operationDescription(operation),
    tags: [route.tag],
    ...deprecatedFlag(field),
    ...(isPublic(field) ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(input ? { requestBody: requestBody(input, isInputRequired) } : {}),
    responses: { [route.status]: success(operation), ...notModified(operation), ...errorResponses(operation) },
  };
}

// A 202 or 204 has no body, so the sentence about the value that GraphQL returns does not apply.
function operationDescription({ route, field }: RestOperation): string {
  const { description, deprecationReason } = field;
  const text = hasNoContent(route) ? description?.replace(/ Returns [^.]+\.$/, '') : description;
  return describe({ description: text, deprecationReason });
}

const requestBody = (input: GraphQLInputObjectType, required: boolean) => ({
  description: describe(input),
  required,
  content: jsonContent(input),
});

const jsonContent = (type: GraphQLNamedType) => ({
  'application/json': { schema: schemaObject(type), example: exampleOf(type) },
});

function success(operation: RestOperation): object {
  const { route, field } = operation;
  const routeHeaders = isRateLimited(route)
    ? headerRefs(...(route.hasEtag ? ['ETag' as const] : []), ...(route.location ? ['Location' as const] : []))
    : uncountedHeaderRefs();
  // A long search leaves no room for it.
  const pageHeaders = route.hasPages ? optionalHeaderObjects('Link') : {};
  const { optionalHeaders = [] } = field.extensions as DocumentExtensions;
  const headers = {
    ...routeHeaders,
    ...pageHeaders,
    ...optionalHeaderObjects(...optionalHeaders),
    ...deprecationHeaderRefs(operation),
  };
  if (hasNoContent(route))
    return { description: `${route.status === 202 ? 'Accepted' : 'Done'}. The response has no body.`, headers };
  const type = getNamedType(field.type);
  // A root field is nullable in GraphQL only, so that one failed alias does not discard the others; in REST a success never is.
  return { description: describe(type), headers, content: jsonContent(type) };
}

function notModified(operation: RestOperation): object {
  if (!isConditionalRead(operation.route)) return {};
  const headers = { ...headerRefs('ETag'), ...deprecationHeaderRefs(operation) };
  return { 304: { description: 'Not modified: the client’s copy is current. The response has no body.', headers } };
}
