/** A reason not to start that an operator can act on: one line, no stack, no secret. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
  }
}
