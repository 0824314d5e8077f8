import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../core/log.js';
import { toAppError } from '../graphql/errors.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { refusal } from './refusal.js';

type ServerPlugin = Plugin<object, ServerContext>;

/**
 * Lets every plugin refuse a request by throwing, before or while it is answered: what is thrown becomes the answer,
 * in the shape of the style that was called.
 */
export function answerRefusals(plugins: readonly ServerPlugin[], log: Logger): ServerPlugin[] {
  return plugins.map(({ onRequest, ...plugin }) => {
    if (!onRequest) return plugin;
    return {
      ...plugin,
      onRequest: async (payload) => {
        const word = (error: unknown): Response => {
          const { request, fetchAPI } = payload;
          return refusal(request, toAppError(error, log, exchangeOf(request).requestId), fetchAPI as never);
        };
        const setRequestHandler: typeof payload.setRequestHandler = (handler) =>
          payload.setRequestHandler(async (request, context) => {
            try {
              return await handler(request, context);
            } catch (error) {
              return word(error);
            }
          });
        try {
          await onRequest(Object.assign(Object.create(payload), { setRequestHandler }));
        } catch (error) {
          payload.endResponse(word(error));
        }
      },
    };
  });
}
