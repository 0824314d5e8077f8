/** The embedded database serves nothing now, and the statement was not run, or not completed. */
export class EmbeddedUnavailableError extends Error {
  /** PostgreSQL's `cannot_connect_now`. */
  readonly code = '57P03';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedUnavailableError';
  }
}
