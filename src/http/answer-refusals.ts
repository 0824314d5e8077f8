import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../core/log.js';
import { toAppError } from '../graphql/errors.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { refusal } from './refusal.js';

type ServerPlugin = Plugin<object, ServerContext>;
type OnRequest = NonNullable<ServerPlugin['onRequest']>;
type Payload = Parameters<OnRequest>[0];

/**
 * Lets every plugin refuse a request by throwing, before or while it is answered: what is thrown becomes the answer,
 * in the shape of the style that was called. The plugins' `onRequest` run here, in order, and only those that wait are
 * waited for: as hooks of Yoga's, each would be several promises a request (graphql-yoga 5.24).
 */
export function answerRefusals(plugins: readonly ServerPlugin[], log: Logger): ServerPlugin[] {
  const hooks = plugins.flatMap(({ onRequest }) => onRequest ?? []);
  const rest = plugins.map(({ onRequest, ...others }) => others);
  const word = ({ request, fetchAPI }: Payload, error: unknown) =>
    refusal(request, toAppError(error, log, exchangeOf(request).requestId), fetchAPI as never);
  const onRequest: OnRequest = async (given) => {
    const { payload, isAnswered } = shared(given);
    try {
      for (const hook of hooks) {
        const waiting = hook(payload);
        if (waiting) await waiting;
        if (isAnswered()) return;
      }
    } catch (error) {
      return given.endResponse(word(payload, error));
    }
    const { requestHandler } = payload;
    given.setRequestHandler(async (request, context) => {
      try {
        return await requestHandler(request, context);
      } catch (error) {
        return word(payload, error);
      }
    });
  };
  return [{ onRequest }, ...rest];
}

/** One payload for all hooks, in which each sees what those before it changed. */
function shared(given: Payload) {
  let answered = false;
  const payload: Payload = {
    request: given.request,
    url: given.url,
    serverContext: given.serverContext,
    fetchAPI: given.fetchAPI,
    requestHandler: given.requestHandler,
    setRequest: (request) => {
      payload.request = request;
      given.setRequest(request);
    },
    setRequestHandler: (handler) => {
      payload.requestHandler = handler;
    },
    endResponse: (response) => {
      answered = true;
      given.endResponse(response);
    },
  };
  return { payload, isAnswered: () => answered };
}
