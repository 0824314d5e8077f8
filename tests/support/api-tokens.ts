import type { Scope } from '../../src/accounts/api-tokens/scopes.js';
import type { Person, TestApp } from './app.js';
import { restStyle } from './styles.js';

/** A personal API token as its creation returns it. */
export interface NewApiToken {
  readonly id: string;
  readonly token: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly expires_at: string;
}

/** Creates a personal API token of a user. */
export async function newApiToken(
  { fetch }: Pick<TestApp, 'fetch'>,
  { token }: Pick<Person, 'token'>,
  scopes: readonly Scope[] = ['tasks:read'],
): Promise<NewApiToken> {
  const { value, code } = await restStyle.call(fetch, 'createApiToken', { input: { name: 'Script', scopes } }, token);
  if (code) throw new Error(`A personal API token cannot be created: ${code}`);
  return value as NewApiToken;
}
