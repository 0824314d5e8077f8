/** The definition of one error code. */
interface ErrorDefinition {
  /** The HTTP status: in REST, and of what `/graphql` refuses as a whole. */
  readonly status: number;
  /** The message of an error that has none of its own. */
  readonly title: string;
  /** When it occurs, as sentences. */
  readonly description: string;
  /** The one API that can return it; both can when absent. */
  readonly transport?: 'GraphQL' | 'REST';
  /** The header field that every HTTP response with this status carries. */
  readonly header?: 'Allow' | 'Retry-After' | 'WWW-Authenticate';
  /** The header field that some of them carry. */
  readonly optionalHeader?: 'WWW-Authenticate';
}

/**
 * The error catalogue. GraphQL's and REST's errors, the enum `ErrorCode`, the OpenAPI responses, the page `/docs/errors` and
 * docs/errors.md are derived from it. A code without a status does not compile, and a code that no test provokes fails.
 */
export const errorCatalogue = {
  BAD_REQUEST: {
    status: 400,
    title: 'The request is malformed.',
    description:
      'The request cannot be read, or a value has the wrong type or form. In GraphQL also a document or variables that do not fit the schema.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Sign in to do this.',
    description:
      'The access token is missing, malformed, expired, revoked or not valid for this API. `details.reason` says which: `missing`, `invalid`, `expired` or `revoked`.',
    header: 'WWW-Authenticate',
  },
  INVALID_CREDENTIALS: {
    status: 401,
    title: 'These credentials are not valid.',
    description:
      'The email or the password is wrong; the response deliberately does not say which. Or a mailed token is unknown, used or expired.',
    header: 'WWW-Authenticate',
  },
  CSRF_FAILED: {
    status: 403,
    title: 'The request failed the CSRF check.',
    description:
      'A cookie authenticates the request, and it writes without the session’s `X-CSRF-Token` or from an origin that is not allowed. `details.reason` says which: `token` or `origin`.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'You do not have access to this resource.',
    description:
      'The resource exists and belongs to another account, or the personal API token lacks the scope that `details.scope` names.',
    optionalHeader: 'WWW-Authenticate',
  },
  NOT_FOUND: { status: 404, title: 'Not found.', description: 'There is no such resource, or no such path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This path does not support the method.',
    description: 'The path exists, but not with this method. In GraphQL also a mutation by GET.',
    header: 'Allow',
  },
  CONFLICT: {
    status: 409,
    title: 'Conflicts with an existing resource or a request in progress.',
    description:
      'The email already has an account (`details.field` is `email`), a request with the same idempotency key is in progress (`details.field` is `Idempotency-Key`), or the account has too many personal API tokens (`details` is `{}`).',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'The resource has changed since you read it.',
    description: 'The resource or the list has another version than the one that the request names.',
  },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is larger than 100 KiB.', description: 'The body is larger than 100 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Only application/json bodies are accepted.',
    description: 'The body is not declared as `application/json`, or it is compressed.',
  },
  VALIDATION_ERROR: {
    status: 422,
    title: 'A value breaks a rule.',
    description:
      'A required value is missing or violates a rule, or the idempotency key was already used for a different request. `details` names the field.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    title: 'The query exceeds a limit for a single request.',
    description:
      'The document exceeds a limit of depth, cost, aliases, directives, tokens or complexity. `details` names the limit and its value.',
    transport: 'GraphQL',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 400,
    // Apollo's and urql's links look for this text, and send the document.
    title: 'PersistedQueryNotSupported',
    description:
      'The request contains the hash of a document, but no document. Send the document; Apollo and urql do so by themselves.',
    transport: 'GraphQL',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests.',
    description: 'A rate limit is exceeded; `details.retry_after_seconds` and `Retry-After` say when to try again.',
    header: 'Retry-After',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    title: 'Something went wrong on our side.',
    description: 'An unexpected error; `X-Request-Id` identifies it in the log.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'The service is temporarily unavailable.',
    description: 'The database is unavailable, or the server is overloaded. Try again after `Retry-After`.',
    header: 'Retry-After',
  },
  TIMEOUT: {
    status: 504,
    title: 'The request took too long.',
    description: 'The operation did not finish in time and was abandoned.',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Every code and its row, in the order of the catalogue. */
export const errorRows = Object.entries(errorCatalogue) as [ErrorCode, ErrorDefinition][];
