import { z } from 'zod';
import { text } from '../../core/text.js';
import { newPassword } from '../rules.js';
import { normalizeEmail } from '../users/email.js';

const token = text('Token', { max: 1000 });

/** The input of `forgotPassword`. An email that is not valid has no account: the response is the same. */
export const forgotPasswordInput = z.object({
  email: text('Email', { max: 255 }).transform((value) => normalizeEmail(value) ?? value.trim().toLowerCase()),
});

/** The input of `resetPassword`. */
export const resetPasswordInput = z.object({ token, newPassword });

/** The input of `confirmEmail`. */
export const confirmEmailInput = z.object({ token });
