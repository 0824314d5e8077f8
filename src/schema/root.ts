import '../accounts/sign-in/schema.js';
import '../accounts/sessions/schema.js';
import '../accounts/recovery/schema.js';
import '../accounts/api-tokens/schema.js';
import '../health/schema.js';
import '../tasks/schema.js';
import { builder } from './builder.js';
import { publishedDirectives } from './directives.js';
import './error-code.js';

/** The one schema. GraphQL serves it as it is, REST as `rest/view.ts` shows it. */
export const schema = builder.toSchema({ sortSchema: false, directives: publishedDirectives });
