import type { GraphQLSchema } from 'graphql';
import { operationOf } from '../rest/operation.js';
import type { Route } from '../rest/routes.js';
import { documentHeaders } from './headers.js';
import { documentOperation } from './operation.js';
import { documentResponses } from './responses.js';
import { documentSchemas } from './schemas.js';

const description = `Tasks, and the people whose tasks they are. Sign up or log in, then send \`Authorization: Bearer …\`.

Names are in snake_case, times in UTC. Body fields and query parameters that an operation does not know are ignored.
Every answer that is no success is an \`Error\`, or the same as a \`Problem\` (RFC 9457) for who names
\`application/problem+json\` in \`Accept\`; [every code](/docs/errors) has its explanation. So are those of no operation: 404
for an unknown address, and 405 with \`Allow\` for an address that does not take the method. HEAD is answered wherever GET is.

The same operations, over the same rules, are at \`POST /graphql\`.`;

const tags: Readonly<Record<Route['tag'], string>> = {
  Identity: 'Accounts and sessions.',
  Tasks: 'One’s own tasks. Another’s are 403.',
  Health: 'Whether the service works, for those who watch it.',
};

const bearerAuth = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'The `access_token` that signup, login and refresh answer.',
};

/**
 * Describes the REST routes as OpenAPI 3.1: a pure function of the view, the table and the error catalogue.
 * Not Sofa's own document, which knows no errors and has parameters that are none (sofa-api 0.18).
 * @param view the schema as `restView` shows it.
 */
export function openApiDocument(view: GraphQLSchema, routes: Readonly<Record<string, Route>>, version: string): object {
  const operations = Object.entries(routes).map(([coordinate, route]) => operationOf(view, coordinate, route));
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { path, method } = operation.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: documentOperation(operation) };
  }
  const responses = documentResponses(operations);
  return {
    openapi: '3.1.0',
    info: { title: 'Tandem', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'Where this document came from.' }],
    security: [{ bearerAuth: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { bearerAuth },
      schemas: documentSchemas(operations),
      responses,
      headers: documentHeaders({ paths, responses }),
    },
  };
}
