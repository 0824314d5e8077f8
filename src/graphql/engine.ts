import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Exchange } from '../http/exchange.js';
import type { Logger } from '../log/log.js';
import type { Context } from '../schema/context.js';
import type { Execute, Operation } from '../schema/executor.js';
import { createDocumentCache } from './document-cache.js';
import { useArmor, useValidation } from './limits.js';
import { type EngineContext, useOperationGuard } from './operation-guard.js';
import type { GraphqlParams } from './parameters.js';

type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/** Yoga's engine: every operation of both APIs runs through its plugins. */
export interface Engine {
  /** Runs a client's request: parse, validate, context, execute, each through the plugins. */
  run(exchange: Exchange, params: GraphqlParams, context: Context): Promise<Result>;
  /** Executes an operation whose document is known to be valid, such as REST's, through the same plugins. */
  readonly execute: (operation: Operation, context: Context) => Promise<ExecutionResult>;
  dispose(): Promise<void>;
}

interface EngineParts {
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly hasIntrospection: boolean;
  readonly log: Logger;
  /** Envelop or Yoga plugins of the deployment, such as tracing: they see every operation. */
  readonly plugins?: readonly Plugin[];
}

/** Creates the engine: Yoga with the executor, Armor, validation, the operation guard and the deployment's plugins, in this order. */
export function createEngine({ schema, execute, hasIntrospection, log, plugins = [] }: EngineParts): Engine {
  const useExecutor: Plugin<EngineContext> = { onExecute: ({ setExecuteFn }) => setExecuteFn(execute) };
  const yoga = createYoga<EngineContext>({
    schema,
    plugins: [
      // Yoga's own executor answers fields in the order they finish (@graphql-tools/executor 2.0); the specification's
      // section 7.2.2 asks for the order of the document.
      useExecutor,
      useArmor(),
      useValidation({ hasIntrospection }),
      useOperationGuard(schema),
      ...plugins,
    ],
    parserAndValidationCache: createDocumentCache(),
    // The rest of Yoga's HTTP layer is not used: see docs/decisions/graphql-engine.md.
    cors: false,
    graphiql: false,
    landingPage: false,
    maskedErrors: false,
    maxRequestBodySize: false,
    multipart: false,
    logging: {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (...details: unknown[]) => log.error({ details }, 'yoga.error'),
    },
  });

  return {
    run: async (exchange, params, context) => {
      const request = new yoga.fetchAPI.Request(`http://localhost${exchange.request.target}`, {
        method: exchange.request.method,
      });
      const result = await yoga.getResultForParams({ params, request }, { exchange, ...context });
      return result ?? { errors: [] };
    },
    execute: async ({ document, schema, variableValues }, context) => {
      const enveloped = yoga.getEnveloped({ ...context });
      const contextValue = await enveloped.contextFactory();
      return enveloped.execute({ schema, document, variableValues, contextValue });
    },
    dispose: async () => yoga.dispose(),
  };
}

const ignore = (): void => {};
