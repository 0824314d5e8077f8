import {
  commitMutation,
  Environment,
  type FetchFunction,
  fetchQuery,
  type GraphQLResponse,
  type GraphQLSingularResponse,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import { concreteRequest } from './relay-request.js';
import { type AppSession, type ClientKind, isUnauthenticated } from './session.js';

/** What the fetch function throws: Relay itself keeps no `extensions` of field errors. */
class RequestError extends Error {
  constructor(readonly errors: readonly { message: string; extensions?: Record<string, unknown> }[]) {
    super(errors[0]?.message);
  }
}

/** Relay's environment, with the fetch function that an app writes. */
export function createRelay(url: string, session: AppSession): Environment {
  const send: FetchFunction = async ({ text: query }, variables) => {
    const once = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          authorization: `Bearer ${session.accessToken}`,
        },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLSingularResponse & { errors?: RequestError['errors'] };
    };
    let answer = await once();
    if (isUnauthenticated(answer.errors ?? [])) {
      await session.refresh();
      answer = await once();
    }
    if (answer.errors) throw new RequestError(answer.errors);
    return answer as GraphQLResponse;
  };
  return new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
}

/** Relay by its own means. */
export const relay: ClientKind = {
  name: 'Relay',
  connect: (url, session) => {
    const environment = createRelay(url, session);
    return {
      query: (document, variables = {}) => fetchQuery(environment, concreteRequest(document), variables).toPromise(),
      mutate: (document, variables = {}) =>
        new Promise((resolve, reject) => {
          commitMutation(environment, {
            mutation: concreteRequest(document),
            variables,
            onCompleted: resolve,
            onError: reject,
          });
        }),
    };
  },
  codeOf: (thrown) => (thrown instanceof RequestError ? thrown.errors[0]?.extensions?.code : undefined),
};
