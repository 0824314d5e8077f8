import type { z } from 'zod';
import { type FieldError, inputError } from './errors.js';

/**
 * Holds a value against a rule.
 * @param noun whose fields these are, where the message says so.
 * @returns the value as the rule leaves it (trimmed, lower-cased …).
 * @throws AppError `VALIDATION_ERROR` that lists every broken rule, one a field.
 */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, noun?: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = new Map<string, FieldError>();
  for (const issue of result.error.issues) {
    const field = issue.path.join('.');
    if (!faults.has(field)) faults.set(field, { field, error: issue.message });
  }
  throw inputError('VALIDATION_ERROR', [...faults.values()], noun);
}
