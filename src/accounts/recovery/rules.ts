import { z } from 'zod';
import { text } from '../../core/text.js';
import { newPassword } from '../rules.js';
import { lookupEmail } from '../users/email.js';

const token = text('Token', { max: 1000 });

/** The input of `forgotPassword`. The response to an email that is not valid is the same as to one without an account. */
export const forgotPasswordInput = z.object({ email: lookupEmail });

/** The input of `resetPassword`. */
export const resetPasswordInput = z.object({ token, newPassword });

/** The input of `confirmEmail`. */
export const confirmEmailInput = z.object({ token });
