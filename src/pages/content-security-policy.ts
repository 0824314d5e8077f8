import { createHash } from 'node:crypto';
import { staticPageStyle } from './page-templates.js';

const sha256 = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

// A page loads only what its directives name, all of it from this server.
const policy = (...directives: readonly string[]): string =>
  ["default-src 'none'", ...directives, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"].join('; ');

/** The policy of pages without a script. */
export const staticPagePolicy = policy('img-src data:', `style-src ${sha256(staticPageStyle)}`);

/** The policy of Swagger UI. */
export const swaggerPolicy = policy("script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:');

/**
 * Returns the policy of GraphiQL, whose editor, Monaco, creates `<style>` elements and starts workers from `blob:` URLs.
 * @param script the page's inline script, exactly as it is in the page.
 */
export const graphiqlPolicy = (script: string): string =>
  policy(
    `script-src ${sha256(script)}`,
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
  );
