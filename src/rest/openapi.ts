import type { GraphQLSchema } from 'graphql';
import type { Route } from './routes.js';

/** Stub. */
export function openApiDocument(_view: GraphQLSchema, _routes: Readonly<Record<string, Route>>, version: string): object {
  return { openapi: '3.1.0', info: { title: 'Tandem', version }, paths: {} };
}
