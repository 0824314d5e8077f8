/** What a personal API token may be allowed to do. Each operation names its scope in the schema (`scope`), or refuses such tokens. */
export const scopes = ['tasks:read', 'tasks:write', 'account'] as const;

/** One of `scopes`. */
export type Scope = (typeof scopes)[number];
