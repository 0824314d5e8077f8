import { type AnyVariables, Client, CombinedError, cacheExchange, fetchExchange, type OperationResult } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { type ClientKind, isUnauthenticated } from './session.js';

/** urql by its own means: its cache, and the exchange that it has for tokens. */
export const urql: ClientKind = {
  name: 'urql',
  connect: (url, session) => {
    const auth = authExchange(async ({ appendHeaders }) => ({
      addAuthToOperation: (operation) => appendHeaders(operation, { authorization: `Bearer ${session.accessToken}` }),
      didAuthError: ({ graphQLErrors }) => isUnauthenticated(graphQLErrors),
      refreshAuth: () => session.refresh(),
    }));
    const client = new Client({ url: `${url}/graphql`, exchanges: [cacheExchange, auth, fetchExchange] });
    return {
      query: async (document, variables = {}) =>
        dataOf(await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise()),
      mutate: async (document, variables = {}) => dataOf(await client.mutation(document, variables).toPromise()),
    };
  },
  codeOf: (thrown) => (thrown instanceof CombinedError ? thrown.graphQLErrors[0]?.extensions.code : undefined),
};

function dataOf({ data, error }: OperationResult<unknown, AnyVariables>): unknown {
  if (error) throw error;
  return data;
}
