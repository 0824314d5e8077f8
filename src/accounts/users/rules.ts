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

/** The input of `deleteMe`. */
export const deleteMeInput = z.object({ password: currentPassword.optional() });
