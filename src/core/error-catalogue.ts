/** One row of the catalogue. */
interface CatalogueRow {
  /** The HTTP status: REST's, and that of what `/graphql` refuses as a whole. */
  readonly status: number;
  /** What an error says that says nothing else. */
  readonly title: string;
  /** When it is answered, as a sentence. */
  readonly when: string;
  /** The one style that can give it; both can where nothing stands. */
  readonly only?: 'GraphQL' | 'REST';
  /** The header field that every HTTP answer with this status carries. */
  readonly header?: 'Allow' | 'Retry-After' | 'WWW-Authenticate';
}

/**
 * The one error catalogue. GraphQL's edge and its enum `ErrorCode`, REST's edge, the OpenAPI responses, the page
 * `/docs/errors` and docs/errors.md come from it; a code without a status does not compile, and one that no test
 * provokes in each style that can give it fails.
 */
export const errorCatalogue = {
  BAD_REQUEST: {
    status: 400,
    title: 'The request is malformed.',
    when: 'The request cannot be read, or a value has the wrong type or form. In GraphQL also a document or variables that do not fit the schema.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Sign in to do this.',
    when: 'The access token is missing, malformed, expired, revoked or not valid for this API; `details.reason` is `missing`, `invalid`, `expired` or `revoked`.',
    header: 'WWW-Authenticate',
  },
  INVALID_CREDENTIALS: {
    status: 401,
    title: 'Wrong email or password.',
    when: 'The email or the password is wrong; the response deliberately does not say which.',
    header: 'WWW-Authenticate',
  },
  FORBIDDEN: { status: 403, title: 'This task belongs to someone else.', when: 'The task exists, and is someone else’s.' },
  NOT_FOUND: { status: 404, title: 'There is nothing here.', when: 'There is no such task, or no such address.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This address does not take that method.',
    when: 'The address is known, but not with this method. In GraphQL also a mutation by GET.',
    header: 'Allow',
  },
  CONFLICT: {
    status: 409,
    title: 'It conflicts with what is there already, or under way.',
    when: 'The email already has an account, or a request with the same idempotency key is in progress.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'It has changed since you read it.',
    when: 'The task or the list has another version than the one that the request is meant for.',
  },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is larger than 100 KiB.', when: 'The body is larger than 100 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Only application/json bodies are taken.',
    when: 'The body is not declared as `application/json`.',
  },
  VALIDATION_ERROR: {
    status: 422,
    title: 'A value breaks a rule.',
    when: 'A required value is missing or violates a rule, or the idempotency key was already used for a different request. `details` names the field.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    title: 'The query asks for more than one request may.',
    when: 'The document is over a limit of depth, cost, aliases, directives or tokens.',
    only: 'GraphQL',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 400,
    // Apollo's and urql's links look for this text, and send the document.
    title: 'PersistedQueryNotSupported',
    when: 'The request names a document by its hash alone. Send the document; clients with automatic persisted queries do so by themselves.',
    only: 'GraphQL',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests.',
    when: 'A rate limit is exceeded; `details` and `Retry-After` tell when to try again.',
    header: 'Retry-After',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    title: 'Something went wrong on our side.',
    when: 'Something unexpected happened; `X-Request-Id` finds it in the log.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'The service cannot answer right now.',
    when: 'The database does not answer, or there is too much to do. Try again after `Retry-After`.',
    header: 'Retry-After',
  },
  TIMEOUT: { status: 504, title: 'The request took too long.', when: 'The answer was not there in time, and was given up.' },
} as const satisfies Record<string, CatalogueRow>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Every code and its row, in the order of the catalogue. */
export const errorRows = Object.entries(errorCatalogue) as [ErrorCode, CatalogueRow][];
