import { z } from 'zod';
import { currentPassword, name, newPassword } from '../rules.js';
import { email } from './email.js';

/** The input of `updateMe`. */
export const updateMeInput = z.object({
  name: name.optional(),
  email: email.optional(),
  currentPassword: currentPassword.optional(),
  newPassword: newPassword.optional(),
});

/** A valid input of `updateMe`. */
export type UpdateMe = z.output<typeof updateMeInput>;

/** The input of `deleteMe`. */
export const deleteMeInput = z.object({ password: currentPassword.optional() });
