import { z } from 'zod';

/** The example secret of `.env.example`, which nobody may run with. */
const exampleSecret = 'replace-me-with-at-least-32-random-bytes';
const placeholder = /^(change[-_]?me|secret|placeholder|replace[-_]?me|your[-_]secret)/i;
const minSecretBytes = 32;

/** The fault of a secret, without its value; undefined when it is long enough. White space around it does not count. */
const secretFault = (value: string): string | undefined =>
  Buffer.byteLength(value.trim()) >= minSecretBytes ? undefined : `must be at least ${minSecretBytes} bytes`;

/** The value of `BETTER_AUTH_SECRET`. */
export const secret = z.string().superRefine((value, context) => {
  const message = secretFault(value);
  if (message) context.addIssue({ code: 'custom', message });
});

/**
 * Several secrets in Better Auth's form: `2:new,1:old`, each with its version, the current one first.
 * @returns the secrets in their order.
 */
export const versionedSecrets = z.string().transform((text, context) => {
  const entries = text.split(',').map((entry) => /^(\d+):(.+)$/s.exec(entry.trim()));
  const versions = entries.map((entry) => Number(entry?.[1]));
  const faults = entries.map((entry, index) => {
    if (!entry) return 'must be versions and secrets such as 2:new,1:old';
    if (versions.indexOf(Number(entry[1])) !== index) return 'must have a version of its own for each secret';
    return secretFault(entry[2] as string);
  });
  for (const [index, fault] of faults.entries())
    if (fault) context.addIssue({ code: 'custom', message: `${fault} (value ${index + 1})` });
  return entries.map((entry) => entry?.[2]?.trim() ?? '');
});

/** What is wrong with the secrets of a deployment in production. */
export function productionSecretFaults(secret: string | undefined, versioned: string | undefined): string[] {
  const remedy = 'make one with: openssl rand -base64 48';
  if (secret === undefined && versioned === undefined) return [`BETTER_AUTH_SECRET must be set in production; ${remedy}`];
  const isPlaceholder = (value: string) => value === exampleSecret || placeholder.test(value);
  const entries = versioned?.split(',').map((entry) => entry.trim().replace(/^\d+:/, '')) ?? [];
  return [
    ...(secret !== undefined && isPlaceholder(secret) ? [`BETTER_AUTH_SECRET is a placeholder; ${remedy}`] : []),
    ...(entries.some(isPlaceholder) ? [`BETTER_AUTH_SECRETS holds a placeholder; ${remedy}`] : []),
  ];
}
