import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../core/log.js';
import { toAppError, toGraphQLError } from '../schema/errors.js';
import { graphqlRepresentation } from './accept.js';
import { exchangeOf, type ServerContext } from './exchange.js';

type Result = ExecutionResult & { data?: unknown };

/** Makes the answer to a GraphQL request of what its execution gave. */
export type Word = (request: Request, result: Result, fetchAPI: { Response: typeof Response }) => Response;

/**
 * Words every error, and gives the status that GraphQL over HTTP asks for: 200 once there is data, also null;
 * before that the catalogue's, but 200 for a request error under `application/json`, as old clients expect.
 */
export function createWord(log: Logger): Word {
  return (request, { data, errors }, fetchAPI) => {
    const { requestId } = exchangeOf(request);
    const { mediaType, headers: representation } = graphqlRepresentation(request.headers.get('accept'));
    if (!errors) return new fetchAPI.Response(JSON.stringify({ data }), { status: 200, headers: representation });
    const known = errors.map((error) => toAppError(error, log, requestId));
    const body = { data, errors: known.map((error, index) => toGraphQLError(error, errors[index])) };
    const first = data === undefined ? known[0] : undefined;
    const isOld = mediaType === 'application/json' && first?.code === 'BAD_REQUEST';
    const headers = Object.assign(
      {},
      ...known.map((error) => (data === undefined || error.retryAfterSeconds !== undefined ? error.headers : {})),
    );
    return new fetchAPI.Response(JSON.stringify(body), {
      status: first && !isOld ? first.status : 200,
      headers: { ...headers, ...representation },
    });
  };
}

/** Answer: sends what execution gave. */
export function useGraphqlResult(word: Word): Plugin<object, ServerContext> {
  return {
    onResultProcess: ({ request, result, setResultProcessor }) => {
      // The media type is the request's to choose, and `word` looks at it: what is named here, nobody reads.
      setResultProcessor((_result, fetchAPI) => word(request, result as Result, fetchAPI as never), 'application/json');
    },
  };
}
