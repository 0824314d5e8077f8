import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import type { Logger } from '../core/log.js';
import { toAppError } from '../schema/errors.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { LightRequest, LightResponse } from './light-fetch.js';
import { refusal } from './refusal.js';

type ServerPlugin = Plugin<object, ServerContext>;

/** Answers what no plugin has answered. */
export type Answer = (request: Request) => Promise<LightResponse>;

/** What takes requests. */
export interface Handler {
  /** For Node's HTTP server. */
  listener(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** For whoever asks in this process. */
  fetch(request: Request): Promise<Response>;
  dispose(): Promise<void>;
}

/**
 * Runs the plugins around each request: their `onRequest` in order until one answers, then their `onResponse`. What one of
 * them throws becomes the answer, in the shape of the style that was called. As Yoga's own hooks each would be several
 * promises a request, on a `Request` and a `Response` that do far more than is asked of them here (graphql-yoga 5.24).
 * @param otherwise answers what none of them does.
 */
export function createPipeline(
  plugins: readonly ServerPlugin[],
  otherwise: Answer,
  fetchAPI: Pick<FetchAPI, 'Request' | 'URL'>,
  log: Logger,
): Pick<Handler, 'listener' | 'fetch'> {
  const onRequest = plugins.flatMap((plugin) => plugin.onRequest ?? []);
  const onResponse = plugins.flatMap((plugin) => plugin.onResponse ?? []);
  const api = { ...fetchAPI, Response: LightResponse };

  async function answer(given: Request, serverContext: ServerContext): Promise<LightResponse> {
    const turn = new Turn(given, serverContext, api);
    try {
      for (const hook of onRequest) {
        const waiting = hook(turn as never);
        if (waiting) await waiting;
        if (turn.response) break;
      }
      turn.response ??= await otherwise(turn.request);
    } catch (error) {
      turn.response = refusal(turn.request, toAppError(error, log, exchangeOf(turn.request).requestId), api);
    }
    for (const hook of onResponse) {
      const waiting = hook(turn as never);
      if (waiting) await waiting;
    }
    return turn.response;
  }

  return {
    listener: async (req, res) => {
      try {
        const { status, headers, body } = await answer(LightRequest.of(req) as Request, { req, res });
        res.writeHead(status, headers.record).end(body);
      } catch (err) {
        log.error({ err }, 'a request was not answered');
        res.destroy();
      }
    },
    fetch: async (request) => {
      const { status, headers, body } = await answer(request, {});
      return new Response(body as BodyInit | null, { status, headers: headers.record });
    },
  };
}

/**
 * What the plugins see of one request on its way, each what those before it changed. A class: V8 makes a hidden class for
 * each object literal with a getter, among the old objects, and what the getter reaches stays until the next major collection.
 */
class Turn {
  response: LightResponse | undefined;
  #url: URL | undefined;

  constructor(
    public request: Request,
    readonly serverContext: ServerContext,
    readonly fetchAPI: Pick<FetchAPI, 'URL'> & { readonly Response: typeof LightResponse },
  ) {}

  /** Parsed when somebody asks. */
  get url(): URL {
    this.#url ??= new this.fetchAPI.URL(this.request.url);
    return this.#url;
  }

  readonly setRequest = (changed: Request): void => {
    this.request = changed;
  };

  readonly setResponse = (response: LightResponse): void => {
    this.response = response;
  };

  readonly endResponse = this.setResponse;
}
