import { z } from 'zod';

/** Length in Unicode code points, as PostgreSQL's `varchar(n)` counts. */
const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Whether PostgreSQL can store and compare a text: it refuses NUL (22021), and an unpaired surrogate has no UTF-8 form. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

// The same in JSON Schema's words, for the documents.
const noNul = '^[^\\x00]*$';
const notBlank = '^\\s*[^\\s\\x00][^\\x00]*$';

interface TextOptions {
  readonly min?: number;
  readonly max: number;
  readonly trim?: boolean;
  readonly form?: 'NFC' | 'NFKC';
}

/**
 * A rule for text that PostgreSQL can hold.
 * @param label what the field is called at the start of a sentence, such as `Title`.
 * @param min,max bounds in code points, inclusive, of the normalized text.
 * @param form the Unicode normalization form in which it is stored; as it comes when absent.
 */
export const text = (label: string, { min = 0, max, trim = false, form }: TextOptions) =>
  z
    .string({ error: ({ input }) => (input === undefined ? `${label} is required` : `${label} must not be null`) })
    .meta({ ...(min > 0 ? { minLength: min } : {}), maxLength: max, pattern: trim ? notBlank : noNul })
    .transform((value) => (trim ? value.trim() : value))
    .transform((value) => (form ? value.normalize(form) : value))
    .superRefine((value, context) => {
      const length = codePoints(value);
      if (length < min || length > max) {
        const bounds = min > 0 ? `${label} must be ${min}-${max} characters` : `${label} must be at most ${max} characters`;
        context.addIssue({ code: 'custom', message: bounds });
      } else if (!isStorable(value)) {
        context.addIssue({ code: 'custom', message: `${label} must not contain NUL or unpaired surrogate characters` });
      }
    });
