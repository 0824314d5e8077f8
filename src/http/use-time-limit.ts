import type { Plugin } from 'graphql-yoga';
import { withDeadline } from '../core/deadline.js';
import { AppError } from '../core/errors.js';
import type { ServerContext } from './exchange.js';

/** Gives an answer up that takes longer than it may. @throws AppError `TIMEOUT` */
export const withTimeLimit = <T>(answer: Promise<T>, milliseconds: number): Promise<T> =>
  withDeadline(answer, milliseconds, () => new AppError('TIMEOUT'));

/** Protect: limits the time of GraphQL answers; REST's are limited where they are given (http/use-rest.ts). */
export function useTimeLimit(milliseconds: number): Plugin<object, ServerContext> {
  return {
    onRequest: ({ requestHandler, setRequestHandler }) => {
      setRequestHandler((request, context) => withTimeLimit(Promise.resolve(requestHandler(request, context)), milliseconds));
    },
  };
}
