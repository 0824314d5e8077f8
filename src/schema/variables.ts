import { type GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';
import { maxRequestErrors } from './errors.js';

/** Variables as an operation declares them, or what is wrong with them. */
export type CoercedVariables =
  | { readonly coerced: Record<string, unknown>; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: undefined };

/**
 * Coerces variables (GraphQL, section 6.1.2), and stops at the fifth error. graphql-js (16.15) writes the whole value into each
 * error: with one error for each of 8,000 unknown fields, a request of 90 KB took a minute and more than a gigabyte.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): CoercedVariables {
  const options = { maxErrors: maxRequestErrors, hideSuggestions: true };
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables ?? {}, options);
  // One more than allowed tells that there are more.
  return errors ? { errors: errors.slice(0, maxRequestErrors) } : { coerced };
}
