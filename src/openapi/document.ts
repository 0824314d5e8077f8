import type { GraphQLSchema } from 'graphql';
import { operationOf } from '../rest/operation.js';
import { type Route, subject, tags } from '../rest/routes.js';
import { componentResponses } from './error-responses.js';
import { componentHeaders } from './headers.js';
import { operationObject } from './operation.js';
import { componentParameters } from './parameters.js';
import { componentSchemas } from './schemas.js';

const description = `${subject} Sign up or log in, then send \`Authorization: Bearer <access_token>\` with every request.

Field names are snake_case; times are in UTC. Unknown body fields and query parameters are ignored.

Every error response is an \`Error\`, or a \`Problem\` (RFC 9457) if the client sends \`Accept: application/problem+json\`. This
includes responses outside any operation: 404 for an unknown path, and 405 with \`Allow\` for a method that a path does not
support. The [error catalogue](/docs/errors) explains every code. HEAD is supported wherever GET is.

The same operations are available through GraphQL at \`POST /graphql\`.`;

const bearerAuth = {
  type: 'http',
  scheme: 'bearer',
  description: 'The `access_token` that signup, login and refresh return, or a personal API token (`tdm_…`).',
};

/**
 * Builds the OpenAPI 3.1 document of the REST routes: a pure function of the view, the routes table and the error catalogue.
 * Sofa's own document has no error responses and lists parameters that do not exist (sofa-api 0.18).
 * @param view the schema as `restView` returns it.
 * @param routes the routes table.
 * @param version of the product.
 * @throws Error when a route names a root field that the view does not have.
 */
export function openApiDocument(view: GraphQLSchema, routes: readonly Route[], version: string): object {
  const operations = routes.map((route) => operationOf(view, route));
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { path, method } = operation.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(operation) };
  }
  const responses = componentResponses(operations);
  return {
    openapi: '3.1.0',
    info: { title: 'Tandem', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The server that serves this document.' }],
    security: [{ bearerAuth: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { bearerAuth },
      schemas: componentSchemas(operations),
      responses,
      parameters: componentParameters(paths),
      headers: componentHeaders({ paths, responses }),
    },
  };
}
