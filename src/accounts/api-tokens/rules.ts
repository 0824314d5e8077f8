import { z } from 'zod';
import { text } from '../../core/text.js';
import { scopes } from './scopes.js';

const dayMs = 86_400_000;
/** The longest life of a token, and the one without `expiresAt`, in days. */
export const [maxTtlDays, defaultTtlDays] = [366, 90];

const expiresAt = z.iso
  .datetime({
    offset: true,
    error: ({ input }) => `Expires at must ${input === null ? 'not be null' : 'be a date and time in RFC 3339'}`,
  })
  .transform((value) => new Date(value))
  .refine((date) => date.getTime() > Date.now(), 'Expires at must be in the future')
  .refine((date) => date.getTime() <= Date.now() + maxTtlDays * dayMs, `Expires at must be within ${maxTtlDays} days`);

const scopeList = z
  .array(z.enum(scopes, { error: `Scopes must be some of ${scopes.join(', ')}` }), {
    error: ({ input }) => (input === undefined ? 'Scopes are required' : 'Scopes must not be null'),
  })
  .min(1, 'Scopes must name at least one')
  // The same request whichever order a client writes them in.
  .transform((list) => scopes.filter((scope) => list.includes(scope)));

/** The input of `createApiToken`. */
export const apiTokenInput = z.object({
  name: text('Name', { min: 1, max: 100, trim: true }),
  scopes: scopeList,
  expiresAt: expiresAt.optional(),
});

/** A new token that passed the rule. */
export type ApiTokenInput = z.output<typeof apiTokenInput>;

/** When a token expires for which nothing was chosen. */
export const defaultExpiry = (): Date => new Date(Date.now() + defaultTtlDays * dayMs);
