import { z } from 'zod';
import { AppError } from '../core/errors.js';
import { text } from '../core/text.js';

/** A valid address of at most 255 characters, stored and answered in lower case. */
export const email = text('Email', { max: 255 })
  .pipe(z.email({ error: 'Email must be a valid address' }).transform((value) => value.toLowerCase()))
  .meta({ format: 'email', pattern: z.regexes.email.source });

/** What a person wants to be called: 1 to 255 characters. */
export const name = text('Name', { min: 1, max: 255, trim: true });

/** An email belongs to one account. */
export const emailTaken = (): AppError =>
  new AppError('CONFLICT', {
    message: 'This email already has an account.',
    details: { field: 'email', error: 'Email has an account already' },
  });
