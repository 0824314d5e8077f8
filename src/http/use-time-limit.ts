import { withDeadline } from '../core/deadline.js';
import { AppError } from '../core/errors.js';

/** Gives an answer up that takes longer than it may. @throws AppError `TIMEOUT` */
export const withTimeLimit = <T>(answer: Promise<T>, milliseconds: number): Promise<T> =>
  withDeadline(answer, milliseconds, () => new AppError('TIMEOUT'));
