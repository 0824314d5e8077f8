import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { maxRequestErrors } from '../schema/errors.js';

/** What one request may ask for. The largest honest page stays well below each of these. */
export const queryLimits = {
  depth: 10,
  cost: 15_000,
  aliases: 15,
  aliasLength: 100,
  directives: 10,
  tokens: 1000,
  complexity: 10_000,
} as const;

type Limit = keyof typeof queryLimits;

/** Tells the limit's value; not what the document asked for. */
export const queryTooComplex = (limit: Limit): AppError =>
  new AppError('QUERY_TOO_COMPLEX', { details: { limit, max: queryLimits[limit] } });

/** Ends parsing or validation at once: `useValidation` and Yoga's parser make it the only error. */
class LimitError extends GraphQLError {
  constructor(limit: Limit) {
    const originalError = queryTooComplex(limit);
    super(originalError.message, { originalError });
  }
}

const rejectAt = (limit: Limit) => ({
  propagateOnRejection: false,
  exposeLimits: false,
  onReject: [
    () => {
      throw new LimitError(limit);
    },
  ],
});

/** Armor, with the errors of the catalogue. Only GraphQL passes through it: REST's documents are generated. */
export const useArmor = (): Plugin =>
  EnvelopArmorPlugin({
    // `flattenFragments`: a query is as deep, and costs the same, with fragments as without.
    maxDepth: { n: queryLimits.depth, flattenFragments: true, ...rejectAt('depth') },
    costLimit: { maxCost: queryLimits.cost, flattenFragments: true, ...rejectAt('cost') },
    // Armor does not count aliases of `__typename` by default.
    maxAliases: { n: queryLimits.aliases, allowList: [], ...rejectAt('aliases') },
    maxDirectives: { n: queryLimits.directives, ...rejectAt('directives') },
    maxTokens: { n: queryLimits.tokens, ...rejectAt('tokens') },
    // `useValidation` hides suggestions in every rule.
    blockFieldSuggestion: { enabled: false },
  });

/** Rejects long aliases: the response repeats them in each row. */
const limitAliasLength: ValidationRule = () => ({
  Field: ({ alias }) => {
    if (alias && alias.value.length > queryLimits.aliasLength) throw new LimitError('aliasLength');
  },
});

/**
 * Validates with graphql-js: stops at the first limit and at the fifth error, and never suggests names of the schema.
 * @param hasIntrospection whether clients may read the schema.
 */
export const useValidation = ({ hasIntrospection }: { hasIntrospection: boolean }): Plugin => ({
  onValidate: ({ addValidationRule, setValidationFn }) => {
    addValidationRule(limitAliasLength);
    if (!hasIntrospection) addValidationRule(NoSchemaIntrospectionCustomRule);
    setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules = specifiedRules) => {
      try {
        const options = { maxErrors: maxRequestErrors, hideSuggestions: true };
        return validate(schema, document, rules, options).slice(0, maxRequestErrors);
      } catch (error) {
        if (error instanceof LimitError) return [error];
        throw error;
      }
    });
  },
});

/**
 * Counts what an operation can return, with the values of its variables and the defaults of what it leaves out: Armor counts
 * only what is written into the document.
 * @param variables must be valid for the operation.
 */
export function complexityOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const { complexity } = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    { schema, variables },
  );
  return complexity;
}
