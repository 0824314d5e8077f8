import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type ValidationContext,
} from 'graphql';
import { catalogueError } from '../schema/errors.js';

/** What one request may ask for. The largest honest page stays well below each of these. */
const queryLimits = { depth: 10, cost: 15_000, aliases: 15, directives: 10, tokens: 1000, complexity: 10_000 } as const;

// The token limit works in the parser, where there is no validation to report to.
function refuse(context: ValidationContext | null): void {
  const error = catalogueError('QUERY_TOO_COMPLEX');
  if (!context) throw error;
  context.reportError(error);
}

const rejection = { propagateOnRejection: false, exposeLimits: false, onReject: [refuse] };

/** Armor, in the words of the error catalogue. Only GraphQL passes through it: REST's documents are our own. */
export const useArmor = () =>
  EnvelopArmorPlugin({
    // `flattenFragments`: a query is as deep, and costs the same, with fragments as without.
    maxDepth: { n: queryLimits.depth, flattenFragments: true, ...rejection },
    costLimit: { maxCost: queryLimits.cost, flattenFragments: true, ...rejection },
    // Armor lets `__typename` be aliased without end unless told otherwise.
    maxAliases: { n: queryLimits.aliases, allowList: [], ...rejection },
    maxDirectives: { n: queryLimits.directives, ...rejection },
    maxTokens: { n: queryLimits.tokens, ...rejection },
    // Its usual mask would still tell a near miss from a far one.
    blockFieldSuggestion: { enabled: true, mask: '' },
  });

/** What Envelop hands to a plugin before it validates. */
interface ValidateHook {
  addValidationRule(rule: typeof NoSchemaIntrospectionCustomRule): void;
}

/** Keeps the schema's shape to ourselves where the explorer is off. */
export const useNoIntrospection = () => ({
  onValidate: ({ addValidationRule }: ValidateHook) => addValidationRule(NoSchemaIntrospectionCustomRule),
});

/**
 * Counts what an operation can answer, with the values of its variables and the defaults of what it leaves out:
 * Armor counts only what is written into the document.
 * @param variables must fit the operation: execution tells better what is wrong with those that do not.
 */
export function isWithinComplexity(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): boolean {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const { complexity } = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    { schema, variables },
  );
  return complexity <= queryLimits.complexity;
}
