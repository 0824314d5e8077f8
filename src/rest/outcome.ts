import type { DocumentNode } from 'graphql';
import { attached } from '../core/attached.js';
import type { RestCall } from './handler.js';

/** What one execution leaves for the handler around Sofa. */
export interface Outcome {
  readonly call: RestCall;
  /** Takes out of a document what the request does not want to be answered. */
  readonly wanted: (document: DocumentNode) => DocumentNode;
  /** What Sofa executed for it. */
  document?: DocumentNode;
  error?: unknown;
  /** The answer as the view shows it. */
  value?: unknown;
  /** The same as its resolver gave it, with what the view leaves out. */
  source?: unknown;
}

const outcomes = attached<object, Outcome>('outcome');

/** Ties an outcome to the context that its operation is executed with. */
export const expectOutcome = (context: object, outcome: Outcome): void => {
  outcomes.set(context, outcome);
};

/** The outcome of the operation that runs with a context. */
export function outcomeOf(context: unknown): Outcome {
  const outcome = outcomes.get(context as object);
  if (!outcome) throw new Error('no REST operation runs with this context');
  return outcome;
}
