import type { Person } from '../app.js';
import { claimsOf } from '../forge.js';
import { query } from '../graphql.js';
import type { Fetch } from '../styles.js';

/** What an app keeps of who is signed in, whatever its GraphQL client is. */
export interface AppSession {
  readonly accessToken: string;
  /** How many times the tokens were exchanged. */
  readonly refreshes: number;
  /** Gets new tokens, unless somebody just did; whoever asks while that is under way waits for the same. */
  refresh(): Promise<void>;
}

/** One GraphQL client, connected to a server for one person. */
export interface ConnectedClient {
  /** @throws what the client throws when there are errors. */
  query(document: string, variables?: Record<string, unknown>): Promise<unknown>;
  /** @throws what the client throws when there are errors. */
  mutate(document: string, variables?: Record<string, unknown>): Promise<unknown>;
}

/** A GraphQL client, set up as an app sets it up: it signs requests, and renews an expired token by itself. */
export interface ClientKind {
  readonly name: string;
  connect(url: string, session: AppSession): ConnectedClient;
  /** The `extensions.code` of what it threw, as an app reads it. */
  codeOf(thrown: unknown): unknown;
}

/** Keeps the tokens of a person. */
export function createSession(fetch: Fetch, person: Pick<Person, 'token' | 'refreshToken'>): AppSession {
  let { token, refreshToken } = person;
  let refreshes = 0;
  let underWay: Promise<void> | undefined;
  const exchange = async () => {
    const answer = await query(
      fetch,
      'mutation ($input: RefreshInput!) { refresh(input: $input) { accessToken refreshToken } }',
      undefined,
      { input: { refreshToken } },
    );
    const pair = answer.data?.refresh as { accessToken: string; refreshToken: string };
    token = pair.accessToken;
    refreshToken = pair.refreshToken;
    refreshes++;
  };
  return {
    get accessToken() {
      return token;
    },
    get refreshes() {
      return refreshes;
    },
    refresh: async () => {
      if (Number(claimsOf(token).exp) * 1000 > Date.now()) return;
      underWay ??= exchange().finally(() => {
        underWay = undefined;
      });
      await underWay;
    },
  };
}

/** Whether errors say that the access token no longer holds. */
export const isUnauthenticated = (errors: readonly { extensions?: Record<string, unknown> }[]): boolean =>
  errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
