import { type ErrorCode, errorCatalogue } from './error-catalogue.js';

/** One faulty field: its path as the client wrote it, and what is wrong with it, as a sentence. */
export interface FieldError {
  field: string;
  error: string;
}

/** What an error says beyond its code: `{}`, or the first faulty field and the list of all. */
export type ErrorDetails = Record<string, unknown>;

interface AppErrorOptions {
  /** Overrides the catalogue's title. */
  message?: string;
  details?: ErrorDetails;
  /** Seconds after which to try again; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** For the log alone; never leaves the server. */
  cause?: unknown;
  /** Methods that the address takes; sent as `Allow` (RFC 9110 §15.5.6). */
  allow?: readonly string[];
  /** Content codings that a request's body may have; sent as `Accept-Encoding` (RFC 9110 §15.5.16). */
  acceptEncoding?: string;
  /** Sent as `WWW-Authenticate` (RFC 6750 §3); a 401 has `Bearer` by default. */
  challenge?: string;
}

/** The only error that people see. Anything else that is thrown becomes `INTERNAL_SERVER_ERROR`. */
export class AppError extends Error {
  readonly details: ErrorDetails;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly acceptEncoding: string | undefined;
  readonly challenge: string | undefined;

  constructor(
    readonly code: ErrorCode,
    { message = errorCatalogue[code].title, details = {}, ...options }: AppErrorOptions = {},
  ) {
    const { retryAfterSeconds, cause, allow, acceptEncoding, challenge } = options;
    super(message, { cause });
    this.name = 'AppError';
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
    this.allow = allow;
    this.acceptEncoding = acceptEncoding;
    this.challenge = challenge ?? (errorCatalogue[code].status === 401 ? 'Bearer' : undefined);
  }

  /** The HTTP status of this error's code. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }

  /**
   * The header fields that an HTTP answer with this error carries.
   * RFC 9110 §11.6.1: a 401 carries a challenge; §15.5.6: a 405 lists the methods; §10.2.3: `Retry-After`.
   */
  get headers(): Record<string, string> {
    return {
      ...(this.challenge === undefined ? {} : { 'www-authenticate': this.challenge }),
      ...(this.allow ? { allow: this.allow.join(', ') } : {}),
      ...(this.acceptEncoding ? { 'accept-encoding': this.acceptEncoding } : {}),
      ...(this.retryAfterSeconds === undefined ? {} : { 'retry-after': String(this.retryAfterSeconds) }),
    };
  }
}

/** `refreshToken` or `refresh_token` → `refresh token`; the name of a header field stays. */
const wordsOf = (field: string): string =>
  field.replace(/_|\B(?=[A-Z])/g, ' ').replace(/ [A-Z]/g, (letter) => letter.toLowerCase());

/** The name of a field as a sentence begins with it: `refreshToken` or `refresh_token` → `Refresh token`. */
export function labelOf(field: string): string {
  const words = wordsOf(field);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Words one or more faulty fields as an error.
 * @param code `BAD_REQUEST` for a wrong type or form, `VALIDATION_ERROR` for a broken rule.
 * @param faults at least one; the first is named in `details.field` and `details.error`.
 * @param noun whose field it is, for the message.
 */
export function inputError(code: 'BAD_REQUEST' | 'VALIDATION_ERROR', faults: readonly FieldError[], noun?: string): AppError {
  const [first] = faults;
  if (!first) throw new Error('inputError needs a fault');
  const details = faults.length > 1 ? { ...first, errors: faults } : { ...first };
  // In words, for the message is the same in both APIs, which spell the field's name differently.
  return new AppError(code, { message: ['Invalid', noun, wordsOf(first.field)].filter(Boolean).join(' '), details });
}
