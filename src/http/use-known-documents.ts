import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../schema/context.js';
import type { Execute } from '../schema/executor.js';
import { exchangeOf, type GraphqlParams, type ServerContext } from './exchange.js';
import type { Judge } from './use-graphql-operation.js';
import type { Word } from './use-graphql-result.js';
import { withTimeLimit } from './use-time-limit.js';

/** What a known document is answered with: the parts that Yoga calls for one that is new. */
export interface KnownDocuments {
  readonly schema: GraphQLSchema;
  /** Parsed documents by their texts, as Yoga keeps them. */
  readonly documents: { get(text: string): DocumentNode | undefined };
  readonly judge: Judge;
  readonly execute: Execute;
  readonly word: Word;
  readonly contextOf: (request: Request) => Context;
  readonly timeLimitMs: number;
}

/**
 * Answer: executes directly what Yoga has executed before. Parsing, validation and Armor say of a text what they said of it
 * the first time; who asks, and for how much, is judged each time. Yoga's and Envelop's hooks were a quarter of what a get
 * costs (docs/performance.md).
 */
export function useKnownDocuments(parts: KnownDocuments): Plugin<object, ServerContext> {
  const { schema, documents, judge, execute, word, contextOf, timeLimitMs } = parts;
  /** Those that passed validation. */
  const valid = new WeakSet<DocumentNode>();

  async function resultOf(request: Request, document: DocumentNode, { operationName, variables }: GraphqlParams) {
    const args = { document, operationName, variableValues: variables };
    const { refusal, variablesFit } = judge(args, exchangeOf(request));
    if (refusal) return { errors: [refusal as never] };
    return execute({ schema, contextValue: contextOf(request), variablesFit, ...args });
  }

  return {
    onExecute: ({ args }) => {
      valid.add(args.document);
    },
    onRequest: async ({ request, endResponse, fetchAPI }) => {
      const { params } = exchangeOf(request);
      const document = params && documents.get(params.query);
      if (!document || !valid.has(document)) return;
      endResponse(word(request, await withTimeLimit(resultOf(request, document, params), timeLimitMs), fetchAPI));
    },
  };
}
