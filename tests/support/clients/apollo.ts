import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { from, mergeMap } from 'rxjs';
import { type AppSession, type ClientKind, isUnauthenticated } from './session.js';

/** Apollo Client 4, without React: its cache, and a chain of links. */
export function createApollo(url: string, session: AppSession): ApolloClient {
  const renew = new ErrorLink(({ error, operation, forward }) => {
    if (!CombinedGraphQLErrors.is(error) || !isUnauthenticated(error.errors)) return undefined;
    if (operation.getContext().renewed) return undefined;
    operation.setContext({ renewed: true });
    return from(session.refresh()).pipe(mergeMap(() => forward(operation)));
  });
  const sign = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${session.accessToken}` },
  }));
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([renew, sign, new HttpLink({ uri: `${url}/graphql` })]),
  });
}

/** Apollo Client by its own means. */
export const apollo: ClientKind = {
  name: 'Apollo Client',
  connect: (url, session) => {
    const client = createApollo(url, session);
    return {
      query: async (document, variables = {}) =>
        (await client.query({ query: gql(document), variables, fetchPolicy: 'network-only' })).data,
      mutate: async (document, variables = {}) => (await client.mutate({ mutation: gql(document), variables })).data,
    };
  },
  codeOf: (thrown) => (CombinedGraphQLErrors.is(thrown) ? thrown.errors[0]?.extensions?.code : undefined),
};
