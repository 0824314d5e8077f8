import { z } from 'zod';
import { text } from '../../core/text.js';
import { currentPassword, isPersonal, name, newPassword, passwordIsPersonal } from '../rules.js';
import { email, lookupEmail } from '../users/email.js';

/** The input of `signup`. */
export const signupInput = z
  .object({ email, password: newPassword, name })
  .refine(({ password, email, name }) => !isPersonal(password, email, name), {
    path: ['password'],
    message: passwordIsPersonal,
  });

/** The input of `login`. The response to an email that is not valid is the same as to one without an account. */
export const loginInput = z.object({ email: lookupEmail, password: currentPassword });

/** The input of `refresh`. */
export const refreshInput = z.object({ refreshToken: text('Refresh token', { max: 1000 }) });
